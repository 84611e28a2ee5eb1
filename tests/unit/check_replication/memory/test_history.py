"""One run after another on one subscription: what is found, what is forgotten, what is not."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from functions.check_replication.diagnosis import (
    PublisherSamples,
    Samples,
    compare,
    diagnose,
    to_remember,
)
from functions.check_replication.memory.positions import hashed
from functions.check_replication.snapshot import Subscription, Tables, Unseen
from functions.report import Finding
from tests.unit.check_replication.builders import (
    DOWN,
    HEALTHY,
    LIMITS,
    NOW,
    SLOT,
    ago,
    publisher,
    snapshot,
    watching,
)

if TYPE_CHECKING:
    from functions.check_replication.memory.remembered import RememberedCluster

EVERY = 60.0
RESTARTED = replace(HEALTHY, worker_pid=4712, worker_start=ago(-55))
AGAIN = replace(HEALTHY, worker_pid=4713, worker_start=ago(-115))
ERRORS = replace(RESTARTED, apply_error_count=2)
ONE_ERROR = replace(RESTARTED, apply_error_count=1)
GONE = replace(DOWN, apply_error_count=1)
TWO = Tables(frozenset({"public.t", "public.u"}), ("public.t", "public.u"), {5: 77, 6: 78})
TWO = replace(TWO, unfinished=frozenset({5, 6}))
TWO_COPIES = replace(HEALTHY, tables=TWO)
BLOCKED = replace(RESTARTED, wait_event="relation", blocker_pid=4242, blocked_since=ago(-61))
ERRORS_5 = replace(AGAIN, apply_error_count=5)
PENDING = Tables(frozenset({"public.t"}), ("public.t",), {5: 77}, frozenset({5}))
COPYING = replace(HEALTHY, tables=PENDING)
COPIED_ANEW = replace(HEALTHY, tables=replace(PENDING, copying={5: 78}))
COPIED_AGAIN = replace(HEALTHY, tables=replace(PENDING, copying={5: 79}))
NO_TABLES = replace(HEALTHY, tables=None)


def at(instant: datetime, subscription: Subscription) -> Subscription:
    """With a message that has just come, if it has a worker."""
    heard = instant if subscription.worker_pid else None
    return replace(subscription, last_msg_send_time=heard, last_msg_receipt_time=heard)


def found_by_runs(
    seen: Sequence[Subscription | tuple[Subscription, ...]],
    every: float = EVERY,
    publishers: Sequence[PublisherSamples | None] = (),
    **server: Any,
) -> list[list[str]]:
    """The causes that each run finds, each run with one subscription or several samples of it."""
    return [
        [finding.cause for finding in run] for run in findings(seen, every, publishers, **server)
    ]


def findings(
    seen: Sequence[Subscription | tuple[Subscription, ...]],
    every: float = EVERY,
    publishers: Sequence[PublisherSamples | None] = (),
    **server: Any,
) -> list[tuple[Finding, ...]]:
    remembered: RememberedCluster | None = None
    runs = []
    for number, run in enumerate(seen):
        samples = Samples(
            tuple(
                snapshot(
                    at(NOW + timedelta(seconds=number * every + later), sampled),
                    seconds_later=number * every + later,
                    **server,
                )
                for later, sampled in enumerate(run if isinstance(run, tuple) else (run,))
            )
        )
        watched = publishers[number] if number < len(publishers) else None
        checked_at = NOW + timedelta(seconds=number * every)
        silent = {hashed(each.address) for each in publishers if each} if watched is None else ()
        seen_now = replace(watching(watched), not_seen=frozenset(silent))
        histories = compare(samples, seen_now, remembered, checked_at, LIMITS)
        runs.append(diagnose(samples, LIMITS, seen_now, histories))
        remembered = to_remember(samples, histories, remembered, checked_at)
    return runs


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        pytest.param([HEALTHY, ERRORS], ["apply_error"], id="errors since the last run"),
        pytest.param([ERRORS, ERRORS], [], id="errors of the past"),
        pytest.param([HEALTHY, RESTARTED], [], id="one restart"),
        pytest.param([HEALTHY, RESTARTED, AGAIN], ["worker_restarting"], id="restarts at each run"),
        pytest.param(
            [HEALTHY, RESTARTED, RESTARTED, RESTARTED, AGAIN],
            ["worker_restarting"],
            id="two within five minutes",
        ),
        pytest.param([HEALTHY, RESTARTED, *[RESTARTED] * 6, AGAIN], [], id="two in eight minutes"),
        pytest.param(
            [HEALTHY, replace(DOWN, enabled=False), RESTARTED, replace(DOWN, enabled=False), AGAIN],
            [],
            id="disabled and enabled",
        ),
        pytest.param(
            [HEALTHY, (DOWN, DOWN), RESTARTED],
            ["worker_restarting"],
            id="back for a moment after it was gone",
        ),
        pytest.param([HEALTHY, (DOWN, DOWN), *[RESTARTED] * 7], [], id="back for minutes"),
        pytest.param(
            [HEALTHY, ONE_ERROR, (GONE, GONE)], ["apply_error"], id="waits for its next attempt"
        ),
        pytest.param(
            [HEALTHY, ONE_ERROR, *[(GONE, GONE)] * 6],
            ["worker_down"],
            id="attempts no more",
        ),
        pytest.param([HEALTHY, ONE_ERROR, *[ONE_ERROR] * 4], ["apply_error"], id="quiet 4 minutes"),
        pytest.param([HEALTHY, ONE_ERROR, *[ONE_ERROR] * 5], [], id="quiet for 5 minutes"),
        pytest.param(
            [HEALTHY, ONE_ERROR, *[replace(ONE_ERROR, wait_event="PgSleep")] * 20],
            ["apply_error"],
            id="quiet, but at work all the time",
        ),
        pytest.param([COPYING, COPYING, COPYING], [], id="copies for long"),
        pytest.param([COPYING, COPIED_ANEW], [], id="a copy began anew"),
        pytest.param(
            [COPYING, COPIED_ANEW, COPIED_AGAIN], ["table_sync_failed"], id="copies begin anew"
        ),
        pytest.param(
            [
                COPYING,
                replace(COPYING, sync_error_count=1),
                *[replace(COPYING, sync_error_count=1)] * 9,
            ],
            ["table_sync_failed"],
            id="pending after an error, for as long as it is",
        ),
        pytest.param(
            [COPYING, replace(COPYING, sync_error_count=1), replace(HEALTHY, sync_error_count=1)],
            [],
            id="copied in the end",
        ),
        pytest.param(
            [replace(HEALTHY, sync_error_count=3), replace(COPYING, sync_error_count=3)],
            [],
            id="a table is added long after others failed",
        ),
        pytest.param(
            [NO_TABLES, replace(NO_TABLES, sync_error_count=1)],
            ["table_sync_failed"],
            id="tables not visible",
        ),
        pytest.param(
            [TWO_COPIES, replace(TWO_COPIES, tables=replace(TWO, copying={5: 80, 6: 81}))],
            [],
            id="a restart of the server begins all copies anew",
        ),
        pytest.param(
            [
                replace(COPYING, sync_error_count=1),
                replace(HEALTHY, sync_error_count=1),
                replace(COPYING, sync_error_count=1),
            ],
            [],
            id="a table is added soon after another was copied in the end",
        ),
        pytest.param(
            [HEALTHY, ONE_ERROR, replace(DOWN, enabled=False, apply_error_count=1), ONE_ERROR],
            ["apply_error"],
            id="disabled and enabled again without a fix",
        ),
        pytest.param(
            [HEALTHY, *[replace(BLOCKED, apply_error_count=1)] * 7],
            ["apply_error", "apply_blocked"],
            id="blocked, long after an error",
        ),
    ],
)
def test_what_the_last_run_finds(seen: list[Subscription], expected: list[str]) -> None:
    assert expected == found_by_runs(seen)[-1]


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        pytest.param(
            [replace(HEALTHY, apply_error_count=8), ERRORS], ["apply_error"], id="a lower count"
        ),
        pytest.param(
            [ERRORS, replace(ERRORS, stats_reset=ago(-30))],
            ["apply_error"],
            id="the same since a reset",
        ),
        pytest.param([ERRORS, replace(HEALTHY, stats_reset=ago(-30))], [], id="none since a reset"),
        pytest.param(
            [HEALTHY, ONE_ERROR, replace(RESTARTED, stats_reset=ago(-90))],
            ["apply_error"],
            id="a reset ends nothing",
        ),
        pytest.param(
            [HEALTHY, replace(ERRORS, oid=16_499)], ["apply_error"], id="a new one that fails"
        ),
        pytest.param(
            [replace(HEALTHY, apply_error_count=None), ERRORS], ["apply_error"], id="upgraded to 15"
        ),
    ],
)
def test_counters_that_began_anew(seen: list[Subscription], expected: list[str]) -> None:
    assert expected == found_by_runs(seen)[-1]


def test_the_finding_says_how_often_and_how_long() -> None:
    *_, (finding,) = findings([HEALTHY, ERRORS, ERRORS_5])
    assert "5 errors within 2 minutes, the latest 5 seconds ago" in finding.summary
    assert 5 == finding.evidence["failures"]
    assert "2026-11-22T23:34:08+00:00" == finding.evidence["failing_since"]


def test_why_tables_are_not_visible_is_said() -> None:
    unseen = (Unseen("shop", "monitor_failed", "only 10 more databases are looked into"),)
    *_, (finding,) = findings([NO_TABLES, replace(NO_TABLES, sync_error_count=1)], unseen=unseen)
    assert "database shop cannot be seen: only 10 more databases are looked into" in finding.summary


def watched(confirmed: float, written: float = 2_000_000.0) -> PublisherSamples:
    seen = publisher(
        replace(SLOT, confirmed_bytes=confirmed, sender_start=RESTARTED.worker_start),
        wal_bytes=written,
    )
    return PublisherSamples("p.example:5432", (seen,))


@pytest.mark.parametrize(
    ("publishers", "expected"),
    [
        pytest.param([watched(1e6)] * 3, ["apply_error"], id="nothing confirmed since"),
        pytest.param([*[watched(1e6)] * 2, watched(2e6)], [], id="all confirmed"),
        pytest.param([*[watched(1e6)] * 2, None], ["apply_error"], id="publisher not seen"),
        pytest.param(
            [*[watched(1e6)] * 2, watched(1e6, written=1.5e6)],
            ["apply_error", "publisher_went_back"],
            id="the publisher went back",
        ),
    ],
)
def test_progress_on_the_publisher_ends_it(
    publishers: list[PublisherSamples | None], expected: list[str]
) -> None:
    assert expected == found_by_runs([HEALTHY, ONE_ERROR, ONE_ERROR], publishers=publishers)[-1]


def test_uncounted_ends_many_minutes_apart_are_a_row() -> None:
    """As with PostgreSQL 14, or a timeout without a counter: the third in two hours."""
    ends = [replace(HEALTHY, worker_pid=pid, worker_start=None) for pid in (1, 2, 3, 4)]
    seen = [each for each in ends for _ in range(20)]
    found = found_by_runs(seen)
    assert [] == found[59]
    assert ["worker_restarting"] == found[60]


def test_errors_since_the_last_run_are_found_whatever_else_there_was() -> None:
    """Ten early in each hour, by runs an hour apart."""
    seen = [replace(RESTARTED, worker_start=None, apply_error_count=10 * n) for n in range(5)]
    assert [[], *[["apply_error"]] * 4] == found_by_runs(seen, every=3600)


def test_what_the_publisher_proved_unfinished_is_so_when_it_is_seen_again() -> None:
    """For half an hour nobody could see the slot; what it had not confirmed is older now."""
    watching = [watched(1e6)] * 2
    publishers = [*watching, *[None] * 31, *watching]
    seen = [HEALTHY, *[ONE_ERROR] * 34]
    found = found_by_runs(seen, publishers=publishers)
    assert (["apply_error"], ["apply_error", "publisher_lagging"]) == (found[30], found[-1])


def test_a_read_replica_leaves_nothing_to_compare_with() -> None:
    samples = Samples((snapshot(HEALTHY, in_recovery=True),))
    assert to_remember(samples, compare(samples, watching(), None, NOW, LIMITS), None, NOW) is None


@pytest.mark.parametrize("jump", [-86_400.0, 86_400.0])
def test_a_clock_that_jumps_ends_nothing(jump: float) -> None:
    """Of the two clocks the one that went less far counts."""
    remembered: RememberedCluster | None = None
    for number, (sampled, shift) in enumerate(
        [(HEALTHY, 0.0), (ONE_ERROR, 0.0), (ONE_ERROR, jump)]
    ):
        later = number * EVERY + shift
        samples = Samples(
            (snapshot(at(NOW + timedelta(seconds=later), sampled), seconds_later=later),)
        )
        checked_at = NOW + timedelta(seconds=number * EVERY)
        histories = compare(samples, watching(), remembered, checked_at, LIMITS)
        remembered = to_remember(samples, histories, remembered, checked_at)
    assert histories.of(HEALTHY).applying_fails is not None


@pytest.mark.parametrize(
    ("sampled", "expected"),
    [
        pytest.param(replace(ERRORS, worker_start=ago(20)), ["undecided"], id="young"),
        pytest.param(replace(ERRORS, worker_start=None), ["undecided"], id="of unknown age"),
        pytest.param(replace(ERRORS, worker_start=ago(301)), [], id="old"),
        pytest.param(replace(HEALTHY, worker_start=ago(20)), [], id="young without errors"),
    ],
)
def test_without_memory_errors_and_a_young_worker_are_not_healthy(
    sampled: Subscription, expected: list[str]
) -> None:
    assert expected == found_by_runs([(sampled, sampled)])[-1]
