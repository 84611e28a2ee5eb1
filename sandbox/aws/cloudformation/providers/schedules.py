"""AWS::Scheduler::Schedule. Development only."""

from sandbox.aws.cloudformation.resource import Provider, Resource
from sandbox.aws.json_types import JsonObject


class ScheduleProvider(Provider):
    type = "AWS::Scheduler::Schedule"
    service = "scheduler"
    name_property = "Name"

    def create(self, name: str, properties: JsonObject) -> Resource:
        arn = self.client.create_schedule(**{**properties, "Name": name})["ScheduleArn"]
        return Resource(name, {"Arn": arn})

    def update(self, resource: Resource, properties: JsonObject) -> Resource:
        self.client.update_schedule(**{**properties, "Name": resource.physical_resource_id})
        return Resource(resource.physical_resource_id, resource.attributes)

    def delete(self, resource: Resource) -> None:
        self.client.delete_schedule(Name=resource.physical_resource_id)
