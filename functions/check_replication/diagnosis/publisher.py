"""What only the publisher knows: slots, publications, replica identities. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from functions.catalogue import CATALOGUE, MAY_BE_ANOTHERS
from functions.check_replication.diagnosis.findings import (
    finding,
    instant,
    named,
    of_publisher,
)
from functions.check_replication.diagnosis.idle import idle_seconds, lies_idle
from functions.check_replication.diagnosis.ownership import (
    may_be_own,
    may_be_served,
    own_slot,
)
from functions.check_replication.diagnosis.samples import PublisherSamples, Samples
from functions.check_replication.diagnosis.settling import is_in_danger
from functions.check_replication.memory.idle import IdleSlots
from functions.check_replication.publisher_snapshot import Slot
from functions.check_replication.snapshot import Subscription
from functions.check_replication.targets import Limits
from functions.report import Evidence, Finding
from functions.words import duration, size


def with_publisher(
    findings: Sequence[Finding],
    subscription: Subscription,
    samples: Samples,
    publisher: PublisherSamples,
) -> list[Finding]:
    """The subscription's findings, those replaced that the publisher explains, and its own."""
    ours = own_slot(subscription, samples, publisher) is not None
    reasons = [] if ours else list(_reasons_in_slot(subscription, samples, publisher))
    if ours or may_be_served(subscription, samples, publisher):
        reasons += _publication_missing(subscription, samples, publisher, ours=ours)
        not_refreshed = list(_not_refreshed(subscription, samples, publisher, ours=ours))
    else:
        not_refreshed = []
    kept = _without_replaced(findings, reasons)
    return [
        *reasons,
        *(_with_slots(found, publisher) if ours else found for found in kept),
        *not_refreshed,
    ]


def _without_replaced(findings: Sequence[Finding], reasons: Sequence[Finding]) -> list[Finding]:
    """Those that no reason seen on the publisher explains."""
    replaced = {cause for reason in reasons for cause in CATALOGUE[reason.cause].replaces}
    return [found for found in findings if found.cause not in replaced]


def _with_slots(found: Finding, publisher: PublisherSamples) -> Finding:
    """A copy needs a slot of its own: where none is free, that is why it fails."""
    latest = publisher.latest
    if found.cause != "table_sync_failed" or latest.slots_in_use < latest.max_slots:
        return found
    return replace(
        found,
        cause="publisher_slots_exhausted",
        summary=f"{found.summary} All {latest.max_slots} replication slots of the publisher are in "
        "use.",
        evidence={
            "slots_in_use": latest.slots_in_use,
            "max_replication_slots": latest.max_slots,
            **found.evidence,
            **of_publisher(publisher),
        },
    )


def _reasons_in_slot(
    subscription: Subscription, samples: Samples, publisher: PublisherSamples
) -> Iterator[Finding]:
    """Why it may have no worker, if the watched publisher is its own; the log knows."""
    slot = publisher.latest.slot(subscription.slot_name)
    if slot is not None and slot.lost and subscription.worker_pid is None:
        yield _slot_lost(subscription, samples, publisher, slot)
    elif _stays_down(subscription, samples):
        if slot is None:
            yield _slot_missing(subscription, samples, publisher)
        elif slot.active:
            yield _slot_busy(subscription, samples, publisher, slot)


def _stays_down(subscription: Subscription, samples: Samples) -> bool:
    """Without a worker and without errors: one that fails on a change uses its slot meanwhile."""
    several = samples.earlier(subscription) is not None
    return several and subscription.down and not samples.apply_errors(subscription)


def _slot_missing(
    subscription: Subscription, samples: Samples, publisher: PublisherSamples
) -> Finding:
    full = publisher.latest.slots_in_use >= publisher.latest.max_slots
    return finding(
        "slot_missing",
        subscription,
        samples,
        f"{subscription.name} has no worker, and the watched publisher {publisher.address} has no "
        f"slot {subscription.slot_name}{', and all its slots are in use' if full else ''}. "
        f"{MAY_BE_ANOTHERS}",
        **_tables(subscription),
        **of_publisher(publisher),
    )


def _slot_lost(
    subscription: Subscription, samples: Samples, publisher: PublisherSamples, slot: Slot
) -> Finding:
    return finding(
        "slot_lost",
        subscription,
        samples,
        f"{subscription.name} has no worker, and the watched publisher has removed WAL that its "
        f"slot {slot.name} needs: that slot cannot be used any more. {MAY_BE_ANOTHERS}",
        **_tables(subscription),
        **of_slot(slot),
        **of_publisher(publisher),
    )


def _tables(subscription: Subscription) -> dict[str, Evidence]:
    """Those that must be copied again."""
    known = subscription.tables
    return named(known.names) if known is not None and known.names else {}


def _slot_busy(
    subscription: Subscription, samples: Samples, publisher: PublisherSamples, slot: Slot
) -> Finding:
    return finding(
        "slot_busy",
        subscription,
        samples,
        f"{subscription.name} has no worker, and slot {slot.name} of the watched publisher is in "
        f"use by its process {slot.active_pid}. {MAY_BE_ANOTHERS}",
        **of_slot(slot),
        **of_publisher(publisher),
    )


