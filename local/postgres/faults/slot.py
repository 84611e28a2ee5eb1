"""Faults of replication slots on the publisher. Development only."""

from typing import Final

from local.postgres import second_database
from local.postgres.faults.fault import Fault
from local.postgres.faults.symptoms import wait_until_worker_is_gone
from local.postgres.pair import DATABASE, SUBSCRIPTION, Pair
from local.postgres.renewal import drop_slot, slot_is, start_over
from local.postgres.sessions import open_transaction
from sandbox.postgres.waiting import wait_until
from sandbox.postgres.wal import fill_segments

_ABANDONED: Final = "abandoned"
_LONG_TRANSACTION: Final = "a long transaction on the publisher"


def _break_dropped(pair: Pair) -> None:
    _disable(pair)
    drop_slot(pair.publisher, SUBSCRIPTION)
    with pair.subscriber.logs(f'replication slot "{SUBSCRIPTION}" does not exist'):
        pair.alter_subscription("ENABLE")


def _break_invalidated(pair: Pair) -> None:
    _disable(pair)
    pair.publisher.configure(max_slot_wal_keep_size="1MB")
    fill_segments(pair.publisher, 3)
    pair.publisher.sql("CHECKPOINT")
    _wait_until_slot_is(pair, "wal_status = 'lost'")
    with pair.subscriber.logs("could not start WAL streaming"):
        pair.alter_subscription("ENABLE")


def _fix_invalidated(pair: Pair) -> None:
    pair.publisher.configure(max_slot_wal_keep_size=None)
    start_over(pair)


def _break_taken(pair: Pair) -> None:
    """As when a copy of the subscriber is started: it reads the slot of the original."""
    _disable(pair)
    second_database.create_database(pair.publisher)
    options = f"create_slot = false, copy_data = false, slot_name = '{SUBSCRIPTION}'"
    second_database.subscribe(pair, pair.publisher, options)
    _wait_until_slot_is(pair, "active")
    with pair.subscriber.logs("is active for PID"):
        pair.alter_subscription("ENABLE")


def _fix_taken(pair: Pair) -> None:
    """What the copy has read, the original will not get."""
    second_database.remove_database(pair, pair.publisher)
    start_over(pair)


def _disable(pair: Pair) -> None:
    pair.alter_subscription("DISABLE")
    wait_until_worker_is_gone(pair)


def _break_unreserved(pair: Pair) -> None:
    """The slot needs the WAL since the transaction began; the next checkpoint would remove it."""
    publisher = pair.publisher
    publisher.configure(max_slot_wal_keep_size=None)
    publisher.sql("CHECKPOINT")
    transaction = open_transaction(publisher, "SELECT pg_current_xact_id()")
    pair.attachments.attach(_LONG_TRANSACTION, transaction)
    publisher.configure(max_slot_wal_keep_size="32MB")
    fill_segments(publisher, 4)
    _wait_until_slot_is(pair, "active AND wal_status = 'unreserved'")


def _fix_unreserved(pair: Pair) -> None:
    pair.publisher.configure(max_slot_wal_keep_size=None)
    pair.attachments.detach(_LONG_TRANSACTION)
    if slot_is(pair.publisher, SUBSCRIPTION, "wal_status = 'lost'"):
        start_over(pair)
    pair.wait_until_replicated()


def _break_orphan(pair: Pair) -> None:
    if not slot_is(pair.publisher, _ABANDONED, "true"):
        create = "SELECT pg_create_logical_replication_slot(:name, 'pgoutput')"
        pair.publisher.sql(create, DATABASE, name=_ABANDONED)
    fill_segments(pair.publisher, 2)


def _fix_orphan(pair: Pair) -> None:
    drop_slot(pair.publisher, _ABANDONED)
    pair.wait_until_replicated()


def _wait_until_slot_is(pair: Pair, condition: str) -> None:
    wait_until(
        lambda: slot_is(pair.publisher, SUBSCRIPTION, condition),
        that=f"of slot {SUBSCRIPTION} holds: {condition}",
        look_at=pair.publisher.log_tail,
    )


FAULTS: Final = (
    Fault(
        "slot_dropped",
        "Somebody dropped the subscription's slot; fixing it copies the table again.",
        "slot_missing",
        _break_dropped,
        start_over,
        probe_cause="worker_down",
    ),
    Fault(
        "slot_invalidated",
        "The subscription was disabled for so long that the publisher gave up its slot; fixing it "
        "copies the table again.",
        "slot_lost",
        _break_invalidated,
        _fix_invalidated,
        probe_cause="worker_down",
    ),
    Fault(
        "slot_taken",
        "A copy of the subscriber reads its slot; fixing it copies the table again.",
        "slot_busy",
        _break_taken,
        _fix_taken,
        probe_cause="worker_down",
    ),
    Fault(
        "slot_unreserved",
        "A long transaction makes the slot keep more WAL than max_slot_wal_keep_size allows: the "
        "next checkpoint invalidates it. All else is well.",
        "slot_at_risk",
        _break_unreserved,
        _fix_unreserved,
        watches_publisher=True,
    ),
    Fault(
        "orphan_slot",
        "Nobody reads a slot any more, and the publisher keeps WAL for it.",
        "slot_inactive",
        _break_orphan,
        _fix_orphan,
        parameters={"slot-inactive-minutes": "0.02"},
        pause_seconds=2,
        watches_publisher=True,
    ),
)
