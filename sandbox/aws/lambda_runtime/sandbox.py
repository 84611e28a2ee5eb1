"""One process that runs one function, one invocation at a time. Development only."""

import os
import queue
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import uuid4

from sandbox.aws.functions import MAX_RESPONSE_BYTES, error_payload
from sandbox.aws.lambda_runtime.configuration import FunctionConfig, process_environment
from sandbox.aws.lambda_runtime.log_events import LogEvent
from sandbox.aws.lambda_runtime.output import ProcessOutput
from sandbox.aws.lambda_runtime.runtime_api import Event, RuntimeApi, Signal, Work

_INIT_SECONDS: Final = 10
_SIGNALS: Final[dict[int, str]] = {
    signal.SIGKILL: "killed",
    signal.SIGSEGV: "segmentation fault",
    signal.SIGABRT: "aborted",
    signal.SIGTERM: "terminated",
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an invocation ended, after `duration` seconds; `status` as REPORT says it, if it does."""

    payload: bytes
    failed: bool
    duration: float
    status: str | None = None


class Sandbox:
    """Starts its process at once and ends it with `close`.

    `init_duration` is in seconds, None until the process has first asked for work.
    """

    def __init__(self, function: FunctionConfig, region: str, endpoint_url: str) -> None:
        self.function = function
        self.log_stream = f"{time.strftime('%Y/%m/%d', time.gmtime())}/[$LATEST]{uuid4().hex}"
        self.init_duration: float | None = None
        self._usable = True
        self._api = RuntimeApi()
        self._started_at = time.monotonic()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "awslambdaric", function.handler],
            cwd=function.code_directory,
            env=process_environment(
                function, region, endpoint_url, self._api.address, self.log_stream
            ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        assert self._process.stdout is not None  # noqa: S101  stdout is a pipe
        self._output = ProcessOutput(self._process.stdout)
        self._watcher = threading.Thread(target=self._watch, daemon=True)
        self._watcher.start()

    def invoke(self, request_id: str, function_arn: str, payload: bytes) -> Outcome:
        """Run one invocation to its end, the time limit at the latest."""
        limit = self.function.timeout_seconds
        ready = self._wait_for(self._started_at + _INIT_SECONDS + limit, Event.READY)
        if ready is None or ready.event is not Event.READY:
            return self._outcome(ready, time.monotonic() - self._started_at, request_id)
        started_at = time.monotonic()
        if self.init_duration is None:
            self.init_duration = started_at - self._started_at
        self._api.hand_out(Work(request_id, function_arn, payload, time.time() + limit))
        answer = self._wait_for(started_at + limit, Event.RESPONSE, Event.ERROR)
        return self._outcome(answer, time.monotonic() - started_at, request_id)

    def take_output(self) -> list[LogEvent]:
        """What the process has written since the last call, one event per line."""
        return self._output.take()

    def peak_memory_mb(self) -> int:
        """The largest resident set so far; 0 when the process or /proc is not there."""
        with suppress(OSError):
            for line in Path(f"/proc/{self._process.pid}/status").read_text().splitlines():
                if line.startswith("VmHWM:"):
                    return int(line.split()[1]) // 1024
        return 0

    @property
    def alive(self) -> bool:
        """False after a time limit, a crash or a failed initialisation: close it then."""
        return self._usable and self._process.poll() is None

    def kill(self) -> None:
        """End the process; an invocation under way ends as a crash."""
        self._process.kill()

    def close(self) -> None:
        self.kill()
        self._watcher.join()
        self._output.close()
        self._api.close()

    def _watch(self) -> None:
        self._process.wait()
        with suppress(ProcessLookupError):  # what the process itself started
            os.killpg(self._process.pid, signal.SIGKILL)
        self._api.signals.put(Signal(Event.EXITED))

    def _wait_for(self, deadline: float, *events: Event) -> Signal | None:
        """The first of `events`, or an end that no work can follow; None at the deadline."""
        while True:
            try:
                received = self._api.signals.get(timeout=max(0, deadline - time.monotonic()))
            except queue.Empty:
                return None
            if received.event in (*events, Event.INIT_ERROR, Event.EXITED):
                return received

    def _outcome(self, end: Signal | None, duration: float, request_id: str) -> Outcome:
        if end is not None and end.event is Event.RESPONSE:
            return _response(end.body, duration)
        if end is not None and end.event is Event.ERROR:
            return Outcome(end.body, failed=True, duration=duration)
        self._usable = False
        if end is None:
            text = f"Task timed out after {self.function.timeout_seconds:.2f} seconds"
            payload = error_payload("Sandbox.Timedout", f"RequestId: {request_id} Error: {text}")
            return Outcome(payload, failed=True, duration=duration, status="timeout")
        payload = end.body
        if end.event is Event.EXITED:
            text = f"RequestId: {request_id} Error: {self._reason_of_exit()}"
            payload = error_payload("Runtime.ExitError", text)
        return Outcome(payload, failed=True, duration=duration, status="error")

    def _reason_of_exit(self) -> str:
        code: int = self._process.returncode
        if code == 0:
            return "Runtime exited without providing a reason"
        how = f"exit status {code}" if code > 0 else f"signal: {_SIGNALS.get(-code, -code)}"
        return f"Runtime exited with error: {how}"


def _response(body: bytes, duration: float) -> Outcome:
    if len(body) <= MAX_RESPONSE_BYTES:
        return Outcome(body, failed=False, duration=duration)
    payload = error_payload(
        "Function.ResponseSizeTooLarge",
        "Response payload size exceeded maximum allowed payload size "
        f"({MAX_RESPONSE_BYTES} bytes).",
    )
    return Outcome(payload, failed=True, duration=duration)
