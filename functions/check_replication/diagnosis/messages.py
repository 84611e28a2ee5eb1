"""The ages of the messages a worker got, by pg_stat_subscription: all that is known of lag without
the publisher. Pure.
"""

from functions.check_replication.snapshot import Snapshot, Subscription


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
