"""The boto3 clients with which moto's interpreter calls AWS. Development only.

moto makes a client per task: slow, and from many threads at once (a Map) unsafe, because boto3's
default session is not made for that. Here they are kept, and closed at the end. Each calls in the
name of the state machine's role.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Final

from botocore.config import Config
from moto.stepfunctions.parser.asl.component.state.exec.state_task import lambda_eval_utils
from moto.stepfunctions.parser.asl.component.state.exec.state_task.credentials import (
    StateCredentials,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service import (
    state_task_service_aws_sdk,
    state_task_service_dynamodb,
    state_task_service_events,
    state_task_service_sfn,
    state_task_service_sns,
)

from sandbox.aws.boto_clients import BotoClients
from sandbox.aws.moto_adapters.replacement import replaced

_USERS: Final = (
    lambda_eval_utils,
    state_task_service_aws_sdk,
    state_task_service_dynamodb,
    state_task_service_events,
    state_task_service_sfn,
    state_task_service_sns,
)
_LONGEST_LAMBDA_SECONDS: Final = 900


@contextmanager
def install(endpoint_url: str) -> Iterator[None]:
    clients = BotoClients(
        endpoint_url, Config(parameter_validation=False, read_timeout=_LONGEST_LAMBDA_SECONDS)
    )

    def boto_client_for(region: str, service: str, state_credentials: StateCredentials) -> object:
        return clients.client(service, region, caller=state_credentials.role_arn.rpartition("/")[2])

    with ExitStack() as stack:
        stack.callback(clients.close)
        for module in _USERS:
            stack.enter_context(replaced(module, "boto_client_for", boto_client_for))
        yield
