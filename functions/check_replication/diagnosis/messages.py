"""The ages of the messages a worker got, by pg_stat_subscription: all that is known of lag without
the publisher. Pure.
"""

from typing import Final

from functions.check_replication.snapshot import Snapshot, Subscription

_ANSWER_SECONDS: Final = 2.0
"""Until the answer is there: the worker looks once a second (worker.c, NAPTIME_PER_CYCLE)."""


def idle_seconds(snapshot: Snapshot) -> float | None:
    """How old an idle publisher's last message gets, at most; None: as old as it likes.

    A worker that hears nothing for half of wal_receiver_timeout asks for a sign of life
    (LogicalRepApplyLoop); with 0 it never does. The publisher's own wal_sender_timeout does not
    show on the subscriber, and shortens it only where half of it is less than
    wal_receiver_status_interval. Measured on 15 and 18.
    """
    timeout = snapshot.wal_receiver_timeout_seconds
    return timeout / 2 + _ANSWER_SECONDS if timeout > 0 else None


def delivery_seconds(subscription: Subscription) -> float | None:
    """How long the last message took from being sent to being read, by two servers' clocks."""
    sent, received = subscription.last_msg_send_time, subscription.last_msg_receipt_time
    return None if sent is None or received is None else (received - sent).total_seconds()


def silent_seconds(subscription: Subscription, snapshot: Snapshot) -> float | None:
    """How long ago the last message was sent, by the subscriber's clock."""
    sent = subscription.last_msg_send_time
    return None if sent is None else (snapshot.taken_at - sent).total_seconds()


def is_busy(subscription: Subscription, snapshot: Snapshot) -> bool:
    """At work rather than waiting; not known without pg_read_all_stats."""
    return snapshot.sees_activity and not subscription.waits_for_messages


def is_busy_and_late(
    subscription: Subscription, snapshot: Snapshot, max_lag_seconds: float
) -> bool:
    """What was sent long ago is not applied yet, and the worker is busy rather than waiting."""
    silence = silent_seconds(subscription, snapshot)
    late = silence is not None and silence > max_lag_seconds
    return late and is_busy(subscription, snapshot)
