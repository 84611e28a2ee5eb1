"""AWS::Lambda::Function. Development only."""

from sandbox.aws.cloudformation.resource import Provider, Resource
from sandbox.aws.json_types import JsonObject


class FunctionProvider(Provider):
    type = "AWS::Lambda::Function"
    service = "lambda"
    name_property = "FunctionName"

    def create(self, name: str, properties: JsonObject) -> Resource:
        request = {**properties, "FunctionName": name, "Tags": _tags(properties)}
        created = self.client.create_function(**request)
        return Resource(name, {"Arn": created["FunctionArn"]})

    def update(self, resource: Resource, properties: JsonObject) -> Resource:
        name = resource.physical_resource_id
        rest = dict(properties, FunctionName=name)
        code, architectures = rest.pop("Code"), rest.pop("Architectures")
        tags = _tags(rest)
        rest.pop("Tags", None)
        self.client.update_function_code(FunctionName=name, Architectures=architectures, **code)
        self.client.update_function_configuration(**rest)
        self.client.tag_resource(Resource=resource.attributes["Arn"], Tags=tags)
        return Resource(name, resource.attributes)

    def delete(self, resource: Resource) -> None:
        self.client.delete_function(FunctionName=resource.physical_resource_id)


def _tags(properties: JsonObject) -> dict[str, str]:
    """Lambda's API takes a mapping, CloudFormation a list."""
    return {tag["Key"]: tag["Value"] for tag in properties.get("Tags", [])}
