"""One clock for waits, retries, times and time limits of moto's interpreter. Development only."""

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timezone
from types import SimpleNamespace
from typing import Any

from moto.stepfunctions.parser import models
from moto.stepfunctions.parser.asl.component.common.retry import retrier_decl
from moto.stepfunctions.parser.asl.component.program import program
from moto.stepfunctions.parser.asl.component.state import state
from moto.stepfunctions.parser.asl.component.state.exec import execute_state
from moto.stepfunctions.parser.asl.component.state.exec.state_map.iteration import (
    inline_iteration_component,
    job,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_parallel import (
    branch_worker,
    branches_decl,
)
from moto.stepfunctions.parser.asl.component.state.wait.wait_function import timestamp
from moto.stepfunctions.parser.asl.component.state.wait.wait_function.wait_function import (
    WaitFunction,
)
from moto.stepfunctions.parser.asl.eval import environment
from moto.stepfunctions.parser.asl.eval.environment import Environment
from moto.stepfunctions.parser.asl.eval.event.event_manager import EventManager
from moto.stepfunctions.parser.asl.eval.states import StateData
from moto.stepfunctions.parser.backend import execution_worker

from sandbox.aws.moto_adapters.activity import Activity
from sandbox.aws.moto_adapters.replacement import replaced

Replacement = tuple[Any, str, Any]


class Clock:
    """Wait states and Retry take 1/`speed` of their time, TimeoutSeconds 1/`timeout_speed`.

    They differ because work is done in real time: a limit that shrinks along with the waits would
    hit a task that is merely slow. `waits` and `retries` hold the seconds asked for, in order.
    """

    def __init__(self, speed: float = 1.0, timeout_speed: float = 1.0) -> None:
        self.speed = speed
        self.timeout_speed = timeout_speed
        self.activity = Activity(self.real_timeout)
        self.waits: list[float] = []
        self.retries: list[float] = []

    def now(self) -> datetime:
        """The present instant in UTC: whatever the speed, it is the real one."""
        return datetime.now(UTC)

    def real_timeout(self, seconds: float) -> float:
        """How long a time limit of `seconds` is in real seconds."""
        return seconds / self.timeout_speed

    def wait(self, env: Environment, seconds: float) -> None:
        """Wait, but no longer than the execution runs."""
        self.waits.append(seconds)
        self._sleep(env, seconds)

    def wait_before_retry(self, env: Environment, seconds: float) -> None:
        """Wait, but no longer than the execution runs."""
        self.retries.append(seconds)
        self._sleep(env, seconds)

    def program_event(self) -> threading.Event:
        """What moto sets and clears when an execution, or a part of it, runs no longer."""
        return threading.Event()

    def _sleep(self, env: Environment, seconds: float) -> None:
        deadline = time.monotonic() + seconds / self.speed
        while env.is_running() and (left := deadline - time.monotonic()) > 0:
            env.program_state_event.wait(left)


@contextmanager
def install(clock: Clock) -> Iterator[None]:
    with ExitStack() as stack:
        for replacement in (*_sleeping(clock), *_times(clock), *_threads(clock)):
            stack.enter_context(replaced(*replacement))
        yield


def _sleeping(clock: Clock) -> Iterator[Replacement]:
    eval_retrier = retrier_decl.RetrierDecl._eval_body  # noqa: SLF001  moto sleeps in the midst of it
    retrying = threading.local()

    def wait_interval(_: WaitFunction, env: Environment, wait_seconds: float) -> None:
        clock.wait(env, wait_seconds)

    def eval_body(self: retrier_decl.RetrierDecl, env: Environment) -> None:
        retrying.env = env
        eval_retrier(self, env)

    def sleep(seconds: float) -> None:
        clock.wait_before_retry(retrying.env, seconds)

    yield WaitFunction, "_wait_interval", wait_interval
    yield retrier_decl.RetrierDecl, "_eval_body", eval_body
    yield retrier_decl, "time", SimpleNamespace(sleep=sleep)


def _times(clock: Clock) -> Iterator[Replacement]:
    def now(tz: timezone | None = None) -> datetime:
        return clock.now().replace(tzinfo=tz)

    def entered(Name: str, EnteredTime: str) -> StateData:  # noqa: N803  moto's keywords
        del EnteredTime
        return StateData(Name=Name, EnteredTime=clock.now())

    moments = SimpleNamespace(now=now, strptime=datetime.strptime)
    library = SimpleNamespace(datetime=moments, timezone=timezone)
    yield models, "datetime", library
    yield timestamp, "datetime", library
    yield state, "StateData", entered
    yield EventManager, "_get_current_timestamp", staticmethod(clock.now)


def _threads(clock: Clock) -> Iterator[Replacement]:
    activity = clock.activity
    library = SimpleNamespace(Thread=activity.thread, Event=activity.event, Lock=threading.Lock)
    for module in (
        program,
        execute_state,
        inline_iteration_component,
        job,
        branch_worker,
        branches_decl,
    ):
        yield module, "threading", library
    yield execute_state, "Thread", activity.thread
    yield execution_worker, "Thread", activity.thread
    program_state = SimpleNamespace(Event=clock.program_event, RLock=threading.RLock)
    yield environment, "threading", program_state
