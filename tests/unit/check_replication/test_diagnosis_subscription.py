"""Rules of the subscriber's side beyond stopped and silent."""

from dataclasses import replace

import pytest

from functions.check_replication.diagnosis import (
    Publishers,
    PublisherSamples,
    Samples,
    compare,
    diagnose,
    unsettled,
)
from functions.check_replication.snapshot import Snapshot, Subscription, Tables
from functions.check_replication.targets import Limits
from tests.unit.check_replication.builders import (
    DOWN,
    HEALTHY,
    NOW,
    SLOT,
    ago,
    diagnosed,
    publisher,
    snapshot,
)

MAX_LAG = 300.0

BLOCKED = replace(
    HEALTHY,
    last_msg_send_time=ago(90),
    last_msg_receipt_time=ago(90),
    wait_event="relation",
    blocked_since=ago(80),
    blocker_pid=4242,
    blocker_user="app",
    blocker_application="nightly",
    blocker_query="LOCK TABLE orders",
    blocker_age_seconds=81.26,
)
COPYING = replace(
    HEALTHY,
    tables=Tables(frozenset({"public.a", "public.b"}), ("public.a",), {5: 77}, frozenset({5})),
)
WAITING = replace(HEALTHY, tables=Tables(frozenset({"public.a"}), ("public.a",)))
BUSY_AND_LATE = replace(
    HEALTHY, last_msg_send_time=ago(401), last_msg_receipt_time=ago(1), wait_event="PgSleep"
)


def at(*seen: Subscription, **server: object) -> Samples:
    """The same server, a second between samples."""
    return Samples(
        tuple(snapshot(one, seconds_later=number, **server) for number, one in enumerate(seen))
    )


def causes(samples: Samples, max_lag_seconds: float = MAX_LAG) -> list[str]:
    return [finding.cause for finding in diagnosed(samples, max_lag_seconds)]


@pytest.mark.parametrize(
    ("subscription", "max_lag_seconds", "expected"),
    [
        pytest.param(BLOCKED, 300, ["apply_blocked"], id="longer than wal_receiver_timeout"),
        pytest.param(
            replace(BLOCKED, blocked_since=ago(5)), 300, [], id="a short wait is ordinary"
        ),
        pytest.param(
            replace(BLOCKED, blocked_since=ago(40)),
            32,
            ["apply_blocked"],
            id="beyond a short limit",
        ),
        pytest.param(
            replace(BLOCKED, blocked_since=ago(5), last_msg_send_time=ago(400)),
            300,
            ["apply_blocked"],
            id="one lock after another: the publisher is not blamed",
        ),
        pytest.param(
            replace(BLOCKED, blocked_since=None), 300, ["apply_blocked"], id="before 14: no start"
        ),
    ],
)
def test_a_worker_that_waits_for_a_lock_is_blocked_not_its_publisher(
    subscription: Subscription, max_lag_seconds: float, expected: list[str]
) -> None:
    assert expected == causes(at(subscription), max_lag_seconds)


def test_the_blocker_is_named() -> None:
    (finding,) = diagnosed(at(BLOCKED), MAX_LAG)
    expected = {
        "blocked_seconds": 80.0,
        "blocker_pid": 4242,
        "blocker_user": "app",
        "blocker_application": "nightly",
        "blocker_query": "LOCK TABLE orders",
        "blocker_age_seconds": 81.3,
    }
    assert expected == {key: finding.evidence[key] for key in expected}


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        pytest.param([BUSY_AND_LATE], [], id="one sample cannot say"),
        pytest.param([BUSY_AND_LATE, BUSY_AND_LATE], ["apply_lagging"], id="not catching up"),
        pytest.param(
            [BUSY_AND_LATE, replace(BUSY_AND_LATE, last_msg_send_time=ago(390))],
            [],
            id="catching up",
        ),
        pytest.param(
            [replace(BUSY_AND_LATE, last_msg_receipt_time=ago(400))] * 2,
            ["apply_lagging"],
            id="one change takes for ever: the publisher is not blamed",
        ),
        pytest.param(
            [replace(BUSY_AND_LATE, wait_event="LogicalApplyMain")],
            ["subscriber_lagging"],
            id="not busy: the way is slow",
        ),
    ],
)
def test_slow_applying_and_slow_delivery_are_told_apart(
    seen: list[Subscription], expected: list[str]
) -> None:
    assert expected == causes(at(*seen))


def test_without_the_privilege_to_see_a_worker_s_wait_the_delivery_is_blamed() -> None:
    samples = at(replace(BUSY_AND_LATE, wait_event=None), sees_activity=False)
    (finding,) = diagnosed(samples, MAX_LAG)
    assert "subscriber_lagging" == finding.cause
    assert ("what sessions do, such as who blocks a worker (GRANT pg_read_all_stats)",) == (
        samples.latest.not_visible
    )


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        pytest.param([COPYING], [], id="copying"),
        pytest.param([WAITING], [], id="one sample cannot say"),
        pytest.param([WAITING, COPYING], [], id="a worker came"),
        pytest.param([WAITING, WAITING, WAITING], ["table_sync_stalled"], id="nobody copies"),
        pytest.param(
            [WAITING, replace(WAITING, sync_error_count=1)], ["table_sync_failed"], id="fails"
        ),
        pytest.param(
            [replace(COPYING, sync_error_count=3), replace(COPYING, sync_error_count=4)],
            ["table_sync_failed"],
            id="fails while a worker is seen",
        ),
        pytest.param(
            [replace(COPYING, sync_error_count=3)] * 2,
            ["table_sync_failed"],
            id="failed once, and is not through yet",
        ),
        pytest.param([replace(WAITING, tables=None)] * 2, [], id="tables not visible"),
    ],
)
def test_copying_is_healthy_failing_or_not_trying_is_not(
    seen: list[Subscription], expected: list[str]
) -> None:
    assert expected == causes(at(*seen))


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        pytest.param([COPYING], False, id="copying, never failed"),
        pytest.param([WAITING], True, id="nobody copies yet"),
        pytest.param([replace(COPYING, sync_error_count=3)], True, id="copying, but failed before"),
        pytest.param([replace(COPYING, sync_error_count=3)] * 2, False, id="the same worker"),
        pytest.param([WAITING, replace(WAITING, sync_error_count=1)], False, id="fails"),
        pytest.param([BUSY_AND_LATE], True, id="late: does it shrink"),
        pytest.param([BUSY_AND_LATE] * 2, False, id="late twice"),
    ],
)
def test_sampling_goes_on_while_a_copy_or_a_backlog_is_unclear(
    seen: list[Subscription], expected: object
) -> None:
    assert expected == unsettled(at(*seen), MAX_LAG)


