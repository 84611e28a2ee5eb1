"""Judges one subscription by what its own server shows. Pure."""

from collections.abc import Iterator
from datetime import timedelta

from functions.check_replication.diagnosis.copies import standing
from functions.check_replication.diagnosis.findings import finding, instant, named
from functions.check_replication.diagnosis.history import History, is_young
from functions.check_replication.diagnosis.lag import lag
from functions.check_replication.diagnosis.samples import PublisherSamples, Samples
from functions.check_replication.memory.failure import Failure
from functions.check_replication.snapshot import Subscription
from functions.check_replication.targets import Limits
from functions.report import Evidence, Finding
from functions.words import counted, duration


def judge(
    subscription: Subscription,
    samples: Samples,
    limits: Limits,
    history: History,
    publisher: PublisherSamples | None,
) -> Iterator[Finding]:
    """Everything wrong with it, what stops it first."""
    if not subscription.enabled:
        yield _disabled(subscription, samples, limits, history)
    elif (failure := history.applying_fails) is not None:
        yield _apply_error(subscription, samples, failure)
        if failure.quiet_seconds >= failure.quiet_needed_seconds and not subscription.down:
            yield from _lagging(subscription, samples, limits, history)
        yield from _copy(subscription, samples, history, limits, publisher)
    elif subscription.down:
        if samples.earlier(subscription) is not None:
            yield _down(subscription, samples)
    else:
        if (failure := history.worker_fails) is not None:
            yield _restarting(subscription, samples, failure)
        elif behind := list(_lagging(subscription, samples, limits, history)):
            yield from behind
        elif _is_undecided(subscription, samples, history):
            yield _undecided(subscription, samples)
        yield from _copy(subscription, samples, history, limits, publisher)
    yield from _warnings(subscription, samples)


def _lagging(
    subscription: Subscription, samples: Samples, limits: Limits, history: History
) -> Iterator[Finding]:
    if (behind := lag(subscription, samples, limits, history)) is not None:
        yield behind


def _disabled(
    subscription: Subscription, samples: Samples, limits: Limits, history: History
) -> Finding:
    """One that was made disabled is being set up, until its slot has been idle for too long."""
    name, unused = subscription.name, history.never_enabled_seconds
    if unused is not None and unused <= limits.slot_inactive_seconds:
        return finding(
            "subscription_not_enabled",
            subscription,
            samples,
            f"Subscription {name} has not been enabled since it was created. If that stays so, it "
            f"is reported as stopped {duration(limits.slot_inactive_seconds)} after it was first "
            "seen.",
        )
    if subscription.disable_on_error:
        summary = f"Subscription {name} is disabled and set to disable itself on error."
        return finding("disabled_on_error", subscription, samples, summary)
    return finding(
        "subscription_disabled", subscription, samples, f"Subscription {name} is disabled."
    )


def _apply_error(subscription: Subscription, samples: Samples, failure: Failure) -> Finding:
    return finding(
        "apply_error",
        subscription,
        samples,
        f"Subscription {subscription.name} is enabled, but applying fails: "
        f"{_times(failure, 'error')}.",
        **_so_far(failure, samples),
    )


def _times(failure: Failure, noun: str) -> str:
    """How many of what, and how long ago."""
    times = f"{counted(failure.count, noun)} within {duration(failure.age_seconds)}"
    if failure.quiet_seconds >= 1:
        times += f", the latest {duration(failure.quiet_seconds)} ago"
    return times


def _so_far(failure: Failure, samples: Samples) -> dict[str, Evidence]:
    began = samples.latest.taken_at - timedelta(seconds=failure.age_seconds)
    return {
        "failures": failure.count,
        "failing_since": instant(began),
        "quiet_seconds": round(failure.quiet_seconds),
    }


def _restarting(subscription: Subscription, samples: Samples, failure: Failure) -> Finding:
    ended = (
        f"ended and started again {_times(failure, 'time')}, and no error was counted"
        if failure.count > 1
        else f"was gone, and has run for only {duration(failure.quiet_seconds)} since then"
    )
    return finding(
        "worker_restarting",
        subscription,
        samples,
        f"The apply worker of {subscription.name} {ended}.",
        **_so_far(failure, samples),
    )


def _is_undecided(subscription: Subscription, samples: Samples, history: History) -> bool:
    """Without memory an error count may be old, or rise with the next minute."""
    return (
        history.is_new_to_memory
        and bool(subscription.apply_error_count)
        and is_young(subscription, samples.latest.taken_at)
    )


def _undecided(subscription: Subscription, samples: Samples) -> Finding:
    count = subscription.apply_error_count
    return finding(
        "undecided",
        subscription,
        samples,
        f"Whether {subscription.name} works is not known yet: {count} apply "
        f"{'error was' if count == 1 else 'errors were'} counted at some time in the past, its "
        "worker may have started too recently to show whether it fails again, and there is no "
        "earlier check to compare with.",
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
        f"{duration(samples.seconds_between)}.",
    )


def _copy(
    subscription: Subscription,
    samples: Samples,
    history: History,
    limits: Limits,
    publisher: PublisherSamples | None,
) -> Iterator[Finding]:
    """Tables that are not ready: merely copying is healthy, failing or not even trying is not."""
    tables = subscription.tables
    if (failure := history.copying_fails) is not None:
        yield finding(
            "table_sync_failed",
            subscription,
            samples,
            f"Copying tables of {subscription.name} "
            f"{_copying_fails(subscription, failure)}."
            f"{_why_unseen(subscription, samples)}",
            **_so_far(failure, samples),
            **(named(tables.pending) if tables is not None else {}),
        )
    elif tables is not None and tables.pending and _nobody_copies(subscription, samples):
        yield finding(
            "table_sync_stalled",
            subscription,
            samples,
            f"Tables of {subscription.name} that wait to be copied: {len(tables.pending)}. No "
            f"worker tried in {duration(samples.seconds_between)}.",
            workers_in_use=samples.latest.workers_in_use,
            max_logical_replication_workers=samples.latest.max_workers,
            **named(tables.pending),
        )
    elif (
        found := standing(subscription, samples, history.progress, publisher, limits.lag_seconds)
    ) is not None:
        yield found


def _copying_fails(subscription: Subscription, failure: Failure) -> str:
    if subscription.sync_error_count:
        return f"fails: {_times(failure, 'error')}"
    return f"began again {_times(failure, 'time')}, and no error was counted"


def _why_unseen(subscription: Subscription, samples: Samples) -> str:
    """Which tables, only a connection to their database could tell."""
    if subscription.tables is not None:
        return ""
    lost = samples.latest.unseen_of(subscription.database)
    reason = "no connection was made to it" if lost is None else lost.reason.rstrip(".")
    return f" Its tables in database {subscription.database} cannot be seen: {reason}."


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
