"""Whether another look could tell more. Pure.

One look cannot tell a restart from an outage, a copy under way from one that fails again and
again, or a backlog that shrinks from one that grows.
"""

from functions.check_replication.diagnosis.lag import is_busy_and_late
from functions.check_replication.diagnosis.looks import Looks, PublisherLooks
from functions.check_replication.publisher_snapshot import Slot
from functions.check_replication.snapshot import Subscription


def unsettled(looks: Looks, max_lag_seconds: float) -> bool:
    """Whether the subscriber should be looked at again."""
    return any(
        is_unsettled(subscription, looks, max_lag_seconds)
        for subscription in looks.latest.subscriptions
    )


def unsettled_publisher(looks: PublisherLooks) -> bool:
    """Whether a rate is wanted: a slot lies idle or is in danger."""
    if len(looks.snapshots) > 1:
        return False
    return any(not slot.active or is_in_danger(slot, looks) for slot in looks.latest.slots)


def is_in_danger(slot: Slot, looks: PublisherLooks) -> bool:
    """WAL it needs may soon be removed (wal_status; less than a fifth of what may be kept)."""
    if slot.lost:
        return False
    if slot.wal_status == "unreserved":
        return True
    keep = looks.latest.max_slot_wal_keep_bytes
    return keep is not None and slot.safe_wal_bytes is not None and slot.safe_wal_bytes < keep / 5


def is_unsettled(subscription: Subscription, looks: Looks, max_lag_seconds: float) -> bool:
    """Whether another look could tell more of this subscription."""
    if not subscription.enabled or looks.apply_errors(subscription):
        return False
    if subscription.down or _may_be_failing(subscription, looks):
        return True
    if _copy_is_open(subscription, looks):
        return True
    return looks.previous(subscription) is None and is_busy_and_late(
        subscription, looks.latest, max_lag_seconds
    )


def _may_be_failing(subscription: Subscription, looks: Looks) -> bool:
    """A worker that has only just started may be about to fail; another look tells."""
    previous = looks.previous(subscription)
    if previous is not None and previous.worker_pid == subscription.worker_pid:
        return False
    if subscription.last_msg_receipt_time is None or (previous is not None and previous.down):
        return True
    return bool(subscription.apply_error_count) and _has_just_started(subscription, looks)


def _has_just_started(subscription: Subscription, looks: Looks) -> bool:
    """Within two restart intervals; pg_stat_activity.backend_start needs pg_read_all_stats."""
    if subscription.worker_start is None:
        return False
    age = (looks.latest.taken_at - subscription.worker_start).total_seconds()
    return age < 2 * looks.latest.wal_retrieve_retry_seconds


def _copy_is_open(subscription: Subscription, looks: Looks) -> bool:
    """Tables are not ready, and it is not clear yet that somebody is copying them."""
    tables = subscription.tables
    if tables is None or not tables.pending or looks.sync_errors(subscription):
        return False
    if tables.workers and not subscription.sync_error_count:
        return False
    previous = looks.previous(subscription)
    same_worker = (
        previous is not None
        and previous.tables is not None
        and bool(set(previous.tables.workers) & set(tables.workers))
    )
    return not same_worker
