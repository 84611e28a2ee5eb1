"""A clock that stands still until it is told to move. Development only."""

import threading
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from operator import attrgetter

from moto.stepfunctions.parser.asl.eval.environment import Environment

from sandbox.aws.moto_adapters.activity import Event
from sandbox.aws.moto_adapters.clock import Clock
from sandbox.patience import HANG_SECONDS


class StillAtWorkError(Exception):
    """Executions neither ended nor fell asleep within the real time allowed."""


class TimeGoesBackError(Exception):
    """The clock was told to move to an instant that is over."""


@dataclass(frozen=True, slots=True, eq=False)
class _Sleeper:
    """A part of an execution that waits for the instant `until`; `wake` ends its sleep."""

    until: datetime
    program_event: threading.Event
    wake: Event


class SimulatedClock(Clock):
    """Starts at an instant and moves when told; Wait and Retry sleep until it gets there.

    TimeoutSeconds guard real work and stay in real time. One thread drives: it starts executions
    and calls `settle` or `run_until`, after which each of them has ended or sleeps.
    """

    def __init__(self, start: datetime) -> None:
        super().__init__()
        self._now = start.astimezone(UTC)
        self._sleepers: list[_Sleeper] = []

    def now(self) -> datetime:
        return self._now

    def settle(self, timeout: float = HANG_SECONDS) -> None:
        """Wait until every execution has ended or sleeps, without moving.

        Raises `StillAtWorkError` after `timeout` real seconds.
        """
        at_work = self.activity.wait_until_idle(timeout)
        if at_work:
            raise StillAtWorkError(
                f"{at_work} threads of the interpreter are at work after {timeout:g} s: "
                "does a function or a service not answer?"
            )

    def run_until(self, instant: datetime, timeout: float = HANG_SECONDS) -> None:
        """Move to `instant`, waking sleepers in the order of their time, one after the other.

        Each time it waits for at most `timeout` real seconds as `settle` does. Raises
        `TimeGoesBackError`, `StillAtWorkError`.
        """
        if instant < self._now:
            raise TimeGoesBackError(f"it is {self._now}, {instant} is over")
        self.settle(timeout)
        while (sleeper := self._next_by(instant)) is not None:
            self._now = max(self._now, sleeper.until)
            self._wake(sleeper)
            self.settle(timeout)
        self._now = instant.astimezone(UTC)

    def run(self, duration: timedelta) -> None:
        """Move on by `duration` as `run_until` does."""
        self.run_until(self._now + duration)

    def program_event(self) -> threading.Event:
        clock = self

        class ProgramEvent(threading.Event):
            def set(self) -> None:
                super().set()
                clock.interrupt(self)

        return ProgramEvent()

    def interrupt(self, program_event: threading.Event) -> None:
        """Wake who sleeps in an execution, or a part of it, that runs no longer."""
        with self.activity.lock:
            for sleeper in list(self._sleepers):
                if sleeper.program_event is program_event:
                    self._wake(sleeper)

    def _sleep(self, env: Environment, seconds: float) -> None:
        until = self._now + timedelta(seconds=seconds)
        sleeper = _Sleeper(until, env.program_state_event, self.activity.event())
        with self.activity.lock:
            if seconds <= 0 or not env.is_running():
                return
            self._sleepers.append(sleeper)
        sleeper.wake.wait()

    def _next_by(self, instant: datetime) -> _Sleeper | None:
        with self.activity.lock:
            earliest = min(self._sleepers, key=attrgetter("until"), default=None)
        return earliest if earliest is not None and earliest.until <= instant else None

    def _wake(self, sleeper: _Sleeper) -> None:
        with self.activity.lock:
            if sleeper in self._sleepers:
                self._sleepers.remove(sleeper)
                sleeper.wake.set()
