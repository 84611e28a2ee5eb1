"""Whether nobody reads a slot any more. Pure.

A consumer that reads now and then leaves its slot inactive in between, and between two connections
every consumer does. So a slot is judged by how long nobody has read it, and by the WAL it makes the
publisher keep; either suffices. Little WAL kept for ever holds back vacuum of the catalogs and
grows some day, and much WAL fills a disk before an hour is over. How long comes from
pg_replication_slots.inactive_since (17+) or from the checks that have seen it unread.
"""

from typing import Final

from functions.check_replication.diagnosis.backlog import ORDINARY_BYTES
from functions.check_replication.diagnosis.samples import PublisherSamples
from functions.check_replication.memory.idle import IdleSlots
from functions.check_replication.memory.positions import hashed
from functions.check_replication.publisher_snapshot import Slot
from functions.check_replication.targets import Limits

LEAST_SECONDS: Final = 300.0
"""However much WAL is kept: a consumer that is restarted or deployed is back by then."""


def followed(idle: IdleSlots, publisher: PublisherSamples | None, seconds: float) -> IdleSlots:
    """`idle` with what this check, `seconds` later, has seen of the publisher."""
    if publisher is None:
        return idle.aged(seconds)
    unread = {
        slot.name: slot.confirmed_bytes or 0.0
        for slot in publisher.latest.slots
        if _is_unread(slot, publisher)
    }
    return idle.gone_on(seconds, hashed(publisher.address), unread)


def idle_seconds(slot: Slot, publisher: PublisherSamples, idle: IdleSlots) -> float:
    """For how long it is known to be unread: a restart sets inactive_since anew."""
    return max(_seconds_inactive(slot, publisher), idle.seconds_of(slot.name))


def lies_idle(slot: Slot, publisher: PublisherSamples, idle: IdleSlots, limits: Limits) -> bool:
    seconds = idle_seconds(slot, publisher, idle)
    return _is_unread(slot, publisher) and _is_too_much(slot, seconds, limits)


def _is_too_much(slot: Slot, seconds: float, limits: Limits) -> bool:
    retained = slot.retained_wal_bytes or 0.0
    is_large = retained > limits.slot_retained_bytes and seconds > LEAST_SECONDS
    return is_large or seconds > limits.slot_inactive_seconds


def _is_unread(slot: Slot, publisher: PublisherSamples) -> bool:
    """Nobody reads it although there is something to read.

    A synced slot cannot be read on a standby; that of a copy may lie idle between two attempts; a
    lost one keeps no WAL.
    """
    if slot.of_table_sync or slot.lost or slot.is_synced or not publisher.always_inactive(slot):
        return False
    return publisher.latest.wal_bytes - (slot.confirmed_bytes or 0.0) > ORDINARY_BYTES


def _seconds_inactive(slot: Slot, publisher: PublisherSamples) -> float:
    if slot.inactive_since is None:
        return 0.0
    return max((publisher.latest.taken_at - slot.inactive_since).total_seconds(), 0.0)
