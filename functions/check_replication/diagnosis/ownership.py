"""Whose slot a slot of the watched publisher is. Pure.

A slot's name proves nothing: a subscriber may have several publishers, and two publishers slots of
one name. A slot is a subscription's where its sender was seen to serve the subscription's worker:
it began with the worker, and has the subscription's name unless the connection string sets another
(pg_stat_activity.backend_start and application_name of the slot's active_pid). Without a worker
nothing can be seen; then a slot of that name may be its own.
"""

from typing import Final

from functions.check_replication.diagnosis.looks import Looks, PublisherLooks
from functions.check_replication.publisher_snapshot import Slot
from functions.check_replication.snapshot import Snapshot, Subscription

_SAME_NAME_SECONDS: Final = 30.0
_OTHER_NAME_SECONDS: Final = 2.0
"""How far the starts of a worker and its sender may lie apart, by the clocks of two servers."""

_SETTLED_SECONDS: Final = 60.0


def own_slot(subscription: Subscription, looks: Looks, publisher: PublisherLooks) -> Slot | None:
    """The slot of the watched publisher that was seen to serve it, and no other subscription."""
    slot = publisher.latest.slot(subscription.slot_name)
    if slot is None:
        return None
    served = [
        one for one in looks.latest.subscriptions if _was_served(one, slot.name, looks, publisher)
    ]
    return slot if served == [subscription] else None


def may_be_own(slot: Slot, subscription: Subscription, looks: Looks) -> bool:
    """Whether it has the name of a slot whose subscription is not known to run elsewhere."""
    return slot.name == subscription.slot_name and not _runs(subscription, looks.latest)


def may_be_own_unused(subscription: Subscription, publisher: PublisherLooks) -> bool:
    """Whether it has no worker, and the watched publisher a slot of its name that nobody uses."""
    slot = publisher.latest.slot(subscription.slot_name)
    return slot is not None and not slot.active and subscription.worker_pid is None


def _was_served(
    subscription: Subscription, name: str, looks: Looks, publisher: PublisherLooks
) -> bool:
    """At any look: a worker that fails again and again is there now and then."""
    slots = [slot for one in publisher.snapshots if (slot := one.slot(name)) is not None]
    return any(_serves(slot, seen) for seen in looks.all_of(subscription) for slot in slots)


def _serves(slot: Slot, subscription: Subscription) -> bool:
    if not slot.active or subscription.worker_pid is None or slot.name != subscription.slot_name:
        return False
    same_name = slot.sender_name == subscription.name
    if slot.sender_start is None or subscription.worker_start is None:
        return same_name
    apart = abs((slot.sender_start - subscription.worker_start).total_seconds())
    return apart <= (_SAME_NAME_SECONDS if same_name else _OTHER_NAME_SECONDS)


def _runs(subscription: Subscription, snapshot: Snapshot) -> bool:
    """Not only between two restarts: its slot is active somewhere."""
    start = subscription.worker_start
    return start is not None and (snapshot.taken_at - start).total_seconds() > _SETTLED_SECONDS
