"""A JSONata Choice: its default, no match, and conditions that are no booleans. Development only.

moto applies the Assign and Output that belong to the default also when a rule leads to the same
state, and fails with States.Runtime where no rule matches (States.NoChoiceMatched) or a condition
is neither true nor false (States.QueryEvaluationError).
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from moto.stepfunctions.parser.asl.component.state.choice.comparison.comparison import (
    ConditionStringJSONata,
)
from moto.stepfunctions.parser.asl.component.state.choice.state_choice import StateChoice
from moto.stepfunctions.parser.asl.eval.environment import Environment

from sandbox.aws.moto_adapters.failures import no_choice_matched, query_evaluation_error
from sandbox.aws.moto_adapters.replacement import replaced


@contextmanager
def install() -> Iterator[None]:
    choose, leave = StateChoice._eval_state, StateChoice._eval_state_output  # noqa: SLF001  nothing public

    def eval_state(self: StateChoice, env: Environment) -> None:
        if self._is_language_query_jsonpath():
            choose(self, env)
        else:
            env.stack.append(_chosen(self, env))

    def eval_state_output(self: StateChoice, env: Environment) -> None:
        if self._is_language_query_jsonpath():
            leave(self, env)
        else:
            env.next_state_name = env.stack.pop()

    with ExitStack() as stack:
        stack.enter_context(replaced(StateChoice, "_eval_state", eval_state))
        stack.enter_context(replaced(StateChoice, "_eval_state_output", eval_state_output))
        stack.enter_context(replaced(ConditionStringJSONata, "_eval_body", _eval_condition))
        yield


def _chosen(choice: StateChoice, env: Environment) -> str:
    """The name of the next state, once what belongs to the way there is assigned and output."""
    for rule in choice.choices_decl.rules:
        rule.eval(env)
        if env.stack.pop():
            return str(rule.next_stmt.name)
    if choice.default_state is None:
        raise no_choice_matched(env, f"No choice of the state '{choice.name}' matched")
    for effect in (choice.assign_decl, choice.output):
        if effect is not None:
            effect.eval(env=env)
    return str(choice.default_state.state_name)


def _eval_condition(self: ConditionStringJSONata, env: Environment) -> None:
    self.string_jsonata.eval(env=env)
    if not isinstance(env.stack[-1], bool):
        expression = self.string_jsonata.expression
        cause = f"The JSONata expression '{expression}' returned {env.stack[-1]!r}, not a boolean."
        raise query_evaluation_error(env, cause)
