"""Whether another sample could show more. Pure.

One sample cannot distinguish a restart from an outage, a copy under way from one that fails again
and again, or a backlog that shrinks from one that grows.
"""

from functions.check_replication.diagnosis.messages import is_busy_and_late
from functions.check_replication.diagnosis.samples import PublisherSamples, Samples
from functions.check_replication.publisher_snapshot import Slot
from functions.check_replication.snapshot import Subscription


def unsettled(samples: Samples, max_lag_seconds: float) -> bool:
    """Whether the subscriber should be sampled again."""
    return any(
        is_unsettled(subscription, samples, max_lag_seconds)
        for subscription in samples.latest.subscriptions
    )


def unsettled_publisher(samples: PublisherSamples) -> bool:
    """Whether a rate is wanted: a slot lies idle or is in danger."""
    if len(samples.snapshots) > 1:
        return False
    return any(not slot.active or is_in_danger(slot, samples) for slot in samples.latest.slots)


def is_in_danger(slot: Slot, samples: PublisherSamples) -> bool:
    """WAL it needs may soon be removed (wal_status; less than a fifth of what may be kept)."""
    if slot.lost:
        return False
    if slot.wal_status == "unreserved":
        return True
    keep = samples.latest.max_slot_wal_keep_bytes
    return keep is not None and slot.safe_wal_bytes is not None and slot.safe_wal_bytes < keep / 5


def is_unsettled(subscription: Subscription, samples: Samples, max_lag_seconds: float) -> bool:
    """Whether another sample could show more of this subscription."""
    if not subscription.enabled or samples.apply_errors(subscription):
        return False
    if subscription.down or _may_be_failing(subscription, samples):
        return True
    if _copy_is_open(subscription, samples):
        return True
    return samples.previous(subscription) is None and is_busy_and_late(
        subscription, samples.latest, max_lag_seconds
    )


def _may_be_failing(subscription: Subscription, samples: Samples) -> bool:
    """A worker that has only just started may be about to fail; another sample shows it."""
    previous = samples.previous(subscription)
    if previous is not None and previous.worker_pid == subscription.worker_pid:
        return False
    if subscription.last_msg_receipt_time is None or (previous is not None and previous.down):
        return True
    return bool(subscription.apply_error_count) and _has_just_started(subscription, samples)


def _has_just_started(subscription: Subscription, samples: Samples) -> bool:
    """Within two restart intervals; pg_stat_activity.backend_start needs pg_read_all_stats."""
    if subscription.worker_start is None:
        return False
    age = (samples.latest.taken_at - subscription.worker_start).total_seconds()
    return age < 2 * samples.latest.wal_retrieve_retry_seconds


def _copy_is_open(subscription: Subscription, samples: Samples) -> bool:
    """Tables are not ready, and it is not clear yet that somebody is copying them."""
    tables = subscription.tables
    if tables is None or not tables.pending or samples.sync_errors(subscription):
        return False
    if tables.workers and not subscription.sync_error_count:
        return False
    previous = samples.previous(subscription)
    same_worker = (
        previous is not None
        and previous.tables is not None
        and bool(set(previous.tables.workers) & set(tables.workers))
    )
    return not same_worker


def as_far_as_clear(
    subscription: Subscription, samples: Samples, max_lag_seconds: float
) -> Samples:
    """After an interruption, what takes several samples is not judged where it was unclear."""
    if samples.interruption is not None and is_unsettled(subscription, samples, max_lag_seconds):
        return samples.latest_alone()
    return samples
