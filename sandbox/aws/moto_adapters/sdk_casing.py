"""PascalCase parameters and responses of `aws-sdk` integrations. Development only.

Step Functions takes and gives PascalCase whatever the service's own casing; moto's two places for
that are empty. The names come from botocore's service model, at every depth, in structures, lists
and maps (a map's keys are data and stay).
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime

from botocore.model import ListShape, MapShape, Shape, StructureShape
from botocore.response import StreamingBody
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_aws_sdk import (  # noqa: E501  moto's own length
    StateTaskServiceAwsSdk,
)

from sandbox.aws.json_types import Json, JsonObject
from sandbox.aws.moto_adapters.parameters import operation_model, to_boto
from sandbox.aws.moto_adapters.replacement import replaced


@contextmanager
def install() -> Iterator[None]:
    with ExitStack() as stack:
        for name, ours in (
            ("_normalise_parameters", _normalise_parameters),
            ("_normalise_response", _normalise_response),
        ):
            stack.enter_context(replaced(StateTaskServiceAwsSdk, name, ours))
        yield


def from_boto(value: Json, shape: Shape | None) -> Json:
    """`value` with PascalCase member names, times as ISO 8601 text in UTC, bodies as text."""
    if isinstance(shape, StructureShape) and isinstance(value, dict):
        return {
            pascal_case(key): from_boto(item, shape.members.get(key)) for key, item in value.items()
        }
    if isinstance(shape, ListShape) and isinstance(value, list):
        return [from_boto(item, shape.member) for item in value]
    if isinstance(shape, MapShape) and isinstance(value, dict):
        return {key: from_boto(item, shape.value) for key, item in value.items()}
    return _scalar(value)


def pascal_case(member: str) -> str:
    """The name Step Functions gives to a member: `logGroupName` is `LogGroupName`."""
    name: str = StateTaskServiceAwsSdk._to_sfn_cased(member)  # noqa: SLF001  moto's own rule, unused there
    return name


def _scalar(value: Json) -> Json:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    if isinstance(value, StreamingBody):
        return value.read().decode()
    if isinstance(value, bytes):
        return value.decode()
    return value


def _normalise_parameters(self: StateTaskServiceAwsSdk, parameters: JsonObject, *_: object) -> None:
    converted = to_boto(parameters, operation_model(self).input_shape, pascal_case)
    parameters.clear()
    parameters.update(converted)


def _normalise_response(self: StateTaskServiceAwsSdk, response: JsonObject, *_: object) -> None:
    converted = from_boto(response, operation_model(self).output_shape)
    response.clear()
    response.update(converted)
