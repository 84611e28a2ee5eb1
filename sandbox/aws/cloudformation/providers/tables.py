"""AWS::DynamoDB::Table. Development only."""

from typing import Final

from sandbox.aws.cloudformation.resource import Provider, Resource
from sandbox.aws.json_types import JsonObject

_AFTERWARDS: Final = {
    "PointInTimeRecoverySpecification": "update_continuous_backups",
    "TimeToLiveSpecification": "update_time_to_live",
}
"""What is no property of a table to DynamoDB's API, and by which action it is set."""


class TableProvider(Provider):
    """A changed table is refused: most changes would replace it, and lose what it holds."""

    type = "AWS::DynamoDB::Table"
    service = "dynamodb"
    name_property = "TableName"

    def create(self, name: str, properties: JsonObject) -> Resource:
        request = {key: one for key, one in properties.items() if key not in _AFTERWARDS}
        request["TableName"] = name
        if encryption := request.pop("SSESpecification", None):
            request["SSESpecification"] = {"Enabled": encryption["SSEEnabled"]}
        arn = self.client.create_table(**request)["TableDescription"]["TableArn"]
        return Resource(name, {"Arn": arn})

    def complete(self, resource: Resource, properties: JsonObject) -> None:
        for name, action in _AFTERWARDS.items():
            if name in properties:
                request = {"TableName": resource.physical_resource_id, name: properties[name]}
                getattr(self.client, action)(**request)

    def delete(self, resource: Resource) -> None:
        self.client.delete_table(TableName=resource.physical_resource_id)
