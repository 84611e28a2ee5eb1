"""Names of errors of the optimized integrations with DynamoDB and SNS. Development only.

Step Functions names an error of the service's model after its class (it ends in Exception), any
other after the base class of the SDK for Java 1 (`DynamoDB.AmazonDynamoDBException`, for instance
for a ValidationException); moto takes the service's code as it is. And what is no error of
DynamoDB keeps its own name (States.Timeout, States.QueryEvaluationError); in moto it is DynamoDB's.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from botocore.exceptions import ClientError
from moto.stepfunctions.parser.asl.component.common.error_name.custom_error_name import (
    CustomErrorName,
)
from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import FailureEvent
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service import (  # noqa: E501  moto's own length
    StateTaskService,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_dynamodb import (  # noqa: E501  moto's own length
    StateTaskServiceDynamoDB,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_sns import (  # noqa: E501  moto's own length
    StateTaskServiceSns,
)
from moto.stepfunctions.parser.asl.eval.environment import Environment

from sandbox.aws.moto_adapters.replacement import replaced

FromError = Callable[[StateTaskService, Environment, Exception], FailureEvent]


@contextmanager
def install() -> Iterator[None]:
    with ExitStack() as stack:
        for service, prefix, base in (
            (StateTaskServiceDynamoDB, "DynamoDB", "AmazonDynamoDBException"),
            (StateTaskServiceSns, "SNS", "AmazonSNSException"),
        ):
            stack.enter_context(
                replaced(service, "_from_error", _from_error(service, prefix, base))
            )
        yield


def _from_error(service: type[StateTaskService], prefix: str, base: str) -> FromError:
    upstream = service._from_error  # noqa: SLF001  nothing public

    def from_error(self: StateTaskService, env: Environment, ex: Exception) -> FailureEvent:
        if not isinstance(ex, ClientError):
            return StateTaskService._from_error(self, env, ex)  # noqa: SLF001  nothing public
        event = upstream(self, env, ex)
        name = f"{prefix}.{exception_name(ex, base)}"
        event.error_name = CustomErrorName(name)
        event.event_details["taskFailedEventDetails"]["error"] = name
        return event

    return from_error


def exception_name(error: ClientError, base: str) -> str:
    """The class of an error in the SDK for Java: boto has one for each error of the model."""
    name = type(error).__name__
    if name == ClientError.__name__:
        return base
    return name if name.endswith("Exception") else f"{name}Exception"
