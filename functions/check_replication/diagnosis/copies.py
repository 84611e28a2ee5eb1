"""Initial copies that stand: they wait, and no row comes. Pure.

A copy that makes progress, or works on what it has, is healthy, whatever its size.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from functions.check_replication.diagnosis.findings import finding, instant, named
from functions.check_replication.diagnosis.samples import PublisherSamples, Samples
from functions.check_replication.memory.remembered import CopyProgress, RememberedSubscription
from functions.check_replication.publisher_snapshot import CopySender
from functions.check_replication.snapshot import Copy, Subscription
from functions.report import Evidence, Finding
from functions.words import duration

_SAME_CONNECTION_SECONDS: Final = 30.0
"""How far the starts of a copy's worker and its sender may lie apart, by two clocks."""


def progress_of(
    subscription: Subscription,
    samples: Samples,
    known: RememberedSubscription | None,
    seconds: float,
) -> Mapping[int, CopyProgress]:
    """By the tables' OIDs: how far each copy is, and how long it has stood there, as far as known.

    `seconds` have passed since what is `known` was seen.
    """
    if subscription.tables is None:
        return {}
    before = {} if known is None else known.progress
    return {
        copy.table_oid: _progress(copy, samples, before.get(copy.table_oid), seconds)
        for copy in subscription.tables.copies
    }


def _progress(
    copy: Copy, samples: Samples, before: CopyProgress | None, seconds: float
) -> CopyProgress:
    rows = copy.rows or 0
    if not copy.waits:
        return CopyProgress(copy.pid, rows, 0.0)
    stood = 0.0
    if before is not None and (before.pid, before.rows) == (copy.pid, rows):
        stood = before.stood_seconds + seconds
    begins = [copy.blocked_since, copy.started if rows == 0 else None]
    ages = [(samples.latest.taken_at - begin).total_seconds() for begin in begins if begin]
    return CopyProgress(copy.pid, rows, max([stood, *ages]))


def standing(
    subscription: Subscription,
    samples: Samples,
    progress: Mapping[int, CopyProgress],
    publisher: PublisherSamples | None,
    max_lag_seconds: float,
) -> Finding | None:
    """The copy that has stood for longest, where that is too long."""
    copies = () if subscription.tables is None else subscription.tables.copies
    stood = {
        copy: (progress[copy.table_oid].stood_seconds, _sender_of(copy, subscription, publisher))
        for copy in copies
        if copy.table_oid in progress
    }
    too_long = {
        copy: seconds
        for copy, (seconds, sender) in stood.items()
        if seconds > max_lag_seconds and not _is_served(copy, sender)
    }
    if not too_long:
        return None
    longest = max(too_long, key=lambda copy: too_long[copy])
    sender = stood[longest][1]
    return finding(
        "table_sync_blocked",
        subscription,
        samples,
        f"The first copy of {longest.table} for {subscription.name} has made no progress for "
        f"{duration(too_long[longest])}, at {longest.rows or 0} rows: {_why(longest, sender)}.",
        **_evidence(longest, sender),
        copied_rows=longest.rows or 0,
        copied_bytes=longest.bytes,
        stood_seconds=round(too_long[longest]),
        max_lag_seconds=max_lag_seconds,
        worker_pid=longest.pid,
        since=instant(samples.latest.taken_at - timedelta(seconds=too_long[longest])),
        **named([longest.table]),
    )


def _is_served(copy: Copy, sender: CopySender | None) -> bool:
    """It waits for a publisher that is seen to be at work."""
    return copy.wait_event_type == "Client" and sender is not None and sender.is_at_work


def _sender_of(
    copy: Copy, subscription: Subscription, publisher: PublisherSamples | None
) -> CopySender | None:
    """Its own: another subscriber's may have the same OIDs in its name."""
    if publisher is None:
        return None
    return next(
        (
            sender
            for sender in publisher.latest.copy_senders
            if sender.is_for(subscription.oid, copy.table_oid)
            and copy.started is not None
            and sender.start is not None
            and abs((sender.start - copy.started).total_seconds()) <= _SAME_CONNECTION_SECONDS
        ),
        None,
    )


def _why(copy: Copy, sender: CopySender | None) -> str:
    if copy.blocker_pid == 0:
        return "it waits for a lock that a prepared transaction on the subscriber holds"
    if copy.blocker_pid is not None:
        return f"it waits for a lock that session {copy.blocker_pid} of the subscriber holds"
    if sender is not None and sender.blocker_pid is not None:
        age = sender.blocker_age_seconds
        old = "" if age is None else f", open for {duration(age)}"
        return f"it waits for the transaction of session {sender.blocker_pid} on the publisher{old}"
    if copy.wait_event_type == "Lock":
        return "it waits for a lock on the subscriber"
    return "it waits for the publisher"


def _evidence(copy: Copy, sender: CopySender | None) -> dict[str, Evidence]:
    local: dict[str, Evidence] = {
        "blocker_pid": copy.blocker_pid or None,
        "blocker_is_prepared": True if copy.blocker_pid == 0 else None,
        "blocker_user": copy.blocker_user,
        "blocker_application": copy.blocker_application,
        "blocker_query": copy.blocker_query,
        "blocker_age_seconds": _rounded(copy.blocker_age_seconds),
    }
    if sender is None or copy.blocker_pid is not None:
        return local
    return local | {
        "publisher_blocker_pid": sender.blocker_pid,
        "publisher_blocker_user": sender.blocker_user,
        "publisher_blocker_age_seconds": _rounded(sender.blocker_age_seconds),
    }


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 1)
