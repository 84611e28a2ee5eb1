"""What only the publisher knows."""

from dataclasses import replace

import pytest

from functions.catalogue import CATALOGUE, MAY_BE_ANOTHERS
from functions.check_replication.diagnosis import (
    PublisherSamples,
    Samples,
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
    ago,
    diagnosed,
    publisher,
    snapshot,
)

IDLE = replace(SLOT, active=False, active_pid=None, inactive_since=ago(4000), confirmed_bytes=0.0)
GIB = 1024.0**3
NOT_REFRESHED = "publication_not_refreshed"


def found(subscription: Subscription, *seen: PublisherSnapshot) -> tuple[Finding, ...]:
    """Two samples of the subscriber, these of the publisher."""
    samples = Samples((snapshot(subscription), snapshot(subscription, seconds_later=6)))
    return diagnosed(samples, 300, PublisherSamples("p.example:5432", seen))


def causes(subscription: Subscription, *seen: PublisherSnapshot) -> list[str]:
    return [finding.cause for finding in found(subscription, *seen)]


@pytest.mark.parametrize(
    ("subscription", "slots", "expected"),
    [
        pytest.param(HEALTHY, [SLOT], [], id="all well"),
        pytest.param(HEALTHY, [], ["not_watched"], id="works, its slot is with another publisher"),
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
    assert ["not_watched"] == causes(HEALTHY, publisher(elsewhere, publications=()))


def test_published_tables_that_are_not_subscribed_are_named() -> None:
    wider = replace(PUBLICATION, tables=frozenset({"public.orders", 'public."New"'}))
    (finding,) = found(HEALTHY, publisher(SLOT, publications=(wider,)))
    assert "publication_not_refreshed" == finding.cause
    assert 'public."New"' == finding.evidence["table"]


def test_a_table_that_is_not_subscribed_does_not_explain_a_failing_change() -> None:
    """A table dropped on the subscriber shows both ways, where its sender was seen once."""
    wider = replace(PUBLICATION, tables=frozenset({"public.orders", "public.new"}))
    failing = replace(DOWN, apply_error_count=1)
    samples = Samples((snapshot(HEALTHY), snapshot(failing, seconds_later=6)))
    seen = PublisherSamples("p:1", (publisher(SLOT, publications=(wider,)),))
    expected = ["apply_error", "publication_not_refreshed"]
    assert expected == [finding.cause for finding in diagnosed(samples, 300, seen)]


def test_a_failing_copy_is_explained_by_slots_that_are_all_in_use() -> None:
    failing = replace(HEALTHY, tables=replace(HEALTHY.tables, pending=("public.orders",)))  # type: ignore[type-var]
    samples = Samples((snapshot(failing), snapshot(replace(failing, sync_error_count=1))))
    full = PublisherSamples("p:1", (publisher(SLOT, max_slots=1),))
    (finding,) = diagnosed(samples, 300, full)
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
def test_a_slot_that_nobody_reads_is_told_if_every_sample_shows_it(
    slot: Slot, expected: list[str]
) -> None:
    assert expected == causes(
        HEALTHY, publisher(SLOT, slot), publisher(SLOT, slot, seconds_later=1)
    )
    in_use = replace(slot, active=True, active_pid=100)
    assert [] == causes(HEALTHY, publisher(SLOT, in_use), publisher(SLOT, slot, seconds_later=1))


def test_the_idle_slot_of_a_subscription_is_its_own_matter() -> None:
    seen = (publisher(IDLE), publisher(IDLE, seconds_later=1))
    assert ["subscription_disabled"] == causes(replace(DOWN, enabled=False), *seen)
    assert ["worker_down"] == causes(DOWN, *seen)
    assert [] == causes(replace(HEALTHY, worker_start=NOW), *seen)


def test_an_idle_slot_is_nobodys_where_the_subscription_of_its_name_runs() -> None:
    """That has another publisher, with a slot of the same name; dropping it is not offered."""
    seen = (publisher(IDLE), publisher(IDLE, seconds_later=1))
    _, finding = found(HEALTHY, *seen)
    assert ("slot_inactive", None) == (finding.cause, finding.subscription)
    remedies = CATALOGUE["slot_inactive"].remedies_for(finding.evidence)
    assert [] == [script for remedy in remedies for script in remedy.scripts]


def test_the_idle_slot_of_a_worker_that_hears_nothing_may_be_its_own() -> None:
    """The publisher's end of the connection is gone, and the worker does not know it yet."""
    deaf = replace(HEALTHY, last_msg_send_time=ago(90), last_msg_receipt_time=ago(90))
    assert [] == causes(deaf, publisher(IDLE), publisher(IDLE, seconds_later=1))


@pytest.mark.parametrize(
    ("slot", "ours"),
    [
        pytest.param(SLOT, True, id="its name, begun with the worker"),
        pytest.param(replace(SLOT, sender_start=ago(3596)), True, id="soon after it"),
        pytest.param(
            replace(SLOT, sender_name="own name"), True, id="a name of its own, begun together"
        ),
        pytest.param(replace(SLOT, sender_start=ago(60)), False, id="its name, begun later"),
        pytest.param(
            replace(SLOT, sender_name="other_sub", sender_start=ago(3590)),
            False,
            id="another name, begun nearby",
        ),
        pytest.param(
            replace(SLOT, sender_name="other_sub", sender_start=None), False, id="another name"
        ),
        pytest.param(replace(IDLE, inactive_since=None), False, id="unused"),
    ],
)
def test_a_publisher_is_judged_by_a_slot_that_is_seen_to_serve_the_worker(
    slot: Slot, *, ours: bool
) -> None:
    """Another publisher's slot of the same name proves nothing."""
    without = replace(PUBLICATION, name="another", without_identity=("public.orders",))
    wider = replace(PUBLICATION, tables=frozenset({"public.orders", "public.new"}))
    for publications, cause in [((without,), "publication_missing"), ((wider,), NOT_REFRESHED)]:
        seen = found(HEALTHY, publisher(slot, publications=publications))
        assert ([cause] if ours else []) == [finding.cause for finding in seen]
        assert not [finding for finding in seen if MAY_BE_ANOTHERS in finding.summary]


@pytest.mark.parametrize(
    "slot",
    [
        pytest.param(replace(SLOT, sender_start=None), id="start not visible"),
        pytest.param(replace(SLOT, sender_start=ago(3580)), id="a slow connection"),
    ],
)
def test_a_sender_of_its_name_may_be_its_own(slot: Slot) -> None:
    """Or that of another subscriber: nothing that destroys is offered."""
    wider = replace(PUBLICATION, tables=frozenset({"public.orders", "public.new"}))
    for publications, cause in [((), "publication_missing"), ((wider,), NOT_REFRESHED)]:
        [finding] = found(HEALTHY, publisher(slot, publications=publications))
        assert cause == finding.cause
        assert finding.summary.endswith(MAY_BE_ANOTHERS)
        assert finding.evidence.get("slot_is_ours") is None


@pytest.mark.parametrize("subscription", [DOWN, replace(DOWN, enabled=False)])
def test_without_a_worker_an_unused_slot_of_its_name_may_be_its_own(
    subscription: Subscription,
) -> None:
    """What is wrong with the publication does not seem to be gone because the worker is."""
    wider = replace(PUBLICATION, tables=frozenset({"public.orders", "public.new"}))
    for publications, cause in [((), "publication_missing"), ((wider,), NOT_REFRESHED)]:
        seen = found(subscription, publisher(IDLE, publications=publications))
        [finding] = [one for one in seen if one.cause == cause]
        assert finding.summary.endswith(MAY_BE_ANOTHERS)
        assert finding.evidence.get("slot_is_ours") is None


def test_workers_that_began_together_have_each_a_slot_of_its_own() -> None:
    """As after a restart of the subscriber."""
    other = replace(HEALTHY, oid=16_500, name="other_sub", slot_name="other_sub")
    looks = Samples((snapshot(HEALTHY, other), snapshot(HEALTHY, other, seconds_later=6)))
    slots = (SLOT, replace(SLOT, name="other_sub", sender_name="other_sub", active_pid=100))
    seen = PublisherSamples("p:1", (publisher(*slots, publications=()),))
    findings = diagnosed(looks, 300, seen)
    assert ["publication_missing"] * 2 == [finding.cause for finding in findings]
    assert not [finding for finding in findings if MAY_BE_ANOTHERS in finding.summary]


@pytest.mark.parametrize(
    ("sender", "ours"),
    [("bestellungen_????", True), (r"bestellungen_\xc3\xbc", True), ("x?", False)],
)
def test_a_name_that_is_not_ascii_is_recognised(sender: str, *, ours: bool) -> None:
    """Where it is all there is: the start is not visible."""
    subscription = replace(HEALTHY, name="bestellungen_\u00fc\u00df")
    slot = replace(SLOT, sender_name=sender, sender_start=None)
    assert ours is bool(causes(subscription, publisher(slot, publications=())))


def test_two_subscriptions_cannot_have_one_slot() -> None:
    """Of the same names, in two databases: whose it is was not seen."""
    twin = replace(HEALTHY, oid=16_500, database="stock")
    samples = Samples((snapshot(HEALTHY, twin), snapshot(HEALTHY, twin, seconds_later=6)))
    seen = PublisherSamples("p:1", (publisher(SLOT, publications=()),))
    assert () == diagnosed(samples, 300, seen)
    begun = replace(twin, worker_start=ago(60))
    samples = Samples((snapshot(HEALTHY, begun), snapshot(HEALTHY, begun, seconds_later=6)))
    assert [16_400] == [one.evidence["subscription_oid"] for one in diagnosed(samples, 300, seen)]


@pytest.mark.parametrize(
    ("slots", "cause"),
    [
        ([], "slot_missing"),
        ([SLOT], "slot_busy"),
        ([replace(IDLE, wal_status="lost")], "slot_lost"),
    ],
)
def test_what_the_watched_publisher_lacks_may_be_another_s(slots: list[Slot], cause: str) -> None:
    [finding] = found(DOWN, publisher(*slots))
    assert cause == finding.cause
    assert finding.summary.endswith(MAY_BE_ANOTHERS)
    assert "slot_is_ours" not in finding.evidence


def test_a_lost_slot_of_the_same_name_is_not_that_of_a_subscription_that_runs() -> None:
    assert [] == causes(HEALTHY, publisher(replace(IDLE, wal_status="lost")))


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
    ("slots", "visible"),
    [([SLOT, IDLE], True), ([], True), ([SLOT, replace(SLOT, sender_start=None)], False)],
)
def test_that_owners_of_slots_are_not_visible_is_said(slots: list[Slot], *, visible: bool) -> None:
    assert visible is (publisher(*slots).not_visible == ())


@pytest.mark.parametrize(
    ("slot", "expected"),
    [
        pytest.param(SLOT, False, id="well"),
        pytest.param(IDLE, True, id="idle"),
        pytest.param(replace(SLOT, wal_status="unreserved"), True, id="in danger"),
    ],
)
def test_a_second_look_is_taken_where_a_rate_is_wanted(slot: Slot, expected: object) -> None:
    samples = PublisherSamples("p:1", (publisher(slot),))
    assert expected == unsettled_publisher(samples)
    assert not unsettled_publisher(replace(samples, snapshots=(publisher(slot), publisher(slot))))
    assert NOW == samples.latest.taken_at
