"""AWS::Logs::LogGroup. Development only."""

from sandbox.aws.cloudformation.resource import Provider, Resource
from sandbox.aws.json_types import JsonObject


class LogGroupProvider(Provider):
    type = "AWS::Logs::LogGroup"
    service = "logs"
    name_property = "LogGroupName"
    known = frozenset({"LogGroupName", "RetentionInDays"})

    def create(self, name: str, properties: JsonObject) -> Resource:
        del properties
        self.client.create_log_group(logGroupName=name)
        groups = self.client.describe_log_groups(logGroupNamePrefix=name)["logGroups"]
        (arn,) = [group["arn"] for group in groups if group["logGroupName"] == name]
        return Resource(name, {"Arn": arn})

    def complete(self, resource: Resource, properties: JsonObject) -> None:
        name = resource.physical_resource_id
        if "RetentionInDays" in properties:
            days = int(properties["RetentionInDays"])
            self.client.put_retention_policy(logGroupName=name, retentionInDays=days)
        else:
            self.client.delete_retention_policy(logGroupName=name)

    def update(self, resource: Resource, properties: JsonObject) -> Resource:
        self.complete(resource, properties)
        return Resource(resource.physical_resource_id, resource.attributes)

    def delete(self, resource: Resource) -> None:
        self.client.delete_log_group(logGroupName=resource.physical_resource_id)
