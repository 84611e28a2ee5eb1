"""One slow failure, watched from before it begins until it is over. Development only."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Lock
from typing import Final

from functions.check_replication.targets import Login, Target
from local.postgres.pair import DATABASE, MONITOR, MONITOR_PASSWORD, Pair, start_pair
from local.trials.slow.failing import SETTINGS, SlowFailure
from local.trials.slow.monitor import Monitor
from local.trials.slow.outcome import Outcome, judge
from sandbox.postgres.server import Server

FAILS_AT_LEAST: Final = timedelta(minutes=4)
FAILS_TIMES: Final = 5
"""Runs of every minute see it several times, and failures come several times."""

_RETRY_SECONDS: Final = 5
"""PostgreSQL's default of wal_retrieve_retry_interval."""

_OVER_AFTER: Final = timedelta(minutes=15)
"""A monitor that has not reported the recovery by then is given up."""

_ORDER_EVERY_SECONDS: Final = 5

_STARTING: Final = Lock()
"""Servers start one pair after another."""


@dataclass(frozen=True, slots=True, order=True)
class Watch:
    """How a monitor watches: how often, and whether the publisher as well."""

    every_seconds: int
    publisher: bool

    def __str__(self) -> str:
        return f"every {self.every_seconds} s{', publisher' if self.publisher else ''}"


WATCHES: Final = tuple(Watch(every, publisher) for every in (10, 60) for publisher in (False, True))


def conduct(
    failure: SlowFailure, version: str, directory: Path, announce: Callable[[str], None]
) -> Mapping[Watch, Outcome]:
    """What each monitor made of it, on servers of its own; they are not stopped in between."""
    with ExitStack() as stack:
        with _STARTING:
            pair = stack.enter_context(start_pair(directory, version, version, SETTINGS))
        monitors = {watch: Monitor(_target(pair, watch), watch.every_seconds) for watch in WATCHES}
        running = stack.enter_context(_running(list(monitors.values())))
        _trade(pair, running, until=lambda: all(len(each.runs) > 1 for each in monitors.values()))
        failure.kind.begin(pair, failure.seconds)
        announce("fails")
        enough = datetime.now(UTC) + max(FAILS_AT_LEAST, _lasting(failure))
        _trade(pair, running, until=lambda: datetime.now(UTC) > enough)
        failure.kind.end(pair)
        ended_at = datetime.now(UTC)
        announce("is fixed")
        _trade(pair, running, until=lambda: _is_over(list(monitors.values()), ended_at))
        failures = failure.failures(pair.subscriber.log_path.read_text(errors="replace"))
        return {
            watch: judge(monitor.runs, failures, ended_at, counted=failure.kind.counted)
            for watch, monitor in monitors.items()
        }


def _lasting(failure: SlowFailure) -> timedelta:
    return timedelta(seconds=FAILS_TIMES * (failure.seconds + _RETRY_SECONDS))


def _is_over(monitors: Sequence[Monitor], ended_at: datetime) -> bool:
    if datetime.now(UTC) > ended_at + _OVER_AFTER:
        return True
    return all(monitor.is_at_rest(ended_at) for monitor in monitors)


@contextmanager
def _running(monitors: Sequence[Monitor]) -> Iterator[list[Future[None]]]:
    """Each in a thread; what one raises comes out at the end."""
    closed = Event()
    with ThreadPoolExecutor(len(monitors)) as pool:
        running = [pool.submit(monitor.run_until, closed) for monitor in monitors]
        try:
            yield running
        finally:
            closed.set()
    for each in running:
        each.result()


def _trade(pair: Pair, running: Sequence[Future[None]], *, until: Callable[[], bool]) -> None:
    """Customers order now and then, until it is so, or a monitor has failed."""
    while not until() and not any(each.done() for each in running):
        pair.place_order()
        Event().wait(_ORDER_EVERY_SECONDS)


def _target(pair: Pair, watch: Watch) -> Target:
    return Target(
        "sample-cluster",
        _login(pair.subscriber),
        "/aws/rds/cluster/sample-cluster/postgresql",
        {"publisher": _login(pair.publisher)} if watch.publisher else {},
    )


def _login(server: Server) -> Login:
    return Login(server.host, MONITOR, DATABASE, MONITOR_PASSWORD, server.port, "disable")
