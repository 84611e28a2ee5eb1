"""The types of resources that are supported, each made by its service's API.

Any other type is moto's own, or refused where moto would leave it out. Development only.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, Final

from moto.cloudformation import parsing
from moto.cloudformation.exceptions import ValidationError

from sandbox.aws.boto_clients import BotoClients
from sandbox.aws.cloudformation.models import ProviderModel
from sandbox.aws.cloudformation.providers.cloudwatch import AlarmProvider, DashboardProvider
from sandbox.aws.cloudformation.providers.functions import FunctionProvider
from sandbox.aws.cloudformation.providers.logs import LogGroupProvider
from sandbox.aws.cloudformation.providers.queues import QueueProvider
from sandbox.aws.cloudformation.providers.roles import RoleProvider
from sandbox.aws.cloudformation.providers.schedules import ScheduleProvider
from sandbox.aws.cloudformation.providers.state_machines import StateMachineProvider
from sandbox.aws.cloudformation.providers.tables import TableProvider
from sandbox.aws.cloudformation.providers.topics import TopicPolicyProvider, TopicProvider
from sandbox.aws.moto_adapters.replacement import replaced

PROVIDERS: Final = (
    AlarmProvider,
    DashboardProvider,
    FunctionProvider,
    LogGroupProvider,
    QueueProvider,
    RoleProvider,
    ScheduleProvider,
    StateMachineProvider,
    TableProvider,
    TopicPolicyProvider,
    TopicProvider,
)


@contextmanager
def install(clients: BotoClients) -> Iterator[None]:
    upstream_class = parsing.resource_class_from_type
    upstream_name = parsing.resource_name_property_from_type
    names = {provider.type: provider.name_property for provider in PROVIDERS}
    models = {provider.type: ProviderModel(provider, clients) for provider in PROVIDERS}

    def class_of(resource_type: str) -> Any:  # noqa: ANN401  moto takes whatever has its methods
        if resource_type in models:
            return models[resource_type]
        found = upstream_class(resource_type)
        if found is None:
            raise ValidationError(message=f"{resource_type} is not supported here")
        return found

    def name_property(resource_type: str) -> str | None:
        if resource_type in names:
            return names[resource_type]
        found: str | None = upstream_name(resource_type)
        return found

    with ExitStack() as stack:
        stack.enter_context(replaced(parsing, "resource_class_from_type", class_of))
        stack.enter_context(replaced(parsing, "resource_name_property_from_type", name_property))
        yield
