"""Several publishers of one subscriber: which is whose, and which subscription none of them is."""

from dataclasses import replace
from datetime import timedelta

import pytest

from functions.check_replication.diagnosis import (
    Histories,
    Publishers,
    PublisherSamples,
    Samples,
    compare,
    databases_not_watched,
    diagnose,
    to_remember,
)
from functions.check_replication.memory.packing import pack, unpack
from functions.check_replication.memory.positions import hashed
from functions.check_replication.memory.remembered import RememberedCluster
from functions.check_replication.publisher_snapshot import Slot
from functions.check_replication.snapshot import Subscription
from functions.report import Finding
from tests.unit.check_replication.builders import (
    DOWN,
    HEALTHY,
    LIMITS,
    NOW,
    PUBLICATION,
    SLOT,
    ago,
    diagnosed,
    publisher,
    snapshot,
    watching,
)

A, B = "a.example:5432", "b.example:5432"
IDLE = replace(SLOT, active=False, active_pid=None, sender_name=None, sender_start=None)
OF_ANOTHER = replace(SLOT, sender_name="its_sub", sender_start=ago(9_000))
UNSEEN = replace(SLOT, sender_start=None)
"""Without pg_read_all_stats on the publisher."""


def at(
    address: str, *slots: Slot, wal_bytes: float = 2e6, database: str = "shop"
) -> PublisherSamples:
    """Two samples, as of a publisher with a slot that lies idle."""
    seen = [
        publisher(*slots, seconds_later=later, wal_bytes=wal_bytes, database=database)
        for later in (0, 1)
    ]
    return PublisherSamples(address, tuple(seen))


def histories(
    publishers: Publishers,
    *subscriptions: Subscription,
    remembered: RememberedCluster | None = None,
    minutes: float = 0,
) -> Histories:
    later = 60 * minutes
    samples = Samples(tuple(snapshot(*subscriptions, seconds_later=later + n) for n in (0, 6)))
    return compare(samples, publishers, remembered, NOW + timedelta(seconds=later), LIMITS)


def own(publishers: Publishers, subscription: Subscription, known: int | None = None) -> str | None:
    """The address of the publisher that is taken for its own."""
    remembered = None
    if known is not None:
        first = histories(Publishers((), frozenset({known})), subscription)
        remembered = to_remember(Samples((snapshot(subscription),)), first, None, NOW)
        assert remembered is not None
        subscriptions = (replace(remembered.subscriptions[0], publisher=known),)
        remembered = replace(remembered, subscriptions=subscriptions)
    history = histories(publishers, subscription, remembered=remembered).of(subscription)
    return None if history.publisher is None else history.publisher.address


@pytest.mark.parametrize(
    ("subscription", "first", "second", "known", "expected"),
    [
        pytest.param(HEALTHY, [SLOT], [], None, A, id="only one has its slot"),
        pytest.param(HEALTHY, [OF_ANOTHER], [SLOT], None, B, id="only one serves its worker"),
        pytest.param(HEALTHY, [IDLE], [SLOT], A, B, id="it went to the other one"),
        pytest.param(HEALTHY, [UNSEEN], [UNSEEN], None, None, id="either may serve it"),
        pytest.param(HEALTHY, [UNSEEN], [UNSEEN], B, B, id="one was seen to"),
        pytest.param(DOWN, [IDLE], [IDLE], None, None, id="stopped, either has a slot of its name"),
        pytest.param(DOWN, [IDLE], [IDLE], B, B, id="stopped, one was seen to serve it"),
        pytest.param(DOWN, [IDLE], [], None, A, id="stopped, one has a slot of its name"),
        pytest.param(DOWN, [IDLE], [], B, B, id="its slot was dropped; another has the name"),
        pytest.param(
            DOWN,
            [replace(IDLE, database="elsewhere")],
            [IDLE],
            None,
            B,
            id="stopped, by the slot's database",
        ),
    ],
)
def test_the_publisher_of_a_subscription(
    subscription: Subscription,
    first: list[Slot],
    second: list[Slot],
    known: str | None,
    expected: str | None,
) -> None:
    """Whatever the order of the two."""
    seen = (at(A, *first), at(B, *second))
    address = None if known is None else hashed(known)
    for publishers in (seen, seen[::-1]):
        assert expected == own(Publishers(publishers), subscription, address)


