"""AWS::SQS::Queue. Development only."""

from sandbox.aws.cloudformation.resource import Provider, Resource
from sandbox.aws.json_types import Json, JsonObject


class QueueProvider(Provider):
    type = "AWS::SQS::Queue"
    service = "sqs"
    attributes = frozenset({"Arn", "QueueName", "QueueUrl"})
    name_property = "QueueName"

    def create(self, name: str, properties: JsonObject) -> Resource:
        url = self.client.create_queue(QueueName=name, Attributes=_attributes(properties))[
            "QueueUrl"
        ]
        described = self.client.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
        arn = described["Attributes"]["QueueArn"]
        return Resource(url, {"Arn": arn, "QueueName": name, "QueueUrl": url})

    def update(self, resource: Resource, properties: JsonObject) -> Resource:
        url = resource.physical_resource_id
        self.client.set_queue_attributes(QueueUrl=url, Attributes=_attributes(properties))
        return Resource(url, resource.attributes)

    def delete(self, resource: Resource) -> None:
        self.client.delete_queue(QueueUrl=resource.physical_resource_id)


def _attributes(properties: JsonObject) -> dict[str, str]:
    return {name: _text(value) for name, value in properties.items() if name != "QueueName"}


def _text(value: Json) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
