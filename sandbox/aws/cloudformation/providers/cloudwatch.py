"""AWS::CloudWatch::Alarm and AWS::CloudWatch::Dashboard. Development only."""

from sandbox.aws.cloudformation.resource import Provider, Resource
from sandbox.aws.json_types import JsonObject


class AlarmProvider(Provider):
    type = "AWS::CloudWatch::Alarm"
    service = "cloudwatch"
    name_property = "AlarmName"

    def create(self, name: str, properties: JsonObject) -> Resource:
        self.client.put_metric_alarm(**{**properties, "AlarmName": name})
        (alarm,) = self.client.describe_alarms(AlarmNames=[name])["MetricAlarms"]
        return Resource(name, {"Arn": alarm["AlarmArn"]})

    def update(self, resource: Resource, properties: JsonObject) -> Resource:
        return self.create(resource.physical_resource_id, properties)

    def delete(self, resource: Resource) -> None:
        self.client.delete_alarms(AlarmNames=[resource.physical_resource_id])


class DashboardProvider(Provider):
    type = "AWS::CloudWatch::Dashboard"
    service = "cloudwatch"
    attributes = frozenset()
    name_property = "DashboardName"

    def create(self, name: str, properties: JsonObject) -> Resource:
        self.client.put_dashboard(**{**properties, "DashboardName": name})
        return Resource(name)

    def update(self, resource: Resource, properties: JsonObject) -> Resource:
        return self.create(resource.physical_resource_id, properties)

    def delete(self, resource: Resource) -> None:
        self.client.delete_dashboards(DashboardNames=[resource.physical_resource_id])