def _publication_missing(
    subscription: Subscription, samples: Samples, publisher: PublisherSamples, *, ours: bool
) -> Iterator[Finding]:
    names = subscription.publications
    missing = [name for name in names if publisher.latest.publication(name) is None]
    if missing and _is_visible(subscription, publisher):
        yield finding(
            "publication_missing",
            subscription,
            samples,
            _hedged(f"The publisher has no publication {', '.join(missing)}.", ours=ours),
            publication=missing[0],
            slot_is_ours=True if ours else None,
            **(_tables(subscription) if len(names) == 1 else {}),
            **of_publisher(publisher),
        )


def _hedged(summary: str, *, ours: bool) -> str:
    return summary if ours else f"{summary} {MAY_BE_ANOTHERS}"


def _is_visible(subscription: Subscription, publisher: PublisherSamples) -> bool:
    """Its publications are in the database that was sampled, by its slot's database."""
    slot = publisher.latest.slot(subscription.slot_name)
    return slot is not None and slot.database == publisher.latest.database


def _not_refreshed(
    subscription: Subscription, samples: Samples, publisher: PublisherSamples, *, ours: bool
) -> Iterator[Finding]:
    if subscription.tables is None or not _is_visible(subscription, publisher):
        return
    published = {
        table
        for publication in publisher.latest.publications
        if publication.name in subscription.publications
        for table in publication.tables
    }
    if unknown := published - subscription.tables.names:
        yield finding(
            "publication_not_refreshed",
            subscription,
            samples,
            _hedged(
                f"Published tables that {subscription.name} does not subscribe: {len(unknown)}. "
                "Their rows are not replicated.",
                ours=ours,
            ),
            **named(unknown),
            **of_publisher(publisher),
        )


def judge_publisher(
    samples: Samples, publisher: PublisherSamples, idle: IdleSlots | None, limits: Limits
) -> Iterator[Finding]:
    """What is wrong on the publisher itself; idle slots of ours are their subscriptions'.

    Slots are the whole server's: for its further databases `idle` is None.
    """
    for slot in publisher.latest.slots if idle is not None else ():
        owners = [
            subscription.name
            for subscription in samples.latest.subscriptions
            if own_slot(subscription, samples, publisher) == slot
            or may_be_own(slot, subscription, samples)
        ]
        if is_in_danger(slot, publisher):
            yield _slot_at_risk(slot, owners[0] if len(owners) == 1 else None, publisher)
        elif idle and not owners and lies_idle(slot, publisher, idle, limits):
            namesake = any(slot.name == other.slot_name for other in samples.latest.subscriptions)
            seconds = idle_seconds(slot, publisher, idle)
            yield _slot_inactive(slot, publisher, seconds, namesake=namesake)
    yield from _identities(samples, publisher)


def _slot_at_risk(slot: Slot, owner: str | None, publisher: PublisherSamples) -> Finding:
    rate = publisher.wal_bytes_per_second
    left = None
    if rate and slot.safe_wal_bytes is not None:
        left = max(slot.safe_wal_bytes, 0.0) / rate
    return Finding(
        "slot_at_risk",
        f"Slot {slot.name} may soon be lost: WAL it needs is about to be removed.",
        owner,
        {
            "seconds_left": None if left is None else round(left),
            "max_slot_wal_keep_bytes": publisher.latest.max_slot_wal_keep_bytes,
            **of_slot(slot),
            **of_publisher(publisher),
        },
    )


def _slot_inactive(
    slot: Slot, publisher: PublisherSamples, seconds: float, *, namesake: bool
) -> Finding:
    kept = "WAL" if slot.retained_wal_bytes is None else f"{size(slot.retained_wal_bytes)} of WAL"
    return Finding(
        "slot_inactive",
        f"Nobody has read slot {slot.name} for {duration(seconds)} at least, and the publisher "
        f"keeps {kept} for it.",
        evidence={
            "inactive_seconds": round(seconds),
            "subscribed_name": True if namesake else None,
            **of_slot(slot),
            **of_publisher(publisher),
        },
    )


def _identities(samples: Samples, publisher: PublisherSamples) -> Iterator[Finding]:
    """In publications that are, or may be, subscribed to here."""
    used = {
        name
        for subscription in samples.latest.subscriptions
        if own_slot(subscription, samples, publisher) is not None
        or may_be_served(subscription, samples, publisher)
        for name in subscription.publications
    }
    for publication in publisher.latest.publications:
        if publication.name in used and publication.without_identity:
            yield Finding(
                "replica_identity_missing",
                f"Publication {publication.name} publishes updates or deletes of tables without a "
                "replica identity: there they fail on the publisher.",
                evidence={
                    "publication": publication.name,
                    **named(publication.without_identity),
                    **of_publisher(publisher),
                },
            )


def of_slot(slot: Slot) -> dict[str, Evidence]:
    return {
        "slot_name": slot.name,
        "slot_database": slot.database,
        "active_pid": slot.active_pid,
        "wal_status": slot.wal_status,
        "invalidation_reason": slot.invalidation_reason,
        "safe_wal_bytes": slot.safe_wal_bytes,
        "retained_wal_bytes": slot.retained_wal_bytes,
        "inactive_since": instant(slot.inactive_since),
    }
