"""What a task gives to a service, as the service's model has it. Development only.

Step Functions starts a task with parameters it knows, of their types and complete, or not at all;
moto leaves out what it does not know, and sends the rest as it is.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import lru_cache
from typing import Final

from botocore.model import ListShape, MapShape, OperationModel, Shape, StructureShape
from botocore.session import Session
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service import (  # noqa: E501  moto's own length
    StateTaskService,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_dynamodb import (  # noqa: E501  moto's own length
    StateTaskServiceDynamoDB,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_sns import (  # noqa: E501  moto's own length
    StateTaskServiceSns,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_task.state_task import StateTask
from moto.stepfunctions.parser.asl.eval.environment import Environment

from sandbox.aws.json_types import Json, JsonObject
from sandbox.aws.moto_adapters.replacement import replaced

_TYPES: Final[dict[str, tuple[type, ...]]] = {
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "long": (int,),
    "float": (int, float),
    "double": (int, float),
    "list": (list,),
    "map": (dict,),
    "structure": (dict,),
}


class UnsupportedParameterError(Exception):
    """Step Functions does not start the task with such a parameter, or without it."""


@contextmanager
def install() -> Iterator[None]:
    with ExitStack() as stack:
        stack.enter_context(replaced(StateTask, "_eval_parameters", _eval_parameters))
        for service in (StateTaskServiceDynamoDB, StateTaskServiceSns):
            stack.enter_context(replaced(service, "_normalise_parameters", _check))
        yield


def to_boto(
    value: Json, shape: Shape | None, cased: Callable[[str], str] = str, path: str = ""
) -> Json:
    """`value` with the service's own member names; `cased` makes Step Functions' out of them.

    Raises `UnsupportedParameterError` for a name the service lacks, a value of another type and a
    member that is required and missing.
    """
    if shape is None:
        return value
    _check_type(value, shape, path)
    if isinstance(shape, StructureShape):
        members = {cased(member): member for member in shape.members}
        _check_names(
            value, set(members), {cased(member) for member in shape.required_members}, path
        )
        return {
            members[key]: to_boto(item, shape.members[members[key]], cased, f"{path}{key}.")
            for key, item in value.items()
        }
    if isinstance(shape, ListShape):
        return [to_boto(item, shape.member, cased, path) for item in value]
    if isinstance(shape, MapShape):
        return {
            key: to_boto(item, shape.value, cased, f"{path}{key}.") for key, item in value.items()
        }
    return value


def operation_model(task: StateTaskService) -> OperationModel:
    """The model of the action that a task calls."""
    action = task.resource.api_action
    return _operation_model(task._get_boto_service_name(), action[0].upper() + action[1:])  # noqa: SLF001  moto's name for the service


@lru_cache
def _operation_model(service: str, operation: str) -> OperationModel:
    return Session().get_service_model(service).operation_model(operation)


def _check_type(value: Json, shape: Shape, path: str) -> None:
    types = _TYPES.get(shape.type_name, (object,))
    if not isinstance(value, types) or (isinstance(value, bool) and bool not in (*types, object)):
        name = path.rstrip(".")
        raise UnsupportedParameterError(
            f"The value for the field '{name}' must be a {shape.type_name.upper()}"
        )


def _check_names(given: JsonObject, known: set[str], required: set[str], path: str) -> None:
    for key in given:
        if key not in known:
            raise UnsupportedParameterError(
                f'The field "{path}{key}" is not supported by Step Functions, '
                f"but these are: {', '.join(sorted(known))}"
            )
    for key in sorted(required - given.keys()):
        raise UnsupportedParameterError(f"The field '{path}{key}' is required but was missing")


def _eval_parameters(self: StateTask, env: Environment) -> JsonObject:
    if self.parargs is None:
        return {}
    self.parargs.eval(env=env)
    given: JsonObject = env.stack.pop()
    supported = self._get_supported_parameters()
    if supported:
        _check_names(given, supported, set(), "")
    return given


def _check(self: StateTaskService, parameters: JsonObject, *_: object) -> None:
    # a message that is no text is sent as JSON
    sent = {**parameters, "Message": ""} if "Message" in parameters else parameters
    to_boto(sent, operation_model(self).input_shape)