@pytest.mark.parametrize(
    ("subscription", "slots", "known", "expected"),
    [
        pytest.param(HEALTHY, [SLOT], None, A, id="seen to serve it"),
        pytest.param(HEALTHY, [SLOT], B, A, id="seen to serve it now"),
        pytest.param(HEALTHY, [], None, None, id="not seen here"),
        pytest.param(DOWN, [IDLE], None, None, id="the other may have its slot, too"),
        pytest.param(DOWN, [IDLE], B, None, id="known to be with the other"),
        pytest.param(DOWN, [IDLE], A, A, id="known to be here"),
    ],
)
def test_while_one_of_two_does_not_answer(
    subscription: Subscription, slots: list[Slot], known: str | None, expected: str | None
) -> None:
    publishers = Publishers((at(A, *slots),), frozenset({hashed(B)}))
    address = None if known is None else hashed(known)
    assert expected == own(publishers, subscription, address)


def test_of_two_databases_of_one_server_the_one_with_its_slot_counts() -> None:
    other = at(A, SLOT, database="postgres")
    for seen in ((other, at(A, SLOT)), (at(A, SLOT), other)):
        history = histories(Publishers(seen), HEALTHY).of(HEALTHY)
        assert history.publisher is not None
        assert "shop" == history.publisher.latest.database


def findings(publishers: Publishers, *subscriptions: Subscription) -> tuple[Finding, ...]:
    samples = Samples(tuple(snapshot(*subscriptions, seconds_later=later) for later in (0, 6)))
    seen = compare(samples, publishers, None, NOW, LIMITS)
    return diagnose(samples, LIMITS, publishers, seen)


ORPHAN = replace(IDLE, name="orphan", inactive_since=ago(9_000))
MISSING = replace(PUBLICATION, name="another_pub")


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        pytest.param([at(A, SLOT), at(A, SLOT, database="postgres")], [], id="two databases"),
        pytest.param([at(A, SLOT), at(B)], [], id="two servers"),
        pytest.param([at(A), at(B)], ["not_watched"], id="neither has its slot"),
        pytest.param([at(A, SLOT, database="postgres")], ["not_watched"], id="another database"),
        pytest.param(
            [at(A, SLOT, ORPHAN), at(A, SLOT, ORPHAN, database="postgres")],
            ["slot_inactive"],
            id="a server's slots are judged once",
        ),
    ],
)
def test_what_several_publishers_show(seen: list[PublisherSamples], expected: list[str]) -> None:
    assert expected == [found.cause for found in findings(Publishers(tuple(seen)), HEALTHY)]


@pytest.mark.parametrize(
    ("subscription", "slots", "warned"),
    [
        pytest.param(HEALTHY, [], True, id="another cluster"),
        pytest.param(HEALTHY, [IDLE], True, id="the old server after a failover"),
        pytest.param(HEALTHY, [SLOT], False, id="its own"),
        pytest.param(HEALTHY, [UNSEEN], False, id="its own, for all that can be seen"),
        pytest.param(HEALTHY, [OF_ANOTHER], False, id="somebody uses a slot of that name"),
        pytest.param(DOWN, [], False, id="no worker: another finding"),
        pytest.param(replace(HEALTHY, worker_start=ago(20)), [IDLE], False, id="it begins"),
        pytest.param(replace(HEALTHY, worker_start=None), [], False, id="not visible"),
        pytest.param(
            replace(HEALTHY, last_msg_receipt_time=ago(90)), [IDLE], False, id="it hears nothing"
        ),
        pytest.param(replace(HEALTHY, slot_name=None), [], False, id="without a slot"),
    ],
)
def test_parameters_that_lead_elsewhere_are_reported(
    subscription: Subscription, slots: list[Slot], *, warned: bool
) -> None:
    found = findings(watching(at(A, *slots)), subscription)
    reported = [finding for finding in found if finding.cause == "not_watched"]
    assert warned is bool(reported)
    assert all(A in finding.summary for finding in reported)


