"""AWS::SNS::Topic and AWS::SNS::TopicPolicy. Development only."""

import json

from sandbox.aws.cloudformation.resource import Provider, Resource
from sandbox.aws.json_types import JsonObject


class TopicProvider(Provider):
    type = "AWS::SNS::Topic"
    service = "sns"
    attributes = frozenset({"TopicArn", "TopicName"})
    name_property = "TopicName"

    def create(self, name: str, properties: JsonObject) -> Resource:
        del properties
        arn = self.client.create_topic(Name=name)["TopicArn"]
        return Resource(arn, {"TopicArn": arn, "TopicName": name})

    def complete(self, resource: Resource, properties: JsonObject) -> None:
        arn = resource.physical_resource_id
        rest = {key: value for key, value in properties.items() if key != "TopicName"}
        wanted = rest.pop("Subscription", [])
        for name, value in rest.items():
            self.client.set_topic_attributes(TopicArn=arn, AttributeName=name, AttributeValue=value)
        self._unsubscribe(arn)
        for subscription in wanted:
            self.client.subscribe(TopicArn=arn, **subscription)

    def update(self, resource: Resource, properties: JsonObject) -> Resource:
        self.complete(resource, properties)
        return Resource(resource.physical_resource_id, resource.attributes)

    def delete(self, resource: Resource) -> None:
        self._unsubscribe(resource.physical_resource_id)
        self.client.delete_topic(TopicArn=resource.physical_resource_id)

    def _unsubscribe(self, arn: str) -> None:
        for found in self.client.list_subscriptions_by_topic(TopicArn=arn)["Subscriptions"]:
            self.client.unsubscribe(SubscriptionArn=found["SubscriptionArn"])


class TopicPolicyProvider(Provider):
    type = "AWS::SNS::TopicPolicy"
    service = "sns"
    attributes = frozenset()
    known = frozenset({"PolicyDocument", "Topics"})

    def create(self, name: str, properties: JsonObject) -> Resource:
        return self.update(Resource(name), properties)

    def update(self, resource: Resource, properties: JsonObject) -> Resource:
        policy = json.dumps(properties["PolicyDocument"])
        for arn in properties["Topics"]:
            self.client.set_topic_attributes(
                TopicArn=arn, AttributeName="Policy", AttributeValue=policy
            )
        return Resource(resource.physical_resource_id)

    def delete(self, resource: Resource) -> None:
        """It goes with its topics."""
