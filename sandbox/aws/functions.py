"""What invoking a Lambda function takes and gives. Development only.

`Functions` is satisfied by the real runtime (`lambda_runtime`) and by the fake (`fake_functions`).
"""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

MAX_RESPONSE_BYTES = 6 * 1024 * 1024 + 100
"""Lambda's limit for a synchronous response: 6 MB and what surrounds it."""


class InvocationRefusedError(Exception):
    """Lambda would not run the function: its API answers with `code` and an HTTP `status`."""

    def __init__(self, code: str, message: str, status: int) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status


class FunctionNotFoundError(InvocationRefusedError):
    def __init__(self, arn: str) -> None:
        super().__init__("ResourceNotFoundException", f"Function not found: {arn}", 404)


class TooManyRequestsError(InvocationRefusedError):
    def __init__(self) -> None:
        super().__init__("TooManyRequestsException", "Rate Exceeded.", 429)


class ServiceError(InvocationRefusedError):
    def __init__(self) -> None:
        super().__init__("ServiceException", "Service encountered an internal error.", 500)


@dataclass(frozen=True, slots=True)
class Invocation:
    """One run of a function; times in UTC, `error` is the errorType or None."""

    function: str
    request_id: str
    started_at: datetime
    ended_at: datetime
    cold: bool
    error: str | None


@dataclass(frozen=True, slots=True)
class InvocationResult:
    """What the function returned, or the description of its error when `function_error` is set."""

    payload: bytes
    function_error: str | None = None
    log_tail: str = ""


class Functions(Protocol):
    """Runs functions by name and remembers each run."""

    @property
    def invocations(self) -> list[Invocation]: ...

    def invoke(self, name: str, payload: bytes) -> InvocationResult:
        """Run `name` to its end. Raises `InvocationRefusedError` when it could not be run."""


def error_payload(error_type: str, message: str) -> bytes:
    """The JSON document by which Lambda describes a function's error."""
    return json.dumps({"errorMessage": message, "errorType": error_type}).encode()


def error_type(result: InvocationResult) -> str | None:
    """The errorType of a failed invocation, None of a good one."""
    if result.function_error is None:
        return None
    return str(json.loads(result.payload).get("errorType", "Unknown"))
