"""Whose slot a slot of a watched publisher is, and which publisher is a subscription's own. Pure.

A slot's name proves nothing: a subscriber may have several publishers, and two publishers slots of
one name. A slot is a subscription's where its sender was seen to serve the subscription's worker:
it began with the worker, and has the subscription's name unless the connection string sets another
(pg_stat_activity.backend_start and application_name of the slot's active_pid). Where that cannot
be seen, without a worker or the right to see when it began, a slot of that name may be its own.
"""

import re
from typing import Final, NamedTuple

from functions.check_replication.diagnosis.samples import (
    Publishers,
    PublisherSamples,
    Samples,
)
from functions.check_replication.memory.positions import hashed
from functions.check_replication.publisher_snapshot import Slot
from functions.check_replication.snapshot import Snapshot, Subscription

_SAME_NAME_SECONDS: Final = 5.0
_OTHER_NAME_SECONDS: Final = 2.0
"""How far the starts of a worker and its sender may lie apart, by the clocks of two servers."""

_SLOW_CONNECTION_SECONDS: Final = 30.0
_SETTLED_SECONDS: Final = 60.0


def publisher_of(
    subscription: Subscription, samples: Samples, publishers: Publishers, remembered: int | None
) -> PublisherSamples | None:
    """The one that is taken for its own; None where several may be, or one that was not seen.

    Where its slot was seen to serve it, now or at an earlier check (`remembered`, a hash of the
    address); else by its slot's name and database.
    """
    likeness = {
        number: _likeness(subscription, samples, publisher, remembered)
        for number, publisher in enumerate(publishers.seen)
    }
    best = max(likeness.values(), default=None)
    if best is None:
        return None
    most_like = [publishers.seen[number] for number, each in likeness.items() if each == best]
    if len(publishers.seen) == 1 and not publishers.not_seen:
        return most_like[0]
    if not best.is_proven and publishers.not_seen:
        return None
    is_clear = len({publisher.address for publisher in most_like}) == 1 or not best.has_slot
    return most_like[0] if is_clear else None


class _Likeness(NamedTuple):
    """How much speaks for a publisher's being a subscription's own, what says most first."""

    serves_it: bool
    served_it_before: bool
    may_serve_it: bool
    is_remembered: bool
    has_slot: bool
    has_slot_in_database: bool

    @property
    def is_proven(self) -> bool:
        return self.serves_it or self.is_remembered


def _likeness(
    subscription: Subscription,
    samples: Samples,
    publisher: PublisherSamples,
    remembered: int | None,
) -> _Likeness:
    slot = publisher.latest.slot(subscription.slot_name)
    is_remembered = hashed(publisher.address) == remembered
    fits = slot is not None and slot.active is (subscription.worker_pid is not None)
    return _Likeness(
        serves_it=own_slot(subscription, samples, publisher) is not None,
        served_it_before=is_remembered and fits,
        may_serve_it=served_slot(subscription, samples, publisher) is not None,
        is_remembered=is_remembered,
        has_slot=slot is not None,
        has_slot_in_database=slot is not None and slot.database == publisher.latest.database,
    )


def own_slot(
    subscription: Subscription, samples: Samples, publisher: PublisherSamples
) -> Slot | None:
    """The slot of the watched publisher that was seen to serve it, and no other subscription."""
    slot = publisher.latest.slot(subscription.slot_name)
    if slot is None:
        return None
    served = [
        candidate
        for candidate in samples.latest.subscriptions
        if _was_served(candidate, slot.name, samples, publisher)
    ]
    return slot if served == [subscription] else None


def served_slot(
    subscription: Subscription,
    samples: Samples,
    publisher: PublisherSamples,
    *,
    served_before: bool = False,
) -> Slot | None:
    """The slot that serves it as far as can be seen: nothing says that it is another's.

    Good enough for what destroys nothing, as how far behind it is. `served_before`: at an earlier
    check the publisher's slot of that name was seen to.
    """
    own = own_slot(subscription, samples, publisher)
    slot = publisher.latest.slot(subscription.slot_name)
    if own is not None or slot is None:
        return own
    if served_before and _could_be(slot, subscription):
        return slot
    served = [other for other in samples.latest.subscriptions if _may_serve(slot, other)]
    return slot if served == [subscription] else None


def may_be_own(slot: Slot, subscription: Subscription, samples: Samples) -> bool:
    """Whether it has the name of a slot whose subscription is not known to run elsewhere."""
    return slot.name == subscription.slot_name and not runs(subscription, samples.latest)


def may_be_served(
    subscription: Subscription, samples: Samples, publisher: PublisherSamples
) -> bool:
    """Whether nothing speaks against the watched publisher, which has a slot of its name.

    The slot is unused as there is no worker; or the worker fails on changes again and again, which
    it gets from somewhere, so that its sender is seldom there to be seen.
    """
    slot = publisher.latest.slot(subscription.slot_name)
    if slot is None:
        return False
    if subscription.worker_pid is None and not slot.active:
        return True
    served = [other for other in samples.latest.subscriptions if _may_serve(slot, other)]
    return samples.apply_errors(subscription) > 0 or served == [subscription]


def _was_served(
    subscription: Subscription, name: str, samples: Samples, publisher: PublisherSamples
) -> bool:
    """In any sample: a worker that fails again and again is there now and then."""
    slots = [slot for snapshot in publisher.snapshots if (slot := snapshot.slot(name)) is not None]
    return any(_serves(slot, seen) for seen in samples.all_of(subscription) for slot in slots)


def _serves(slot: Slot, subscription: Subscription) -> bool:
    apart = _seconds_apart(slot, subscription)
    if not _could_be(slot, subscription) or apart is None:
        return False
    same_name = _has_name_of(slot, subscription)
    return apart <= (_SAME_NAME_SECONDS if same_name else _OTHER_NAME_SECONDS)


def _may_serve(slot: Slot, subscription: Subscription) -> bool:
    """By the name, where the starts are not visible or a slow connection lies between them."""
    apart = _seconds_apart(slot, subscription)
    same_name = _has_name_of(slot, subscription)
    near = apart is None or apart <= _SLOW_CONNECTION_SECONDS
    return _could_be(slot, subscription) and same_name and near


def _could_be(slot: Slot, subscription: Subscription) -> bool:
    named = slot.name == subscription.slot_name
    return named and slot.active and subscription.worker_pid is not None


def _has_name_of(slot: Slot, subscription: Subscription) -> bool:
    """An application_name has ASCII only: other bytes are question marks, or hexadecimal (16+)."""
    written = (
        re.escape(letters) if letters.isascii() else r"(?:\?|\\x[0-9a-f]{2})+"
        for letters in re.findall(r"[ -~]+|[^ -~]+", subscription.name)
    )
    return re.fullmatch("".join(written), slot.sender_name or "") is not None


def _seconds_apart(slot: Slot, subscription: Subscription) -> float | None:
    if slot.sender_start is None or subscription.worker_start is None:
        return None
    return abs((slot.sender_start - subscription.worker_start).total_seconds())


def runs(subscription: Subscription, snapshot: Snapshot) -> bool:
    """Whether it surely does: its worker is no new one, and hears from a publisher."""
    start, heard = subscription.worker_start, subscription.last_msg_receipt_time
    if start is None or heard is None:
        return False
    since, silent = ((snapshot.taken_at - time).total_seconds() for time in (start, heard))
    return since > _SETTLED_SECONDS >= silent
