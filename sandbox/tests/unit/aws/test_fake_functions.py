"""Functions that are callables: they answer, fail and refuse as Lambda does."""

import json
from typing import Any

import pytest

from sandbox.aws.fake_functions import Answer, FakeFunctions, FunctionError, in_turn
from sandbox.aws.functions import FunctionNotFoundError, TooManyRequestsError


def test_a_result_is_json_and_the_event_is_kept() -> None:
    functions = FakeFunctions({"Double": lambda event: event["n"] * 2})
    assert b"4" == functions.invoke("Double", b'{"n": 2}').payload
    assert {"Double": [{"n": 2}]} == functions.events
    (run,) = functions.invocations
    assert ("Double", None) == (run.function, run.error)
    assert run.started_at <= run.ended_at


def divide(_: Any) -> Any:
    raise ZeroDivisionError("by zero")


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (in_turn(FunctionError("SlackError", "channel")), ("SlackError", "channel")),
        (divide, ("ZeroDivisionError", "by zero")),
        (in_turn(object()), ("TypeError", "Object of type object is not JSON serializable")),
    ],
    ids=["named", "any exception", "not JSON"],
)
def test_an_exception_is_a_functions_error(answer: Answer, error: tuple[str, str]) -> None:
    functions = FakeFunctions({"Work": answer})
    result = functions.invoke("Work", b"")
    described = json.loads(result.payload)
    assert "Unhandled" == result.function_error
    assert error == (described["errorType"], described["errorMessage"])
    assert [error[0]] == [run.error for run in functions.invocations]


def test_a_refusal_is_not_an_invocation() -> None:
    functions = FakeFunctions({"Work": in_turn(TooManyRequestsError(), "done")})
    with pytest.raises(TooManyRequestsError):
        functions.invoke("Work", b"")
    assert [] == functions.invocations
    assert [b'"done"', b'"done"'] == [functions.invoke("Work", b"").payload for _ in range(2)]


def test_an_unknown_function_is_not_found() -> None:
    with pytest.raises(FunctionNotFoundError, match="Nobody"):
        FakeFunctions({}).invoke("Nobody", b"")
