"""Functions that are callables in this process, to test a state machine. Development only."""

import json
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from uuid import uuid4

from sandbox.aws.functions import (
    FunctionNotFoundError,
    Invocation,
    InvocationRefusedError,
    InvocationResult,
    error_payload,
    error_type,
)
from sandbox.aws.json_types import Json

Answer = Callable[[Json], Json]


class FunctionError(Exception):
    """The function failed: its errorType and errorMessage."""

    def __init__(self, error_type: str, message: str = "") -> None:
        super().__init__(f"{error_type}: {message}")
        self.error_type = error_type
        self.message = message


class FakeFunctions:
    """Functions by name: each takes the event and returns its result.

    It fails as a Lambda does by raising: `FunctionError`, or any exception under its own class
    name; `InvocationRefusedError` (throttled, Lambda itself broken) means it did not run.
    `events` holds what each function was given, in order.
    """

    def __init__(self, functions: Mapping[str, Answer]) -> None:
        self._functions = dict(functions)
        self._lock = threading.Lock()
        self.events: dict[str, list[Json]] = {name: [] for name in functions}
        self.invocations: list[Invocation] = []

    def replace(self, name: str, function: Answer) -> None:
        """Let another answer in its place from now on, as after a deployment."""
        self._functions[name] = function

    def invoke(self, name: str, payload: bytes) -> InvocationResult:
        function = self._functions.get(name)
        if function is None:
            raise FunctionNotFoundError(name)
        event = json.loads(payload or b"{}")
        with self._lock:
            self.events[name].append(event)
        started_at = datetime.now(UTC)
        result = _result(function, event)
        run = Invocation(
            name, str(uuid4()), started_at, datetime.now(UTC), cold=False, error=error_type(result)
        )
        with self._lock:
            self.invocations.append(run)
        return result


def in_turn(*answers: Json) -> Answer:
    """Give one answer per call, the last one ever after: a value, a callable or an exception."""
    lock = threading.Lock()
    left = list(answers)

    def answer(event: Json) -> Json:
        with lock:
            chosen = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(chosen, Exception):
            raise chosen
        return chosen(event) if callable(chosen) else chosen

    return answer


def _result(function: Answer, event: Json) -> InvocationResult:
    try:
        return InvocationResult(json.dumps(function(event)).encode())
    except InvocationRefusedError:
        raise
    except FunctionError as error:
        return InvocationResult(error_payload(error.error_type, error.message), "Unhandled")
    except Exception as error:  # noqa: BLE001  Lambda reports whatever a function raises
        return InvocationResult(error_payload(type(error).__name__, str(error)), "Unhandled")
