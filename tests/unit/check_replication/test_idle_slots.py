"""A slot that nobody reads: by time and by WAL, from inactive_since or from check to check."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest

from functions.check_replication.diagnosis import (
    PublisherSamples,
    Samples,
    compare,
    diagnose,
    to_remember,
)
from functions.check_replication.memory.packing import pack, unpack
from functions.check_replication.memory.positions import hashed
from functions.check_replication.publisher_snapshot import Slot
from functions.check_replication.targets import Limits
from tests.unit.check_replication.builders import HEALTHY, NOW, SLOT, publisher, snapshot, watching

MB = 1e6
LIMITS = Limits()
ORPHAN = replace(
    SLOT, name="orphan", active=False, active_pid=None, sender_name=None, sender_start=None
)


@dataclass(frozen=True)
class Run:
    """A check after so many minutes, at which the publisher has written so many MB.

    The slot was `read` up to there, is in use where `active`, and was let go of at `since`
    (minutes; 17+). `keeps` so many MB, all that is not read if None. Without `slot`, no publisher
    answered.
    """

    minutes: float
    written: float = 10
    read: float = 0
    active: bool = False
    since: float | None = None
    keeps: float | None = None
    is_synced: bool = False
    address: str = "p.example:5432"
    answers: bool = True

    @property
    def at(self) -> datetime:
        return NOW + timedelta(minutes=self.minutes)

    @property
    def slot(self) -> Slot:
        kept = self.written - self.read if self.keeps is None else self.keeps
        return replace(
            ORPHAN,
            active=self.active,
            confirmed_bytes=self.read * MB,
            retained_wal_bytes=kept * MB,
            inactive_since=None if self.since is None else NOW + timedelta(minutes=self.since),
            is_synced=self.is_synced,
        )

    def sampled(self) -> PublisherSamples | None:
        if not self.answers:
            return None
        own = replace(SLOT, confirmed_bytes=self.written * MB)
        seconds = self.minutes * 60
        seen = publisher(own, self.slot, wal_bytes=self.written * MB, seconds_later=seconds)
        return PublisherSamples(self.address, (seen,))


def judged(runs: Sequence[Run], *, remembers: bool = True) -> Iterator[bool]:
    """Whether each run found the slot idle."""
    remembered = None
    for run in runs:
        later = timedelta(minutes=run.minutes)
        worker = replace(
            HEALTHY,
            last_msg_send_time=NOW + later,
            last_msg_receipt_time=NOW + later,
        )
        samples = Samples((snapshot(worker, seconds_later=later.total_seconds()),))
        silent = frozenset() if run.answers else frozenset({hashed(run.address)})
        seen = replace(watching(run.sampled()), not_seen=silent)
        histories = compare(samples, seen, remembered, run.at, LIMITS)
        causes = [found.cause for found in diagnose(samples, LIMITS, seen, histories)]
        assert set(causes) <= {"slot_inactive"}
        yield bool(causes)
        if remembers:
            known = to_remember(samples, histories, remembered, run.at)
            assert known is not None
            remembered = unpack(pack({"shop": known}).text, run.at)["shop"]


def found(runs: Sequence[Run], *, remembers: bool = True) -> list[bool]:
    return list(judged(runs, remembers=remembers))


NO, YES = False, True


@pytest.mark.parametrize(
    ("runs", "expected"),
    [
        pytest.param([Run(0), Run(1), Run(59), Run(61)], [NO, NO, NO, YES], id="an hour"),
        pytest.param([Run(0), Run(120)], [NO, YES], id="a run every two hours"),
        pytest.param([Run(0), Run(50), Run(70, read=1)], [NO] * 3, id="moved: somebody read it"),
        pytest.param(
            [Run(0), Run(50, active=True), Run(70)], [NO] * 3, id="somebody reads it in between"
        ),
        pytest.param(
            [Run(0), Run(50), Run(100, read=1), Run(150, read=1), Run(161, read=1)],
            [NO, NO, NO, NO, YES],
            id="read once, and then no more",
        ),
        pytest.param(
            [Run(minutes, written=minutes + 10, read=minutes) for minutes in range(0, 500, 50)],
            [NO] * 10,
            id="a batch every 50 minutes",
        ),
        pytest.param(
            [Run(0), Run(61), Run(62, active=True), Run(63, read=10)],
            [NO, YES, NO, NO],
            id="its consumer comes back",
        ),
        pytest.param(
            [Run(0, written=1.01, read=1), Run(100, written=1.05, read=1)],
            [NO, NO],
            id="nothing to read",
        ),
        pytest.param(
            [Run(0, 1.05, 1), Run(100, 1.05, 1), Run(101, 2, 1), Run(150, 2, 1), Run(162, 2, 1)],
            [NO, NO, NO, NO, YES],
            id="something to read at last",
        ),
        pytest.param(
            [Run(0), Run(30, answers=False), Run(61)], [NO, NO, YES], id="no answer in between"
        ),
        pytest.param(
            [Run(0), Run(40, answers=False), Run(70, read=1)], [NO] * 3, id="read meanwhile"
        ),
        pytest.param(
            [Run(0), Run(61, address="other:5432")], [NO, NO], id="another publisher's slot"
        ),
        pytest.param(
            [Run(0, 2000), Run(4, 2000), Run(6, 2000)], [NO, NO, YES], id="2 GB in six minutes"
        ),
        pytest.param(
            [Run(0, 2000, 1999, keeps=1500), Run(1, 2000, 1999.5, keeps=1500)],
            [NO, NO],
            id="keeps much, and is read",
        ),
    ],
)
def test_before_17_the_checks_have_to_see_it(runs: list[Run], expected: list[bool]) -> None:
    assert expected == found(runs)


@pytest.mark.parametrize("runs", [[Run(0), Run(61)], [Run(0, 2000), Run(61, 2000)]])
def test_without_memory_nothing_proves_it(runs: list[Run]) -> None:
    assert [NO, NO] == found(runs, remembers=False)


@pytest.mark.parametrize(
    ("run", "expected"),
    [
        pytest.param(Run(0, since=-61), YES, id="an hour"),
        pytest.param(Run(0, since=-59), NO, id="not yet"),
        pytest.param(Run(0, since=-1 / 60), NO, id="a second"),
        pytest.param(Run(0, 1100, since=-6), YES, id="more than a GB"),
        pytest.param(Run(0, 1100, since=-4), NO, id="more than a GB, in four minutes"),
        pytest.param(Run(0, 900, since=-6), NO, id="less than a GB"),
        pytest.param(Run(0, 10.01, 10, since=-600), NO, id="nothing to read"),
        pytest.param(Run(0, since=-600, is_synced=True), NO, id="synced, on a standby"),
        pytest.param(Run(0, since=600), NO, id="a clock that was set back"),
    ],
)
def test_from_17_on_inactive_since_proves_it(run: Run, *, expected: bool) -> None:
    assert [expected] == found([run])


def test_a_restart_of_the_publisher_does_not_make_it_wanted() -> None:
    """It sets inactive_since anew; the position is what it was."""
    runs = [Run(0, since=-30), Run(20, since=-30), Run(31, since=-30), Run(32, since=31.5)]
    assert [NO, NO, YES, NO] == found(runs)
    seen_longer = [Run(0, since=0), Run(61, since=0), Run(62, since=61.5)]
    assert [NO, YES, YES] == found(seen_longer)


def test_it_says_for_how_long_and_how_much() -> None:
    run = Run(0, 1234, since=-90)
    samples, seen = Samples((snapshot(HEALTHY),)), watching(run.sampled())
    [finding] = diagnose(samples, LIMITS, seen, compare(samples, seen, None, NOW, LIMITS))
    assert (
        "Nobody has read slot orphan for 1 hour 30 minutes at least, and the publisher keeps "
        "1.1 GiB of WAL for it."
    ) == finding.summary
    assert (5400, 1.234e9) == (
        finding.evidence["inactive_seconds"],
        finding.evidence["retained_wal_bytes"],
    )
