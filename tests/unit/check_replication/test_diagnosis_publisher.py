"""What only the publisher knows."""

from dataclasses import replace

import pytest

from functions.check_replication.diagnosis import (
    Looks,
    PublisherLooks,
    diagnose,
    unsettled_publisher,
)
from functions.check_replication.publisher_snapshot import PublisherSnapshot, Slot
from functions.check_replication.snapshot import Subscription
from functions.report import Finding
from tests.unit.check_replication.builders import (
    DOWN,
    HEALTHY,
    NOW,
    PUBLICATION,
    SLOT,
    publisher,
    snapshot,
)

IDLE = replace(SLOT, active=False, active_pid=None)
GIB = 1024.0**3


def found(subscription: Subscription, *seen: PublisherSnapshot) -> tuple[Finding, ...]:
    """Two looks at the subscriber, these at the publisher."""
    looks = Looks((snapshot(subscription), snapshot(subscription, seconds_later=6)))
    return diagnose(looks, 300, PublisherLooks("p.example:5432", seen))


def causes(subscription: Subscription, *seen: PublisherSnapshot) -> list[str]:
    return [finding.cause for finding in found(subscription, *seen)]


@pytest.mark.parametrize(
    ("subscription", "slots", "expected"),
    [
        pytest.param(HEALTHY, [SLOT], [], id="all well"),
        pytest.param(HEALTHY, [], [], id="works, its slot is with another publisher"),
        pytest.param(DOWN, [], ["slot_missing"], id="down without a slot"),
        pytest.param(DOWN, [SLOT], ["slot_busy"], id="down, somebody else reads its slot"),
        pytest.param(DOWN, [IDLE], ["worker_down"], id="down, its slot is idle: no explanation"),
        pytest.param(DOWN, [replace(IDLE, wal_status="lost")], ["slot_lost"], id="slot lost"),
        pytest.param(
            replace(DOWN, enabled=False),
            [replace(IDLE, wal_status="lost")],
            ["slot_lost", "subscription_disabled"],
            id="disabled, and the slot lost meanwhile",
        ),
        pytest.param(
            DOWN,
            [replace(IDLE, invalidation_reason="idle_timeout")],
            ["slot_lost"],
            id="slot invalidated",
        ),
    ],
)
def test_a_slot_explains_a_stopped_subscription(
    subscription: Subscription, slots: list[Slot], expected: list[str]
) -> None:
    assert expected == causes(subscription, publisher(*slots))


def test_a_publication_that_is_gone_is_told_even_where_all_is_green() -> None:
    """From 18 on changes are skipped without an error."""
    (finding,) = found(HEALTHY, publisher(SLOT, publications=()))
    assert ("publication_missing", "orders_pub") == (
        finding.cause,
        finding.evidence["publication"],
    )
    assert "p.example:5432" == finding.evidence["publisher"]


def test_publications_of_another_database_are_not_judged() -> None:
    elsewhere = replace(SLOT, database="elsewhere")
    assert [] == causes(HEALTHY, publisher(elsewhere, publications=()))


def test_published_tables_that_are_not_subscribed_are_named() -> None:
    wider = replace(PUBLICATION, tables=frozenset({"public.orders", 'public."New"'}))
    (finding,) = found(HEALTHY, publisher(SLOT, publications=(wider,)))
    assert "publication_not_refreshed" == finding.cause
    assert 'public."New"' == finding.evidence["table"]


def test_a_table_that_is_not_subscribed_does_not_explain_a_failing_change() -> None:
    """A table dropped on the subscriber shows both ways."""
    wider = replace(PUBLICATION, tables=frozenset({"public.orders", "public.new"}))
    failing = replace(DOWN, apply_error_count=1)
    looks = Looks((snapshot(DOWN), snapshot(failing, seconds_later=6)))
    seen = PublisherLooks("p:1", (publisher(SLOT, publications=(wider,)),))
    expected = ["apply_error", "publication_not_refreshed"]
    assert expected == [finding.cause for finding in diagnose(looks, 300, seen)]


def test_a_failing_copy_is_explained_by_slots_that_are_all_in_use() -> None:
    failing = replace(HEALTHY, tables=replace(HEALTHY.tables, pending=("public.orders",)))  # type: ignore[type-var]
    looks = Looks((snapshot(failing), snapshot(replace(failing, sync_error_count=1))))
    full = PublisherLooks("p:1", (publisher(SLOT, max_slots=1),))
    (finding,) = diagnose(looks, 300, full)
    assert ("publisher_slots_exhausted", 1) == (
        finding.cause,
        finding.evidence["max_replication_slots"],
    )


def test_a_slot_in_danger_is_told_with_the_time_that_is_left() -> None:
    """Half a GiB may still be written, a MiB comes every second."""
    slot = replace(SLOT, wal_status="extended", safe_wal_bytes=GIB / 2)
    seen = [
        publisher(
            slot, max_slot_wal_keep_bytes=10 * GIB, wal_bytes=wal * 1024.0**2, seconds_later=wal
        )
        for wal in (0, 1)
    ]
    (finding,) = found(HEALTHY, *seen)
    assert ("slot_at_risk", "orders_sub", 512) == (
        finding.cause,
        finding.subscription,
        finding.evidence["seconds_left"],
    )


@pytest.mark.parametrize(
    ("slot", "expected"),
    [
        pytest.param(replace(IDLE, name="orphan"), ["slot_inactive"], id="nobody's"),
        pytest.param(
            replace(IDLE, name="pg_16394_sync_16385_7"), [], id="of a copy, between tries"
        ),
        pytest.param(replace(IDLE, name="orphan", wal_status="lost"), [], id="lost: keeps no WAL"),
    ],
)
def test_a_slot_that_nobody_reads_is_told_after_two_looks(slot: Slot, expected: list[str]) -> None:
    assert expected == causes(
        HEALTHY, publisher(SLOT, slot), publisher(SLOT, slot, seconds_later=1)
    )
    assert [] == causes(HEALTHY, publisher(SLOT, slot))


def test_the_idle_slot_of_a_subscription_is_its_own_matter() -> None:
    seen = (publisher(IDLE), publisher(IDLE, seconds_later=1))
    assert ["subscription_disabled"] == causes(replace(DOWN, enabled=False), *seen)
    assert [] == causes(HEALTHY, *seen)


def test_tables_without_an_identity_are_told_once_per_publication_in_use() -> None:
    without = replace(PUBLICATION, without_identity=("public.orders",))
    unused = replace(without, name="not_ours")
    (finding,) = found(HEALTHY, publisher(SLOT, publications=(without, unused)))
    assert ("replica_identity_missing", "public.orders", None) == (
        finding.cause,
        finding.evidence["table"],
        finding.subscription,
    )


@pytest.mark.parametrize(
    ("slot", "expected"),
    [
        pytest.param(SLOT, False, id="well"),
        pytest.param(IDLE, True, id="idle"),
        pytest.param(replace(SLOT, wal_status="unreserved"), True, id="in danger"),
    ],
)
def test_a_second_look_is_taken_where_a_rate_is_wanted(slot: Slot, expected: object) -> None:
    looks = PublisherLooks("p:1", (publisher(slot),))
    assert expected == unsettled_publisher(looks)
    assert not unsettled_publisher(replace(looks, snapshots=(publisher(slot), publisher(slot))))
    assert NOW == looks.latest.taken_at
