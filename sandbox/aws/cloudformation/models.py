"""A provider in the form in which moto's stacks make resources. Development only."""

from botocore.exceptions import BotoCoreError, ClientError
from moto.cloudformation.exceptions import ValidationError

from sandbox.aws.boto_clients import BotoClients
from sandbox.aws.cloudformation.resource import Provider, Resource
from sandbox.aws.json_types import JsonObject


class ProviderModel:
    """Has the methods of a class derived from moto's `CloudFormationModel`."""

    def __init__(self, provider: type[Provider], clients: BotoClients) -> None:
        self._provider = provider
        self._clients = clients

    def has_cfn_attr(self, name: str) -> bool:
        return name in self._provider.attributes

    def create_from_cloudformation_json(
        self, name: str, declaration: JsonObject, _account: str, region: str, **_: str
    ) -> Resource:
        properties = declaration["Properties"]
        self._check(properties)
        provider = self._provider(self._clients, region)
        resource = provider.create(name, properties)
        try:
            provider.complete(resource, properties)
        except (BotoCoreError, ClientError):
            provider.delete(resource)
            raise
        resource.properties = properties
        return resource

    def update_from_cloudformation_json(
        self,
        *,
        original_resource: Resource,
        new_resource_name: str,
        cloudformation_json: JsonObject,
        account_id: str,
        region_name: str,
    ) -> Resource:
        """The resource with its new properties; the very same if they are the old ones."""
        del new_resource_name, account_id
        properties = cloudformation_json["Properties"]
        if properties == original_resource.properties:
            return original_resource
        self._check(properties)
        name = self._provider.name_property
        if name is not None and properties.get(name) != original_resource.properties.get(name):
            raise ValidationError(
                message=f"{original_resource.logical_resource_id}: another {name} needs a new "
                "resource in the place of the old one, which is not supported here"
            )
        updated = self._provider(self._clients, region_name).update(original_resource, properties)
        updated.properties = properties
        return updated

    def _check(self, properties: JsonObject) -> None:
        known = self._provider.known
        if known is not None and (unknown := properties.keys() - known):
            raise ValidationError(
                message=f"{min(unknown)} of {self._provider.type} is not supported here"
            )

    def delete(self, resource: Resource, region: str) -> None:
        self._provider(self._clients, region).delete(resource)
