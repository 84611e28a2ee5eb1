"""A subscription that fails in simulated time, and the monitor that checks it every so often."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import count

from functions.check_replication.diagnosis import (
    PublisherSamples,
    Samples,
    compare,
    diagnose,
    to_remember,
    unsettled,
)
from functions.check_replication.memory.packing import pack, unpack
from functions.check_replication.memory.remembered import RememberedCluster
from functions.check_replication.snapshot import Snapshot, Subscription, Tables
from tests.unit.check_replication.builders import (
    DOWN,
    HEALTHY,
    LIMITS,
    NOW,
    SLOT,
    publisher,
    snapshot,
    watching,
)

RESTARTS_AFTER = 5.0
MAX_SAMPLING_SECONDS = 11
MAX_LAG = 300.0
FOR_EVER = float("inf")


@dataclass(frozen=True)
class Loop:
    """A worker that fails `fails_after` seconds after each start, from `begin` until `fixed`.

    It starts again `restarts_after` seconds later. `counter`: which count an end of it raises, None
    if none does. A publisher, if there is one, is written to by 100 bytes a second; nothing of it
    is confirmed while the worker fails, unless it `works` until it ends.
    """

    fails_after: float
    counter: str | None = "apply_error_count"
    restarts_after: float = RESTARTS_AFTER
    begin: float = 100.0
    fixed: float = FOR_EVER
    works: bool = False
    version: str = "18.4"

    def ends(self, until: float) -> int:
        """How many there were by then."""
        passed = min(until, self.fixed) - self.begin + self.restarts_after
        return max(int(passed // (self.fails_after + self.restarts_after)), 0)

    def end(self, number: int) -> float:
        """When the worker ends for the first time (1), the second, and so on."""
        lifetime = self.fails_after + self.restarts_after
        return self.begin + number * lifetime - self.restarts_after

    def start_at(self, instant: float) -> float | None:
        """When the apply worker of that instant started; None if there is none."""
        ended = self.ends(instant)
        if not ended:
            return -10_000.0
        start = self.end(ended) + self.restarts_after
        return start if instant >= start else None

    def sample(self, instant: float) -> Snapshot:
        subscription = self._of_copy(instant) if self.counter == COPY else self._of_apply(instant)
        return snapshot(subscription, seconds_later=instant, server_version=self.version)

    def _of_apply(self, instant: float) -> Subscription:
        counted = 0 if self.counter is None else self.ends(instant)
        start = self.start_at(instant)
        if start is None:
            return replace(DOWN, apply_error_count=counted)
        return replace(
            HEALTHY,
            worker_pid=int(start) + 20_000,
            worker_start=NOW + timedelta(seconds=start),
            last_msg_send_time=NOW + timedelta(seconds=instant),
            last_msg_receipt_time=NOW + timedelta(seconds=instant),
            apply_error_count=counted,
        )

    def _of_copy(self, instant: float) -> Subscription:
        start = self.start_at(instant)
        is_ready = instant >= self.fixed + self.fails_after + self.restarts_after
        copies = start is not None and not is_ready and instant >= self.begin
        return replace(
            HEALTHY,
            last_msg_send_time=NOW + timedelta(seconds=instant),
            last_msg_receipt_time=NOW + timedelta(seconds=instant),
            sync_error_count=self.ends(instant),
            tables=Tables(
                frozenset({"public.orders"}),
                ("public.orders",) if self.begin <= instant and not is_ready else (),
                {5: int(start or 0) + 20_000} if copies else {},
                frozenset({5}) if self.begin <= instant and not is_ready else frozenset(),
            ),
        )

    def sample_publisher(self, instant: float) -> PublisherSamples:
        written = 1_000_000.0 + 100 * instant
        is_failing = self.begin <= instant < self.fixed + self.fails_after + 2 * self.restarts_after
        confirmed = written if self.works or not is_failing else 1_000_000.0 + 100 * self.begin
        start = self.start_at(instant)
        slot = replace(
            SLOT,
            active=start is not None,
            sender_start=None if start is None else NOW + timedelta(seconds=start),
            confirmed_bytes=confirmed,
        )
        seen = publisher(slot, seconds_later=instant, wal_bytes=written)
        return PublisherSamples("p.example:5432", (seen,))


COPY = "sync_error_count"


@dataclass(frozen=True)
class Run:
    at: float
    ends: float
    causes: tuple[str, ...]


def runs(
    loop: Loop,
    every: float,
    until: float,
    *,
    with_publisher: bool = False,
    remembers: bool = True,
) -> Iterator[Run]:
    """What each run found; the memory goes from one to the next as it is packed.

    A run that takes longer than the next one's start overlaps with it, and writes no more after
    that one has.
    """
    written: list[tuple[float, float, str]] = []
    for number in count():
        instant = number * every + 3.7
        if instant > until:
            return
        remembered = _last(written, instant)
        samples = _sampled(loop, instant)
        seen = loop.sample_publisher(instant) if with_publisher else None
        checked_at = NOW + timedelta(seconds=instant)
        histories = compare(samples, watching(seen), remembered, checked_at, LIMITS)
        found = diagnose(samples, LIMITS, watching(seen), histories)
        ends = instant + samples.seconds_between + 0.5
        if remembers:
            known = to_remember(samples, histories, remembered, checked_at)
            assert known is not None
            written.append((ends, instant, pack({"shop": known}).text))
        yield Run(instant, ends, tuple(finding.cause for finding in found))


def _last(written: Sequence[tuple[float, float, str]], instant: float) -> RememberedCluster | None:
    """What the latest run of those that have ended left."""
    left = [(started, text) for ended, started, text in written if ended <= instant]
    now = NOW + timedelta(seconds=instant)
    return unpack(max(left)[1], now)["shop"] if left else None


def _sampled(loop: Loop, instant: float) -> Samples:
    """As the probe does: every second while it is unsettled."""
    samples = Samples((loop.sample(instant),))
    while unsettled(samples, MAX_LAG) and samples.seconds_between < MAX_SAMPLING_SECONDS:
        instant += 1
        samples = samples.with_another(loop.sample(instant))
    return samples


def periods(seen: Sequence[Run]) -> list[tuple[float, float]]:
    """The incidents: from the first run that found something until the first that found nothing.

    One that began before another decided may have seen an older world, and decides nothing.
    """
    found: list[tuple[float, float]] = []
    begun: float | None = None
    decided = 0.0
    for run in seen:
        if run.causes:
            decided = run.ends
            begun = run.at if begun is None else begun
        elif begun is not None and run.at >= decided:
            found.append((begun, run.at))
            begun = None
    return found if begun is None else [*found, (begun, FOR_EVER)]
