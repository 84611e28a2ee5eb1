"""JSONata in moto's interpreter, by jsonata-python. Development only.

moto has a place for an evaluator and none in it. It would also write `$states` and the variables
into the expression's own source text, where a quote in a string breaks the expression and an array
turns into a constructed one (which JSONata flattens differently). Here they are bound as data.
An undefined result, any error of the expression, and nesting deeper than Step Functions evaluates
are `States.QueryEvaluationError`; an expression that does not parse, or names `$`, `$$`, `$eval` or
a function that is not supported here, is refused with the definition.
"""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from copy import copy
from datetime import UTC, datetime
from functools import lru_cache
from itertools import count
from typing import Final

from jsonata import Jsonata
from jsonata.jexception import JException
from jsonata.utils import Utils
from moto.stepfunctions.parser.asl.component.common.string.string_expression import StringJSONata
from moto.stepfunctions.parser.asl.eval.environment import Environment
from moto.stepfunctions.parser.asl.jsonata.jsonata import (
    JSONataException,
    extract_jsonata_variable_references,
)

from sandbox.aws.json_types import Json, JsonObject
from sandbox.aws.moto_adapters.clock import Clock
from sandbox.aws.moto_adapters.failures import query_evaluation_error
from sandbox.aws.moto_adapters.jsonata_functions import FUNCTIONS, UNSUPPORTED, time_functions
from sandbox.aws.moto_adapters.replacement import replaced

_MOST_STEPS: Final = 5_000_000
"""Nodes of an expression that are evaluated; 400 broken clusters take a state machine 280,000. Only
what never ends takes more, on a machine of any speed."""
_MOST_DEPTH: Final = 100
"""Nodes that are being evaluated at the same time, each within the one before."""


@contextmanager
def install(clock: Clock) -> Iterator[None]:
    def eval_body(self: StringJSONata, env: Environment) -> None:
        try:
            env.stack.append(evaluate(self.expression, _variables(env), clock.now()))
        except JSONataException as error:
            cause = f"The JSONata expression '{self.expression}' {error.details}"
            raise query_evaluation_error(env, cause) from error

    with ExitStack() as stack:
        stack.enter_context(replaced(StringJSONata, "__init__", _init))
        stack.enter_context(replaced(StringJSONata, "_eval_body", eval_body))
        yield


def evaluate(
    expression: str, variables: Mapping[str, Json], now: datetime, most_steps: int = _MOST_STEPS
) -> Json:
    """The value of `expression` as plain JSON data, with `variables` by name without `$`.

    `now` is the instant of `$now()` and `$millis()`. Raises `JSONataException` when the expression
    fails, goes on after `most_steps`, or its result is undefined or no JSON.
    """
    try:
        result = _evaluation(expression, now, most_steps).evaluate(None, _bound_values(variables))
    except (JException, ValueError, TypeError, RecursionError) as error:
        raise JSONataException("EvaluationFailed", str(error)) from error
    if result is None:
        raise JSONataException("Undefined", "returned nothing (undefined).")
    return _plain(result)


def _evaluation(expression: str, now: datetime, most_steps: int) -> Jsonata:
    """The expression in an environment of its own, to be evaluated once, in this thread."""
    evaluation = copy(_compiled(expression))
    evaluation.parser = Jsonata.get_parser()
    evaluation.environment = evaluation.create_frame(evaluation.environment)
    _bound(evaluation.environment, most_steps)
    for name, function in time_functions(now).items():
        evaluation.register_lambda(name, function)
    # jsonata-python looks here for what is evaluated in a thread
    Jsonata.CURRENT.jsonata = evaluation
    return evaluation


def _bound(environment: Jsonata.Frame, most_steps: int) -> None:
    """End what takes too many steps, or nests too deep; jsonata-python calls both for each node."""
    steps, within = count(1), 0

    def enter(*_: object) -> None:
        nonlocal within
        within += 1
        if within > _MOST_DEPTH:
            raise ValueError(f"it nests deeper than {_MOST_DEPTH}")
        if next(steps) > most_steps:
            raise ValueError(f"it goes on after {most_steps:,} steps: is it a loop without end?")

    def leave(*_: object) -> None:
        nonlocal within
        within -= 1

    environment.set_evaluate_entry_callback(enter)
    environment.set_evaluate_exit_callback(leave)


def _bound_values(variables: Mapping[str, Json]) -> dict[str, Json]:
    """A variable that is null is not undefined, as jsonata-python takes Python's None for."""
    return {name: Utils.NULL_VALUE if value is None else value for name, value in variables.items()}


@lru_cache(maxsize=1024)
def _compiled(expression: str) -> Jsonata:
    """Shared by all threads, so never evaluated itself. Raises `JException`."""
    compiled = Jsonata(expression)
    compiled.set_output_convert_nulls(False)
    for name, function in FUNCTIONS.items():
        compiled.register_lambda(name, function)
    return compiled


def _plain(value: Json) -> Json:
    """The evaluator's own null, sequences and integral floats as plain JSON data."""
    if value is None or value is Utils.NULL_VALUE:
        return None
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        # by index: a range of jsonata-python iterates one short of its end
        return [_plain(value[index]) for index in range(len(value))]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, (str, bool, int, float)):
        return value
    raise JSONataException("UnsupportedType", "returned an unsupported result type.")


def _init(self: StringJSONata, expression: str) -> None:
    """Check the expression where moto reads the definition, as CreateStateMachine does."""
    self.literal_value = self.expression = expression
    extract_jsonata_variable_references(expression)
    if "$eval(" in expression:
        raise ValueError(f"Step Functions has no $eval, use $parse: {expression}")
    for name in UNSUPPORTED:
        if f"${name}(" in expression:
            raise ValueError(f"${name} is not supported here: {expression}")
    try:
        _compiled(expression)
    except JException as error:
        raise ValueError(f"the JSONata expression does not parse: {expression}: {error}") from error


def _variables(env: Environment) -> JsonObject:
    store = env.variable_store
    return {**store._outer_scope, **store._inner_scope, "states": _states(env)}  # noqa: SLF001  moto offers them as source text only


def _states(env: Environment) -> JsonObject:
    states = env.states
    document = {"input": states.get_input(), "context": _timestamps_as_text(states.get_context())}
    for name, value in (("result", states.get_result), ("errorOutput", states.get_error_output)):
        present = states._states_data.get(name)  # noqa: SLF001  absent and null are told apart here only
        if present is not None:
            document[name] = value()
    return document


def _timestamps_as_text(value: Json) -> Json:
    """Times as the context object shows them: ISO 8601 in UTC with milliseconds and a Z."""
    if isinstance(value, dict):
        return {key: _timestamps_as_text(item) for key, item in value.items()}
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return value
