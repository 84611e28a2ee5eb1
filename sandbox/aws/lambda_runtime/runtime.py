"""Runs functions by name, in a warm process when one is free. Development only."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final
from uuid import uuid4

from sandbox.aws.functions import (
    FunctionNotFoundError,
    Invocation,
    InvocationResult,
    TooManyRequestsError,
    error_type,
)
from sandbox.aws.lambda_runtime.configuration import FunctionConfig, log_group
from sandbox.aws.lambda_runtime.log_events import (
    Deliver,
    LogEvent,
    Report,
    end_line,
    start_line,
    time_limit_line,
)
from sandbox.aws.lambda_runtime.sandbox import Outcome, Sandbox

_TAIL_BYTES: Final = 4096


class LambdaRuntime:
    """Lambda for one region and account, until `close`.

    `deliver` takes the log of each invocation; `invocations` holds those that ended.
    """

    def __init__(self, region: str, account: str, endpoint_url: str, deliver: Deliver) -> None:
        self._region = region
        self._account = account
        self._endpoint_url = endpoint_url
        self._deliver = deliver
        self._free = threading.Condition()
        self._functions: dict[str, FunctionConfig] = {}
        self._idle: dict[str, list[Sandbox]] = {}
        self._busy: dict[str, list[Sandbox]] = {}
        self.invocations: list[Invocation] = []

    def deploy(self, function: FunctionConfig) -> str:
        """Make a function known, or put new code and configuration in its place; give its ARN."""
        with self._free:
            outdated = self._idle.pop(function.name, [])
            self._functions[function.name] = function
        for sandbox in outdated:
            sandbox.close()
        return self._arn(function.name)

    def remove(self, name: str) -> None:
        """Know a function no longer; what runs of it runs to its end."""
        with self._free:
            outdated = self._idle.pop(name, [])
            self._functions.pop(name, None)
        for sandbox in outdated:
            sandbox.close()

    def invoke(self, name: str, payload: bytes) -> InvocationResult:
        """Run `name` to its end. Raises `FunctionNotFoundError`, `TooManyRequestsError`."""
        request_id = str(uuid4())
        with self._sandbox(name) as sandbox:
            cold = sandbox.init_duration is None
            started_at = datetime.now(UTC)
            outcome = sandbox.invoke(request_id, self._arn(name), payload or b"{}")
            log = _log(sandbox, request_id, outcome, cold=cold)
            self._deliver(log_group(name), sandbox.log_stream, log)
        result = InvocationResult(
            outcome.payload, "Unhandled" if outcome.failed else None, _tail(log)
        )
        run = Invocation(
            name, request_id, started_at, datetime.now(UTC), cold=cold, error=error_type(result)
        )
        with self._free:
            self.invocations.append(run)
        return result

    def close(self) -> None:
        """Kill every process; return once invocations under way have ended, as crashes."""
        with self._free:
            self._functions.clear()
            idle = [sandbox for pool in self._idle.values() for sandbox in pool]
            self._idle.clear()
            for pool in self._busy.values():
                for sandbox in pool:
                    sandbox.kill()
            self._free.wait_for(lambda: not any(self._busy.values()))
        for sandbox in idle:
            sandbox.close()

    def _arn(self, name: str) -> str:
        return f"arn:aws:lambda:{self._region}:{self._account}:function:{name}"

    @contextmanager
    def _sandbox(self, name: str) -> Iterator[Sandbox]:
        sandbox = self._take(name)
        try:
            yield sandbox
        finally:
            self._give_back(sandbox)

    def _take(self, name: str) -> Sandbox:
        with self._free:
            function = self._functions.get(name)
            if function is None:
                raise FunctionNotFoundError(self._arn(name))
            busy = self._busy.setdefault(name, [])
            limit = function.reserved_concurrency
            if limit is not None and len(busy) >= limit:
                raise TooManyRequestsError
            sandbox = self._warm(name) or Sandbox(function, self._region, self._endpoint_url)
            busy.append(sandbox)
            return sandbox

    def _warm(self, name: str) -> Sandbox | None:
        idle = self._idle.get(name, [])
        while idle:
            sandbox = idle.pop()
            if sandbox.alive:
                return sandbox
            sandbox.close()
        return None

    def _give_back(self, sandbox: Sandbox) -> None:
        function = sandbox.function
        with self._free:
            self._busy[function.name].remove(sandbox)
            reusable = sandbox.alive and self._functions.get(function.name) is function
            if reusable:
                self._idle.setdefault(function.name, []).append(sandbox)
            self._free.notify_all()
        if not reusable:
            sandbox.close()


def _log(sandbox: Sandbox, request_id: str, outcome: Outcome, *, cold: bool) -> list[LogEvent]:
    """Everything the invocation leaves in its log stream, in order of time."""
    function = sandbox.function
    written = sandbox.take_output()
    first = LogEvent(start_line(request_id))
    if written:
        first = replace(first, timestamp=written[0].timestamp)
    if outcome.status == "timeout":
        written.append(LogEvent(time_limit_line(request_id, function.timeout_seconds)))
    report = Report(
        request_id,
        outcome.duration,
        function.memory_mb,
        sandbox.peak_memory_mb(),
        sandbox.init_duration if cold else None,
        outcome.status,
    )
    return [first, *written, LogEvent(end_line(request_id)), LogEvent(report.line())]


def _tail(log: list[LogEvent]) -> str:
    text = "\n".join(event.message for event in log)
    return text.encode()[-_TAIL_BYTES:].decode(errors="ignore")
