"""From what was seen to what is wrong: the rules of the subscriber's side. Pure.

A subscription is judged by the latest look, its counters by their rise since the first. Sources:
pg_subscription, pg_stat_subscription, pg_stat_subscription_stats (15+) of the PostgreSQL manual.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from functions.check_replication.snapshot import Snapshot, Subscription
from functions.report import Evidence, Finding


@dataclass(frozen=True, slots=True)
class Looks:
    """Looks at one server, in order; more than one only where the first was not enough."""

    snapshots: tuple[Snapshot, ...]

    @property
    def first(self) -> Snapshot:
        return self.snapshots[0]

    @property
    def latest(self) -> Snapshot:
        return self.snapshots[-1]

    @property
    def seconds_between(self) -> float:
        return (self.latest.taken_at - self.first.taken_at).total_seconds()

    def earlier(self, subscription: Subscription) -> Subscription | None:
        """The same subscription in the first of several looks; None if there is none."""
        return self.first.find(subscription.oid) if len(self.snapshots) > 1 else None

    def previous(self, subscription: Subscription) -> Subscription | None:
        """The same subscription in the look before the latest; None if there is none."""
        return self.snapshots[-2].find(subscription.oid) if len(self.snapshots) > 1 else None

    def with_another(self, snapshot: Snapshot) -> "Looks":
        return Looks((*self.snapshots, snapshot))


def unsettled(looks: Looks) -> bool:
    """Whether another look could tell more: one look cannot tell a restart from an outage.

    A missing worker may be restarting; one that has just come back may be about to fail again.
    """
    return any(_unsettled(subscription, looks) for subscription in looks.latest.subscriptions)


def _unsettled(subscription: Subscription, looks: Looks) -> bool:
    if not subscription.enabled or _errors_rose(subscription, looks):
        return False
    previous = looks.previous(subscription)
    return subscription.down or (previous is not None and previous.down)


def diagnose(looks: Looks, max_lag_seconds: float) -> tuple[Finding, ...]:
    """Everything that is wrong on this server, in the order of the subscriptions' names."""
    latest = looks.latest
    if latest.in_recovery:
        return (_read_replica(latest),)
    if not latest.subscriptions:
        return (_no_subscription(latest),)
    return tuple(
        finding
        for subscription in latest.subscriptions
        for finding in _diagnose_subscription(subscription, looks, max_lag_seconds)
    )


def _diagnose_subscription(
    subscription: Subscription, looks: Looks, max_lag_seconds: float
) -> Iterator[Finding]:
    if not subscription.enabled:
        yield _disabled(subscription, looks)
    elif _errors_rose(subscription, looks):
        yield _apply_error(subscription, looks)
    elif subscription.down:
        if looks.earlier(subscription) is not None:
            yield _worker_down(subscription, looks)
    else:
        yield from _lag(subscription, looks, max_lag_seconds)


def _disabled(subscription: Subscription, looks: Looks) -> Finding:
    if subscription.disable_on_error:
        return _finding(
            "disabled_on_error",
            subscription,
            looks,
            f"Subscription {subscription.name} is disabled and set to disable itself on error.",
        )
    return _finding(
        "subscription_disabled",
        subscription,
        looks,
        f"Subscription {subscription.name} is disabled.",
    )


def _errors_rose(subscription: Subscription, looks: Looks) -> bool:
    earlier = looks.earlier(subscription)
    if earlier is None or earlier.stats_reset != subscription.stats_reset:
        return False
    return (subscription.apply_error_count or 0) > (earlier.apply_error_count or 0)


def _apply_error(subscription: Subscription, looks: Looks) -> Finding:
    earlier = looks.earlier(subscription)
    before = (earlier.apply_error_count if earlier else None) or 0
    more = (subscription.apply_error_count or 0) - before
    return _finding(
        "apply_error",
        subscription,
        looks,
        f"Subscription {subscription.name} is enabled, but applying fails: {more} more "
        f"{'error' if more == 1 else 'errors'} within {looks.seconds_between:.0f} s.",
        apply_errors_during_check=more,
    )


def _worker_down(subscription: Subscription, looks: Looks) -> Finding:
    return _finding(
        "worker_down",
        subscription,
        looks,
        f"Subscription {subscription.name} is enabled, but no apply worker ran in "
        f"{looks.seconds_between:.0f} s.",
    )


def _lag(subscription: Subscription, looks: Looks, max_lag_seconds: float) -> Iterator[Finding]:
    """Slow delivery and a silent publisher are told apart; a new worker has no times yet."""
    sent, received = subscription.last_msg_send_time, subscription.last_msg_receipt_time
    if sent is None or received is None:
        return
    silence = (looks.latest.taken_at - sent).total_seconds()
    delivery = (received - sent).total_seconds()
    if delivery > max_lag_seconds:
        yield _finding(
            "subscriber_lagging",
            subscription,
            looks,
            f"The last message to {subscription.name} arrived {delivery:.0f} s after it was sent "
            f"(limit {max_lag_seconds:.0f} s), by the clocks of two servers.",
            lag_seconds=round(delivery, 1),
            max_lag_seconds=max_lag_seconds,
            since=_instant(sent),
        )
    elif silence > max_lag_seconds:
        yield _finding(
            "publisher_lagging",
            subscription,
            looks,
            f"The publisher's last message to {subscription.name} was sent {silence:.0f} s ago "
            f"(limit {max_lag_seconds:.0f} s).",
            lag_seconds=round(silence, 1),
            max_lag_seconds=max_lag_seconds,
            since=_instant(sent),
        )


def _no_subscription(snapshot: Snapshot) -> Finding:
    return Finding(
        "no_subscription",
        "No database of this cluster holds a subscription.",
        evidence={"server_version": snapshot.server_version},
    )


def _read_replica(snapshot: Snapshot) -> Finding:
    """On a replica no apply worker ever runs (pg_is_in_recovery()); all would look stopped."""
    return Finding(
        "monitor_misconfigured",
        "Parameter hostname leads to a read replica, where no subscription can run: set it to the "
        "cluster's writer endpoint.",
        evidence={"server_version": snapshot.server_version},
    )


def _finding(
    cause: str, subscription: Subscription, looks: Looks, summary: str, **more: Evidence
) -> Finding:
    evidence: dict[str, Evidence] = {
        "database": subscription.database,
        "worker_pid": subscription.worker_pid,
        "apply_error_count": subscription.apply_error_count,
        "sync_error_count": subscription.sync_error_count,
        "slot_name": subscription.slot_name,
        "received_lsn": subscription.received_lsn,
        "last_msg_send_time": _instant(subscription.last_msg_send_time),
        "last_msg_receipt_time": _instant(subscription.last_msg_receipt_time),
        "server_version": looks.latest.server_version,
    }
    return Finding(cause, summary, subscription.name, evidence | more)


def _instant(time: datetime | None) -> str | None:
    return None if time is None else time.astimezone(UTC).isoformat(timespec="seconds")