def test_it_is_not_said_while_one_of_them_does_not_answer() -> None:
    assert () == findings(Publishers((at(A),), frozenset({hashed(B)})), HEALTHY)


def test_a_slot_that_was_idle_once_may_be_between_two_connections() -> None:
    once = PublisherSamples(A, (publisher(IDLE),))
    assert () == diagnosed(Samples((snapshot(HEALTHY),)), 300, once)


def test_each_subscription_is_behind_its_own_publisher() -> None:
    """Two of the same slot's name, whose workers began together: only memory knows them apart."""
    twin = replace(HEALTHY, oid=16_500, name="orders_sub", database="stock", worker_start=ago(60))
    began = replace(SLOT, sender_start=ago(60))
    remembered = None
    for minutes, restarted in ((0, False), (1, False), (2, True), (3, True)):
        pair = [
            replace(each, worker_start=NOW, worker_pid=5000 + number) if restarted else each
            for number, each in enumerate((HEALTHY, twin))
        ]
        slots = [replace(each, sender_start=NOW) if restarted else each for each in (SLOT, began)]
        publishers = Publishers(
            (
                at(A, replace(slots[0], confirmed_bytes=1e6), wal_bytes=1e6 + 1e7 * minutes),
                at(B, replace(slots[1], confirmed_bytes=5e8), wal_bytes=5e8),
            )
        )
        seen = histories(publishers, *pair, remembered=remembered, minutes=minutes)
        backlogs = [seen.of(each).backlog for each in pair]
        sizes = [None if backlog is None else backlog.size for backlog in backlogs]
        assert [1e7 * minutes, 0.0] == sizes, minutes
        at_end = Samples((snapshot(*pair, seconds_later=60 * minutes),))
        known = to_remember(at_end, seen, remembered, NOW + timedelta(minutes=minutes))
        assert known is not None
        remembered = unpack(pack({"shop": known}).text, known.checked_at)["shop"]
    assert backlogs[0] is not None
    assert 180 == pytest.approx(backlogs[0].age_seconds, abs=1)


def test_positions_grow_older_while_their_publisher_does_not_answer() -> None:
    """What was written before is as old as it is."""
    remembered = None
    for minutes in (0, 1, 2, 3, 4):
        watched = at(A, replace(SLOT, confirmed_bytes=2e6), wal_bytes=2e6 + 1e6 * minutes)
        silent = Publishers((), frozenset({hashed(A)}))
        publishers = silent if minutes in {2, 3} else watching(watched)
        seen = histories(publishers, HEALTHY, remembered=remembered, minutes=minutes)
        at_end = Samples((snapshot(HEALTHY, seconds_later=60 * minutes),))
        remembered = to_remember(at_end, seen, remembered, NOW + timedelta(minutes=minutes))
    backlog = seen.of(HEALTHY).backlog
    assert backlog is not None
    assert 240 == pytest.approx(backlog.age_seconds, abs=1)


def test_of_one_server_a_database_of_some_subscription_is_enough() -> None:
    """That the publications of the others are not seen is said in another place."""
    other = replace(HEALTHY, oid=16_500, name="other_sub", slot_name="other_sub")
    slots = (SLOT, replace(SLOT, name="other_sub", sender_name="other_sub", database="stock"))
    samples = Samples((snapshot(HEALTHY, other),))
    one, both = (
        watching(*(at(A, *slots, database=each) for each in databases))
        for databases in (("shop",), ("shop", "stock"))
    )
    assert () == findings(one, HEALTHY, other)
    assert ("stock",) == databases_not_watched(samples, one)
    assert () == databases_not_watched(samples, both)
    none = watching(at(A, *slots, database="postgres"))
    assert ["not_watched"] * 2 == [found.cause for found in findings(none, HEALTHY, other)]
