"""Which errors a Retry or Catch matches, and their names out of a Map. Development only.

In moto States.ALL also matches the errors that end an execution whatever it says:
States.DataLimitExceeded (which can be caught by its own name only) and States.Runtime (which is
never caught nor retried); States.TaskFailed matches none of Step Functions' own errors, though it
stands for all but States.Timeout; and an iteration of a Map that fails with one of Step Functions'
own errors turns it into States.Runtime.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Final

from moto.stepfunctions.parser.asl.component.common.error_name.custom_error_name import (
    CustomErrorName,
)
from moto.stepfunctions.parser.asl.component.common.error_name.error_equals_decl import (
    ErrorEqualsDecl,
)
from moto.stepfunctions.parser.asl.component.common.error_name.error_name import ErrorName
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name import (
    StatesErrorName,
)
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name_type import (
    StatesErrorNameType,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_map.iteration import iteration_worker
from moto.stepfunctions.parser.asl.eval.environment import Environment

from sandbox.aws.moto_adapters.replacement import replaced

_RUNTIME: Final = "States.Runtime"
_DATA_LIMIT: Final = "States.DataLimitExceeded"
_TIMEOUT: Final = "States.Timeout"


@contextmanager
def install() -> Iterator[None]:
    with ExitStack() as stack:
        stack.enter_context(replaced(ErrorEqualsDecl, "_eval_body", _eval_body))
        stack.enter_context(replaced(iteration_worker, "CustomErrorName", _error_name))
        yield


def matches(error: str | None, error_equals: list[str | None]) -> bool:
    """Whether a retrier or catcher with this ErrorEquals takes the error."""
    if error == _RUNTIME:
        return False
    if error in error_equals:
        return True
    if error == _DATA_LIMIT:
        return False
    if "States.ALL" in error_equals:
        return True
    return "States.TaskFailed" in error_equals and error != _TIMEOUT


def _eval_body(self: ErrorEqualsDecl, env: Environment) -> None:
    error: ErrorName = env.stack.pop()
    env.stack.append(matches(error.error_name, [name.error_name for name in self.error_names]))


def _error_name(error_name: str) -> ErrorName:
    if error_name.startswith("States."):
        return StatesErrorName(typ=StatesErrorNameType.from_name(error_name))
    return CustomErrorName(error_name)
