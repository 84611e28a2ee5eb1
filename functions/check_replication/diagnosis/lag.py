"""Behind, and why: the publisher is silent, messages arrive late, or applying is slow. Pure."""

from functions.check_replication.diagnosis.findings import finding, instant
from functions.check_replication.diagnosis.samples import Samples
from functions.check_replication.snapshot import Snapshot, Subscription
from functions.report import Finding

WAITS_FOR_MESSAGES = "LogicalApplyMain"
"""pg_stat_activity.wait_event of an apply worker that has nothing to do."""

_DEFAULT_RECEIVER_TIMEOUT = 60.0


def delivery_seconds(subscription: Subscription) -> float | None:
    """How long the last message took from being sent to being read, by two servers' clocks."""
    sent, received = subscription.last_msg_send_time, subscription.last_msg_receipt_time
    return None if sent is None or received is None else (received - sent).total_seconds()


def silent_seconds(subscription: Subscription, snapshot: Snapshot) -> float | None:
    """How long ago the last message was sent, by the subscriber's clock."""
    sent = subscription.last_msg_send_time
    return None if sent is None else (snapshot.taken_at - sent).total_seconds()


def is_busy_and_late(
    subscription: Subscription, snapshot: Snapshot, max_lag_seconds: float
) -> bool:
    """What was sent long ago is not applied yet, and the worker is busy rather than waiting."""
    silence = silent_seconds(subscription, snapshot)
    busy = snapshot.sees_activity and subscription.wait_event != WAITS_FOR_MESSAGES
    return silence is not None and silence > max_lag_seconds and busy


def lag(subscription: Subscription, samples: Samples, max_lag_seconds: float) -> Finding | None:
    """At most one finding: slow delivery also resembles a silent publisher, so it goes first."""
    latest = samples.latest
    delivery = delivery_seconds(subscription)
    silence = silent_seconds(subscription, latest)
    if delivery is None or silence is None:
        return None
    if (blocked := _blocked_seconds(subscription, latest)) is not None:
        return _blocked(subscription, samples, blocked, silence, max_lag_seconds)
    if is_busy_and_late(subscription, latest, max_lag_seconds):
        return _slow_apply(subscription, samples, silence, max_lag_seconds)
    if delivery > max_lag_seconds:
        return finding(
            "subscriber_lagging",
            subscription,
            samples,
            f"The last message to {subscription.name} arrived {delivery:.0f} s after it was sent "
            f"(limit {max_lag_seconds:.0f} s), by the clocks of two servers.",
            lag_seconds=round(delivery, 1),
            max_lag_seconds=max_lag_seconds,
            since=instant(subscription.last_msg_send_time),
        )
    if silence > max_lag_seconds:
        return finding(
            "publisher_lagging",
            subscription,
            samples,
            f"The publisher's last message to {subscription.name} was sent {silence:.0f} s ago "
            f"(limit {max_lag_seconds:.0f} s).",
            lag_seconds=round(silence, 1),
            max_lag_seconds=max_lag_seconds,
            since=instant(subscription.last_msg_send_time),
        )
    return None


def _blocked_seconds(subscription: Subscription, snapshot: Snapshot) -> float | None:
    """pg_locks.waitstart exists from 14 on; before, the last message received is the beginning."""
    if subscription.blocker_pid is None:
        return None
    since = subscription.blocked_since or subscription.last_msg_receipt_time
    return None if since is None else (snapshot.taken_at - since).total_seconds()


def _blocked(
    subscription: Subscription,
    samples: Samples,
    blocked: float,
    silence: float,
    max_lag_seconds: float,
) -> Finding | None:
    """A short wait is ordinary; one beyond wal_receiver_timeout or the limit of lag is not."""
    patience = samples.latest.wal_receiver_timeout_seconds or _DEFAULT_RECEIVER_TIMEOUT
    if blocked < min(patience, max_lag_seconds) and silence <= max_lag_seconds:
        return None
    return finding(
        "apply_blocked",
        subscription,
        samples,
        f"The apply worker of {subscription.name} has waited {blocked:.0f} s for a lock that "
        f"session {subscription.blocker_pid} holds.",
        blocked_seconds=round(blocked, 1),
        blocker_pid=subscription.blocker_pid,
        blocker_user=subscription.blocker_user,
        blocker_application=subscription.blocker_application,
        blocker_query=subscription.blocker_query,
        blocker_age_seconds=_rounded(subscription.blocker_age_seconds),
        since=instant(subscription.blocked_since or subscription.last_msg_receipt_time),
    )


def _slow_apply(
    subscription: Subscription, samples: Samples, behind: float, max_lag_seconds: float
) -> Finding | None:
    """A backlog that shrinks is being caught up; one that does not is a finding."""
    earlier = samples.earlier(subscription)
    before = None if earlier is None else silent_seconds(earlier, samples.first)
    if before is None or behind < before:
        return None
    return finding(
        "apply_lagging",
        subscription,
        samples,
        f"Changes for {subscription.name} are applied {behind:.0f} s after they were sent (limit "
        f"{max_lag_seconds:.0f} s), and the backlog is not shrinking.",
        lag_seconds=round(behind, 1),
        max_lag_seconds=max_lag_seconds,
        received_lsn=subscription.received_lsn,
        latest_end_lsn=subscription.latest_end_lsn,
        since=instant(subscription.last_msg_send_time),
    )


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 1)
