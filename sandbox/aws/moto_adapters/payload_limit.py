"""The payload limit of 262,144 bytes. Development only.

moto counts a payload's JSON with blanks after separators and six characters for each one beyond
ASCII, refuses one of exactly the limit, and does not look at what a task is given.
"""

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Final

from moto.stepfunctions.parser.asl.component.state import state
from moto.stepfunctions.parser.asl.component.state.exec.state_task import (
    state_task,
    state_task_lambda,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service import state_task_service
from moto.stepfunctions.parser.asl.eval.environment import Environment

from sandbox.aws.json_types import Json, JsonObject
from sandbox.aws.moto_adapters.failures import data_limit_exceeded
from sandbox.aws.moto_adapters.replacement import replaced

MAX_PAYLOAD_BYTES: Final = 262_144


@contextmanager
def install() -> Iterator[None]:
    upstream = state_task.StateTask._eval_parameters  # noqa: SLF001  moto has no public place for this

    def eval_parameters(self: state_task.StateTask, env: Environment) -> JsonObject:
        parameters: JsonObject = upstream(self, env)
        if not is_within_limit(parameters):
            raise data_limit_exceeded(
                env,
                f"The input of the state '{self.name}' exceeds the maximum number of bytes "
                f"service limit ({MAX_PAYLOAD_BYTES:,}).",
            )
        return parameters

    with ExitStack() as stack:
        for module in (state, state_task_lambda, state_task_service):
            stack.enter_context(replaced(module, "is_within_size_quota", is_within_limit))
        stack.enter_context(replaced(state_task.StateTask, "_eval_parameters", eval_parameters))
        yield


def is_within_limit(value: Json) -> bool:
    """Whether `value`, as compact JSON in UTF-8, may travel between states."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)
    return len(text.encode(errors="surrogatepass")) <= MAX_PAYLOAD_BYTES
