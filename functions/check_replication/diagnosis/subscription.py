"""Judges one subscription by what its own server shows. Pure."""

from collections.abc import Iterator

from functions.check_replication.diagnosis.findings import finding, named
from functions.check_replication.diagnosis.lag import lag
from functions.check_replication.diagnosis.samples import Samples
from functions.check_replication.snapshot import Subscription
from functions.report import Finding


def judge(
    subscription: Subscription, samples: Samples, max_lag_seconds: float
) -> Iterator[Finding]:
    """Everything wrong with it, what stops it first."""
    if not subscription.enabled:
        yield _disabled(subscription, samples)
    elif errors := samples.apply_errors(subscription):
        yield _apply_error(subscription, samples, errors)
    elif subscription.down:
        if samples.earlier(subscription) is not None:
            yield _down(subscription, samples)
    else:
        if (behind := lag(subscription, samples, max_lag_seconds)) is not None:
            yield behind
        yield from _copy(subscription, samples)
    yield from _warnings(subscription, samples)


def _disabled(subscription: Subscription, samples: Samples) -> Finding:
    name = subscription.name
    if subscription.disable_on_error:
        summary = f"Subscription {name} is disabled and set to disable itself on error."
        return finding("disabled_on_error", subscription, samples, summary)
    return finding(
        "subscription_disabled", subscription, samples, f"Subscription {name} is disabled."
    )


def _apply_error(subscription: Subscription, samples: Samples, errors: int) -> Finding:
    return finding(
        "apply_error",
        subscription,
        samples,
        f"Subscription {subscription.name} is enabled, but applying fails: {errors} more "
        f"{'error' if errors == 1 else 'errors'} within {samples.seconds_between:.0f} s.",
        apply_errors_during_check=errors,
    )


def _down(subscription: Subscription, samples: Samples) -> Finding:
    """No free worker is a cause of its own; those in use are counted in the latest sample."""
    latest = samples.latest
    if latest.workers_in_use >= latest.max_workers:
        return finding(
            "worker_slots_exhausted",
            subscription,
            samples,
            f"Subscription {subscription.name} has no apply worker, and all {latest.max_workers} "
            "logical replication workers are in use.",
            workers_in_use=latest.workers_in_use,
            max_logical_replication_workers=latest.max_workers,
        )
    return finding(
        "worker_down",
        subscription,
        samples,
        f"Subscription {subscription.name} is enabled, but no apply worker ran in "
        f"{samples.seconds_between:.0f} s.",
    )


def _copy(subscription: Subscription, samples: Samples) -> Iterator[Finding]:
    """Tables that are not ready: merely copying is healthy, failing or not even trying is not."""
    tables = subscription.tables
    if tables is None or not tables.pending:
        return
    if errors := samples.sync_errors(subscription):
        yield finding(
            "table_sync_failed",
            subscription,
            samples,
            f"Copying tables of {subscription.name} fails: {errors} more "
            f"{'error' if errors == 1 else 'errors'} within {samples.seconds_between:.0f} s.",
            sync_errors_during_check=errors,
            **named(tables.pending),
        )
    elif _nobody_copies(subscription, samples):
        yield finding(
            "table_sync_stalled",
            subscription,
            samples,
            f"Tables of {subscription.name} that wait to be copied: {len(tables.pending)}. No "
            f"worker tried in {samples.seconds_between:.0f} s.",
            workers_in_use=samples.latest.workers_in_use,
            max_logical_replication_workers=samples.latest.max_workers,
            **named(tables.pending),
        )


def _nobody_copies(subscription: Subscription, samples: Samples) -> bool:
    seen = samples.all_of(subscription)
    return len(seen) > 1 and not any(sampled.tables and sampled.tables.workers for sampled in seen)


def _warnings(subscription: Subscription, samples: Samples) -> Iterator[Finding]:
    conflicts = {name: count for name, count in subscription.conflicts.items() if count}
    if conflicts:
        counts = ", ".join(f"{name} {count}" for name, count in sorted(conflicts.items()))
        yield finding(
            "silent_divergence",
            subscription,
            samples,
            f"Changes for {subscription.name} met rows that are missing or of another origin, and "
            f"were skipped or forced: {counts}.",
            conflict_counts=counts,
        )
    if subscription.skip_lsn is not None:
        yield finding(
            "skip_pending",
            subscription,
            samples,
            f"Subscription {subscription.name} is set to skip the transaction that finishes at "
            f"{subscription.skip_lsn}, which has not come.",
            skip_lsn=subscription.skip_lsn,
        )
