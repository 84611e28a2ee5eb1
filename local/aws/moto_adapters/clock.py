"""One clock for waits, retries and time limits of moto's interpreter. Development only."""

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from types import SimpleNamespace
from typing import Any

from moto.stepfunctions.parser.asl.component.common.retry import retrier_decl
from moto.stepfunctions.parser.asl.component.program import program
from moto.stepfunctions.parser.asl.component.state.exec import execute_state
from moto.stepfunctions.parser.asl.component.state.wait.wait_function.wait_function import (
    WaitFunction,
)
from moto.stepfunctions.parser.asl.eval.environment import Environment

from local.aws.moto_adapters.replacement import replaced


class Clock:
    """Wait states and Retry take 1/`speed` of their time, TimeoutSeconds 1/`timeout_speed`.

    They differ because work is done in real time: a limit that shrinks along with the waits would
    hit a task that is merely slow. `waits` and `retries` hold the seconds asked for, in order.
    """

    def __init__(self, speed: float = 1.0, timeout_speed: float = 1.0) -> None:
        self.speed = speed
        self.timeout_speed = timeout_speed
        self.waits: list[float] = []
        self.retries: list[float] = []

    def real_timeout(self, seconds: float | None) -> float | None:
        """How long a time limit of `seconds` is in real seconds; None is no limit."""
        return None if seconds is None else seconds / self.timeout_speed

    def sleep_before_retry(self, seconds: float) -> None:
        self.retries.append(seconds)
        time.sleep(seconds / self.speed)

    def wait(self, env: Environment, seconds: float) -> None:
        """Wait, but no longer than the execution runs."""
        self.waits.append(seconds)
        deadline = time.monotonic() + seconds / self.speed
        while env.is_running() and (left := deadline - time.monotonic()) > 0:
            env.program_state_event.wait(left)


@contextmanager
def install(clock: Clock) -> Iterator[None]:
    def wait_interval(_: WaitFunction, env: Environment, wait_seconds: float) -> None:
        clock.wait(env, wait_seconds)

    class Event(threading.Event):
        """What moto waits on until a task is done or its TimeoutSeconds are over."""

        def wait(self, timeout: float | None = None) -> bool:
            return super().wait(clock.real_timeout(timeout))

    class Thread(threading.Thread):
        """What moto joins until an execution is done or its TimeoutSeconds are over."""

        def join(self, timeout: float | None = None) -> None:
            super().join(clock.real_timeout(timeout))

    replacements: list[tuple[Any, str, Any]] = [
        (WaitFunction, "_wait_interval", wait_interval),
        (retrier_decl, "time", SimpleNamespace(sleep=clock.sleep_before_retry)),
        (execute_state, "threading", SimpleNamespace(Event=Event)),
        (program, "threading", SimpleNamespace(Thread=Thread)),
    ]
    with ExitStack() as stack:
        for replacement in replacements:
            stack.enter_context(replaced(*replacement))
        yield
