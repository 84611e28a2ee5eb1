"""When an Assign takes effect. Development only.

In Step Functions a state's Assign and Output see the variables as they were when the state began;
the new values are visible from the next state on. In moto they are visible to the same state's
Output at once, so a definition could pass here and fail there.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Final

from moto.stepfunctions.parser.asl.component.common.assign.assign_decl import AssignDecl
from moto.stepfunctions.parser.asl.component.state.state import CommonStateField
from moto.stepfunctions.parser.asl.eval.environment import Environment

from sandbox.aws.json_types import JsonObject
from sandbox.aws.moto_adapters.replacement import replaced

_PENDING: Final = "pending assignments"


@contextmanager
def install() -> Iterator[None]:
    upstream = CommonStateField._get_state_exited_event_details  # noqa: SLF001  the last thing a state does

    def exited(self: CommonStateField, env: Environment) -> JsonObject:
        for name, value in env.heap.pop(_PENDING, {}).items():
            env.variable_store.set(variable_identifier=name, variable_value=value)
        details: JsonObject = upstream(self, env)
        return details

    with ExitStack() as stack:
        stack.enter_context(replaced(AssignDecl, "_eval_body", _eval_body))
        stack.enter_context(replaced(CommonStateField, "_get_state_exited_event_details", exited))
        yield


def _eval_body(self: AssignDecl, env: Environment) -> None:
    pending = env.heap.setdefault(_PENDING, {})
    for binding in self.declaration_bindings:
        binding.eval(env=env)
        pending.update(env.stack.pop())