def test_a_cluster_without_a_free_worker_is_told_by_that() -> None:
    samples = at(DOWN, DOWN, workers_in_use=4, max_workers=4)
    (finding,) = diagnosed(samples, MAX_LAG)
    assert "worker_slots_exhausted" == finding.cause
    assert 4 == finding.evidence["max_logical_replication_workers"]


def test_warnings_stand_beside_what_stops_a_subscription() -> None:
    conflicts = {"update_missing": 3, "delete_missing": 0, "delete_origin_differs": 1}
    samples = at(replace(HEALTHY, enabled=False, skip_lsn="0/1234", conflicts=conflicts))
    findings = diagnosed(samples, MAX_LAG)
    expected = ["subscription_disabled", "silent_divergence", "skip_pending"]
    assert expected == [finding.cause for finding in findings]
    assert "delete_origin_differs 1, update_missing 3" == findings[1].evidence["conflict_counts"]
    assert "0/1234" == findings[2].evidence["skip_lsn"]


def test_tables_of_other_databases_are_merged_by_subscription() -> None:
    unseen = replace(HEALTHY, oid=2, name="b", database="other", tables=None)
    there = replace(unseen, tables=Tables(frozenset({"public.t"})), name="bü", publications=("pü",))
    here: Snapshot = snapshot(HEALTHY, unseen)
    merged = here.with_tables_of(snapshot(replace(HEALTHY, tables=None), there))
    assert ("other",) == here.other_databases
    assert (HEALTHY, there) == merged.subscriptions
    assert NOW == merged.taken_at


def quiet_for(seconds: float) -> Subscription:
    return replace(HEALTHY, last_msg_send_time=ago(seconds), last_msg_receipt_time=ago(seconds))


@pytest.mark.parametrize(
    ("limit", "timeout", "silence", "expected"),
    [
        pytest.param(300, 60, 30, [], id="idle"),
        pytest.param(32, 60, 31, [], id="the smallest limit at defaults"),
        pytest.param(32, 60, 33, ["publisher_lagging"], id="and beyond it"),
        pytest.param(10, 60, 1, ["limit_too_small"], id="refused, whatever is seen"),
        pytest.param(10, 60, 29, ["limit_too_small"], id="refused, and idle"),
        pytest.param(10, 60, 33, ["publisher_lagging", "limit_too_small"], id="refused, and late"),
        pytest.param(10, 16, 9, [], id="asked for a message more often"),
        pytest.param(10, 16, 11, ["publisher_lagging"], id="asked, and late"),
        pytest.param(10, 0, 90_000, [], id="idle for a day, and nobody asks"),
        pytest.param(300, 1200, 400, ["limit_too_small"], id="asked every ten minutes"),
    ],
)
def test_an_idle_publisher_s_silence_is_no_lag(
    limit: float, timeout: float, silence: float, expected: list[str]
) -> None:
    seen = snapshot(quiet_for(silence), wal_receiver_timeout_seconds=float(timeout))
    assert expected == causes(Samples((seen,)), limit)


def test_a_limit_that_is_too_small_is_refused_with_the_one_that_works() -> None:
    (finding,) = diagnosed(at(HEALTHY), 10)
    assert ("limit_too_small", None) == (finding.cause, finding.subscription)
    assert "max-lag-seconds is 10, but wal_receiver_timeout is 60 s" in finding.summary
    assert "The smallest limit that works is 32:" in finding.summary


@pytest.mark.parametrize(
    ("silence", "wait_event", "expected"),
    [
        (29, "LogicalApplyMain", []),
        (33, "LogicalApplyMain", ["publisher_lagging"]),
        (33, None, []),
    ],
    ids=["idle", "the sender hangs, with hardly a backlog", "the worker is at work"],
)
def test_with_the_publisher_a_limit_of_ten_seconds_works(
    silence: float, wait_event: str | None, expected: list[str]
) -> None:
    watched = PublisherSamples("p.example:5432", (publisher(SLOT),))
    seen = replace(quiet_for(silence), wait_event=wait_event)
    found = diagnosed(Samples((snapshot(seen),)), 10, watched)
    assert expected == [finding.cause for finding in found]


def test_a_limit_is_not_refused_while_a_watched_publisher_does_not_answer() -> None:
    silent = Publishers((), frozenset({1}))
    samples = Samples((snapshot(quiet_for(20)),))
    histories = compare(samples, silent, None, NOW, Limits(10))
    assert () == diagnose(samples, Limits(10), silent, histories)
