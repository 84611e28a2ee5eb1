"""How a resource is made by its service's API, and what a stack keeps of it. Development only."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from moto.cloudformation.exceptions import UnformattedGetAttTemplateException, ValidationError

from sandbox.aws.boto_clients import BotoClients
from sandbox.aws.json_types import JsonObject


@dataclass(slots=True)
class Resource:
    """A resource that exists: `physical_resource_id` is what Ref gives, `attributes` GetAtt.

    The other fields are set by who keeps it.
    """

    physical_resource_id: str
    attributes: Mapping[str, str] = field(default_factory=dict)
    properties: JsonObject = field(default_factory=dict)
    cf_resource_type: str = ""
    logical_resource_id: str = ""

    def get_cfn_attribute(self, name: str) -> str:
        if name not in self.attributes:
            raise UnformattedGetAttTemplateException
        return self.attributes[name]

    def is_created(self) -> bool:
        return True


class Provider(ABC):
    """One type of resource, made by the API of `service`.

    `properties` are the template's, resolved. The methods raise botocore's errors.
    """

    type: ClassVar[str]
    service: ClassVar[str]
    known: ClassVar[frozenset[str] | None] = None
    """The properties that are supported; None leaves the judgement to the service's client."""

    attributes: ClassVar[frozenset[str]] = frozenset({"Arn"})
    name_property: ClassVar[str | None] = None
    """The property that names the resource; CloudFormation makes a name where it is not given."""

    def __init__(self, clients: BotoClients, region: str) -> None:
        self._clients = clients
        self._region = region

    @property
    def client(self) -> Any:  # noqa: ANN401  boto3 makes the class as it runs
        return self.client_of(self.service)

    def client_of(self, service: str) -> Any:  # noqa: ANN401  as `client`
        return self._clients.client(service, self._region)

    @abstractmethod
    def create(self, name: str, properties: JsonObject) -> Resource:
        """Make it, under this name if it has one."""

    def complete(self, resource: Resource, properties: JsonObject) -> None:  # noqa: B027  most are complete
        """Do what follows the making; where that fails, the resource is removed again."""

    def update(self, resource: Resource, properties: JsonObject) -> Resource:
        """Give an existing one other properties. Raises moto's `ValidationError` if it cannot."""
        del properties
        raise ValidationError(
            message=f"{resource.logical_resource_id}: a change of {self.type} is not supported here"
        )

    @abstractmethod
    def delete(self, resource: Resource) -> None:
        """Remove it and what belongs to it."""
