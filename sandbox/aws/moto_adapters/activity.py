"""Which threads of moto's interpreter are at work, and which wait for another. Development only.

A thread is at work from its start to its end, except while it waits for an `Event` or joins a
thread. Who sets an event, or ends, puts those that wait for it back to work in the same step: so
once none is at work, nothing happens any more by itself.
"""

import threading
from collections.abc import Callable
from typing import Any


class Activity:
    """Makes the interpreter's threads and events, and counts its threads at work.

    `real_timeout` makes real seconds of a time limit. Whoever holds `lock` sees the count stand
    still.
    """

    def __init__(self, real_timeout: Callable[[float], float] = float) -> None:
        self.real_timeout = real_timeout
        self.lock = threading.RLock()
        self._idle = threading.Condition(self.lock)
        self._at_work = 0

    def event(self) -> "Event":
        return Event(self)

    def thread(self, **named: Any) -> "Thread":  # noqa: ANN401  as `threading.Thread`
        return Thread(self, **named)

    def wait_until_idle(self, timeout: float) -> int:
        """Wait until no thread is at work; the number of those that are after `timeout` seconds."""
        with self.lock:
            self._idle.wait_for(lambda: not self._at_work, timeout)
            return self._at_work

    def begin(self, threads: int = 1) -> None:
        with self.lock:
            self._at_work += threads

    def end(self) -> None:
        with self.lock:
            self._at_work -= 1
            if not self._at_work:
                self._idle.notify_all()


class Event(threading.Event):
    """A thread that waits for it is not at work."""

    def __init__(self, activity: Activity) -> None:
        super().__init__()
        self._activity = activity
        self._waiting = 0

    def set(self) -> None:
        with self._activity.lock:
            self._activity.begin(self._waiting)
            self._waiting = 0
            super().set()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait for at most the time limit of `timeout` seconds."""
        with self._activity.lock:
            if self.is_set():
                return True
            self._waiting += 1
            self._activity.end()
        super().wait(None if timeout is None else self._activity.real_timeout(timeout))
        with self._activity.lock:
            if not self.is_set():
                self._waiting -= 1
                self._activity.begin()
            return self.is_set()


class Thread(threading.Thread):
    """At work from its start to its end; a thread that joins it is not."""

    def __init__(self, activity: Activity, **named: Any) -> None:  # noqa: ANN401  as `threading.Thread`
        super().__init__(**named)
        self._activity = activity
        self._done = activity.event()

    def start(self) -> None:
        self._activity.begin()
        super().start()

    def run(self) -> None:
        try:
            super().run()
        finally:
            self._done.set()
            self._activity.end()

    def join(self, timeout: float | None = None) -> None:
        if self._done.wait(timeout):
            super().join()
