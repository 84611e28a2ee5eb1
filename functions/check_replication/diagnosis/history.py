"""What a check's samples show together with what is remembered of the last check. Pure.

An instant shows neither a worker that fails a minute after its start nor one that ends without an
error being counted. The counters of pg_stat_subscription_stats (15+) and the worker's identity,
compared with those of the last check, show both.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import pairwise
from typing import Final

from functions.check_replication.diagnosis import idle
from functions.check_replication.diagnosis.backlog import Backlog, Before, measured
from functions.check_replication.diagnosis.copies import progress_of
from functions.check_replication.diagnosis.messages import is_busy
from functions.check_replication.diagnosis.ownership import own_slot, publisher_of, served_slot
from functions.check_replication.diagnosis.samples import (
    Publishers,
    PublisherSamples,
    Samples,
)
from functions.check_replication.diagnosis.settling import as_far_as_clear
from functions.check_replication.diagnosis.waits import Sender, sender_of
from functions.check_replication.memory.failure import UNKNOWN_GAP_QUIET_SECONDS, Failure
from functions.check_replication.memory.idle import IdleSlots
from functions.check_replication.memory.positions import Positions, hashed
from functions.check_replication.memory.remembered import (
    CopyProgress,
    RememberedCluster,
    RememberedSubscription,
    Worker,
)
from functions.check_replication.snapshot import Subscription
from functions.check_replication.targets import Limits

_UNSEEN_QUIET_SECONDS: Final = 1800.0
"""Where a worker at work may still be on its way to what its predecessor failed on, or the
publisher that could prove the contrary is not seen."""


@dataclass(frozen=True, slots=True)
class History:
    """What has become of one subscription's failures, this check included.

    `is_new_to_memory`: nothing is known of it but what this check saw. `publisher` is the one that
    is taken for its own, `seen_at` a hash of the address of the one where its slot was last seen to
    serve it. `backlog` is None where the publisher's side of it is not seen, `is_behind` whether
    that is too much, `sender` who sends it. `progress` is that of its tables' copies, by OID.
    `never_enabled_seconds`: disabled since it was made, which was seen so long ago; None where that
    is not known.
    """

    apply: Failure | None = None
    copy: Failure | None = None
    worker: Failure | None = None
    is_new_to_memory: bool = True
    backlog: Backlog | None = None
    is_behind: bool = False
    publisher: PublisherSamples | None = None
    seen_at: int | None = None
    never_enabled_seconds: float | None = None
    sender: Sender | None = None
    progress: Mapping[int, CopyProgress] = field(default_factory=dict)

    @property
    def applying_fails(self) -> Failure | None:
        return self.apply if self.apply and self.apply.is_found else None

    @property
    def copying_fails(self) -> Failure | None:
        return self.copy if self.copy and self.copy.is_found else None

    @property
    def worker_fails(self) -> Failure | None:
        return self.worker if self.worker and self.worker.is_found else None


@dataclass(frozen=True, slots=True)
class Histories:
    """Those of a cluster's subscriptions, by OID, and what is known of each publisher.

    Where its WAL was and is, and which of its slots nobody reads, by the hash of its address.
    """

    by_oid: Mapping[int, History]
    positions: Mapping[int, Positions]
    idle_slots: Mapping[int, IdleSlots]

    def of(self, subscription: Subscription) -> History:
        return self.by_oid[subscription.oid]

    @property
    def positions_needed(self) -> tuple[Positions, ...]:
        """To date what is not confirmed yet; all of a publisher's where that is not known."""
        confirmed: dict[int, float] = {}
        for history in self.by_oid.values():
            if history.publisher is not None:
                publisher = hashed(history.publisher.address)
                begin = history.backlog.confirmed if history.backlog is not None else 0.0
                confirmed[publisher] = min(begin, confirmed.get(publisher, begin))
        return tuple(
            positions.needed_from(confirmed.get(publisher, 0.0))
            for publisher, positions in self.positions.items()
        )


@dataclass(frozen=True, slots=True)
class _Comparison:
    """One subscription in this check and, where it is known, in the last one."""

    subscription: Subscription
    samples: Samples
    publisher: PublisherSamples | None
    known: RememberedSubscription | None
    seconds: float
    """From the last check to this one; without memory, from the first sample to the last."""

    was_made_since: bool = False
    """The last check knew the cluster, and not the subscription."""

    @property
    def apply_errors(self) -> int:
        known = self.known
        if known is None:
            return self.samples.apply_errors(self.subscription)
        return self._risen(self.subscription.apply_error_count, known.apply_error_count)

    @property
    def copy_errors(self) -> int:
        """Without memory, where tables wait to be copied: all that were ever counted."""
        known, now = self.known, self.subscription.sync_error_count
        if known is not None:
            return self._risen(now, known.sync_error_count)
        if self.subscription.tables is not None and self.subscription.tables.pending:
            return now or 0
        return self.samples.sync_errors(self.subscription)

    def _risen(self, now: int | None, before: int | None) -> int:
        """A count that is lower, or has another reset, began at 0 since then."""
        now, before = now or 0, before or 0
        same = self.known is not None and self.known.stats_reset == reset_of(self.subscription)
        return now - before if same and now >= before else now

    @property
    def uncounted_ends(self) -> int:
        """Ends of the apply worker that no error explains.

        ALTER SUBSCRIPTION may: a role that reads its row's xmin could read its password too.
        """
        remembered = self.known.worker if self.known else None
        workers = [remembered, *map(worker_of, self.samples.all_of(self.subscription))]
        ended = sum(
            before is not None and not _is_same(before, after)
            for before, after in pairwise(workers)
        )
        return max(ended - self.apply_errors, 0)

    @property
    def uncounted_copies(self) -> int:
        """1 if copies are begun anew, or nobody's, without an error: a restart ends all at once."""
        tables, known = self.subscription.tables, self.known
        if tables is None or known is None or self.copy_errors:
            return 0
        return int(
            any(
                table in tables.unfinished and tables.copying.get(table) != pid
                for table, pid in known.copying.items()
            )
        )

    def new(self, count: int, *, is_certain: bool, quiet_seconds: float = 0.0) -> Failure | None:
        """What came since the last check."""
        if not count:
            return None
        gap = (self.seconds - quiet_seconds) / count if count > 1 else 0.0
        return Failure(count, self.seconds, quiet_seconds, gap, is_certain, self.position)

    @property
    def worker_seconds(self) -> float:
        """How long, at least, the worker has lived since the latest error of applying ended one."""
        start = self.subscription.worker_start
        if start is None:
            return 0.0
        age = (self.samples.latest.taken_at - start).total_seconds()
        return min(max(age, 0.0), self.seconds)

    @property
    def is_gone(self) -> bool:
        """No worker for as long as it was sampled, which is more than a restart takes."""
        return self.subscription.down and self.samples.earlier(self.subscription) is not None

    @property
    def never_enabled_seconds(self) -> float | None:
        """None where it may have been enabled: all that fails was, and without memory anybody was.

        Memory that is lost must not make light of a subscription that somebody disabled.
        """
        subscription = self.subscription
        if subscription.enabled or subscription.apply_error_count or subscription.sync_error_count:
            return None
        if self.was_made_since:
            return 0.0
        known = None if self.known is None else self.known.never_enabled_seconds
        return None if known is None else known + self.seconds

    @property
    def position(self) -> float | None:
        return None if self.publisher is None else self.publisher.latest.wal_bytes

    def has_passed(self, failure: Failure) -> bool | None:
        """Whether all that the publisher had written at the latest error is applied.

        By the slot's confirmed_flush_lsn; None where the slot is not seen to be its own.
        """
        if self.publisher is None or failure.publisher_position is None:
            return None
        slot = served_slot(self.subscription, self.samples, self.publisher)
        if slot is None or slot.confirmed_bytes is None:
            return None
        remembered = None if self.known is None else self.known.publisher
        if remembered not in {None, hashed(self.publisher.address)}:
            return None
        if failure.publisher_position > self.publisher.latest.wal_bytes:
            return None
        return slot.confirmed_bytes >= failure.publisher_position

    def is_over(self, failure: Failure, *, by_progress: bool) -> bool:
        """By progress on the publisher where that proves it, else by having been quiet for long."""
        quiet, needed = failure.quiet_seconds, failure.quiet_needed_seconds
        if self.subscription.down:
            return self.is_gone and quiet >= needed
        passed = self.has_passed(failure) if by_progress else None
        if passed is not None:
            return passed and quiet >= failure.quiet_needed_after_progress_seconds
        at_work = is_busy(self.subscription, self.samples.latest)
        cannot_see = by_progress and failure.publisher_position is not None
        return quiet >= (max(needed, _UNSEEN_QUIET_SECONDS) if at_work or cannot_see else needed)


def compare(
    samples: Samples,
    publishers: Publishers,
    remembered: RememberedCluster | None,
    checked_at: datetime,
    limits: Limits,
) -> Histories:
    """The history of each subscription; `checked_at` is the monitor's clock."""
    seconds = (
        samples.seconds_between
        if remembered is None
        else remembered.seconds_until(checked_at, samples.latest.taken_at)
    )
    positions = _positions(publishers, remembered, seconds)
    idle_slots = _idle_slots(publishers, remembered, seconds)
    seen = [
        _comparison(
            subscription,
            as_far_as_clear(subscription, samples, limits.lag_seconds),
            publishers,
            remembered,
            seconds,
        )
        for subscription in samples.latest.subscriptions
    ]
    return Histories(
        {
            each.subscription.oid: _with_backlog(_history(each), each, positions, limits)
            for each in seen
        },
        positions,
        idle_slots,
    )


def _comparison(
    subscription: Subscription,
    samples: Samples,
    publishers: Publishers,
    remembered: RememberedCluster | None,
    seconds: float,
) -> _Comparison:
    known = _known(subscription, remembered)
    seen_at = None if known is None else known.publisher
    publisher = publisher_of(subscription, samples, publishers, seen_at)
    was_made_since = remembered is not None and remembered.find(subscription.oid) is None
    return _Comparison(subscription, samples, publisher, known, seconds, was_made_since)


def _positions(
    publishers: Publishers, remembered: RememberedCluster | None, seconds: float
) -> dict[int, Positions]:
    """`seconds` after the last check, of those that are watched; others are forgotten."""
    known = () if remembered is None else remembered.positions
    before = {positions.publisher: positions for positions in known}
    passed = {
        publisher: before[publisher].passed(seconds)
        for publisher in sorted(publishers.not_seen & before.keys())
    }
    for publisher in publishers.servers:
        address, latest = hashed(publisher.address), publisher.latest.wal_bytes
        passed[address] = before.get(address, Positions()).gone_on(seconds, address, latest)
    return passed


def _idle_slots(
    publishers: Publishers, remembered: RememberedCluster | None, seconds: float
) -> dict[int, IdleSlots]:
    """As `_positions`."""
    known = () if remembered is None else remembered.idle_slots
    before = {slots.publisher: slots for slots in known}
    passed = {
        publisher: idle.followed(before[publisher], None, seconds)
        for publisher in sorted(publishers.not_seen & before.keys())
    }
    for publisher in publishers.servers:
        address = hashed(publisher.address)
        slots = before.get(address, IdleSlots())
        passed[address] = idle.followed(slots, publisher, seconds)
    return passed


def _with_backlog(
    history: History, seen: _Comparison, positions: Mapping[int, Positions], limits: Limits
) -> History:
    known = seen.known or RememberedSubscription(seen.subscription.oid)
    if seen.publisher is None:
        return replace(history, seen_at=known.publisher)
    address = hashed(seen.publisher.address)
    own = own_slot(seen.subscription, seen.samples, seen.publisher)
    seen_at = known.publisher if own is None else address
    history = replace(history, publisher=seen.publisher, seen_at=seen_at)
    slot = served_slot(
        seen.subscription, seen.samples, seen.publisher, served_before=seen_at == address
    )
    before = Before(seen.seconds, known.backlog_bytes, known.is_behind)
    backlog = measured(slot, seen.publisher.latest.wal_bytes, positions[address], before)
    if backlog is None:
        return replace(history, is_behind=known.is_behind)
    return replace(
        history,
        backlog=backlog,
        is_behind=backlog.is_too_much(limits),
        sender=sender_of(slot, seen.publisher.latest),
    )


def to_remember(
    samples: Samples,
    histories: Histories,
    remembered: RememberedCluster | None,
    checked_at: datetime,
) -> RememberedCluster | None:
    """What the next check will want to know; a read replica has nothing to tell."""
    if samples.latest.in_recovery:
        return remembered
    taken_at = samples.latest.taken_at
    age = 0.0
    if remembered is not None:
        age = remembered.age_seconds + remembered.seconds_until(checked_at, taken_at)
    return RememberedCluster(
        checked_at,
        taken_at,
        tuple(
            _remember(subscription, histories.of(subscription))
            for subscription in samples.latest.subscriptions
        ),
        histories.positions_needed,
        tuple(histories.idle_slots.values()),
        age,
    )


def _known(
    subscription: Subscription, remembered: RememberedCluster | None
) -> RememberedSubscription | None:
    """One that was made since then counted from 0."""
    if remembered is None:
        return None
    return remembered.find(subscription.oid) or RememberedSubscription(
        subscription.oid,
        apply_error_count=0,
        sync_error_count=0,
        stats_reset=reset_of(subscription),
    )


def _history(seen: _Comparison) -> History:
    """While it is disabled nothing can fail, and nothing be over."""
    known = seen.known or RememberedSubscription(seen.subscription.oid)
    is_new = seen.known is None
    if not seen.subscription.enabled:
        return History(
            known.apply_failure,
            known.copy_failure,
            known.worker_failure,
            is_new,
            never_enabled_seconds=seen.never_enabled_seconds,
        )
    errors = seen.new(seen.apply_errors, is_certain=True, quiet_seconds=seen.worker_seconds)
    apply = _followed(known.apply_failure, errors, seen)
    explained = apply is not None and apply.is_found
    return History(
        apply,
        _copy(known.copy_failure, seen),
        _worker(known.worker_failure, seen, explained=explained),
        is_new,
        progress=progress_of(seen.subscription, seen.samples, seen.known, seen.seconds),
    )


def _followed(
    failure: Failure | None, new: Failure | None, seen: _Comparison, *, by_progress: bool = True
) -> Failure | None:
    """With what came since the last check; what has been over for long is forgotten.

    What is new is found once at least, even if the worker has long got over it; unless all that the
    publisher has written is applied, so that nothing can be failing, as after its restart.
    """
    if new is not None:
        is_first = failure is None or failure.is_over
        more = new if failure is None else failure.gone_on(new)
        proof = by_progress and is_first and not seen.subscription.down
        is_past = proof and seen.has_passed(more) is True and more.count == 1
        return replace(more, is_over=is_past)
    if failure is None:
        return None
    quiet = failure.been_quiet(seen.seconds)
    if quiet.is_forgotten:
        return None
    if not quiet.is_certain:
        return quiet
    comes_back = by_progress and quiet.is_over and seen.has_passed(quiet) is False
    stays_over = quiet.is_over and not comes_back
    return replace(quiet, is_over=stays_over or seen.is_over(quiet, by_progress=by_progress))


def _copy(failure: Failure | None, seen: _Comparison) -> Failure | None:
    """It lasts until no table waits any more; where tables are not visible, until it is quiet."""
    tables, counted = seen.subscription.tables, seen.copy_errors
    new = seen.new(counted + seen.uncounted_copies, is_certain=counted > 0)
    followed = _followed(failure, new, seen, by_progress=False)
    if followed is None or tables is None:
        return followed
    was_over = failure is not None and failure.is_over and new is None
    return replace(followed, is_over=was_over or not tables.pending)


def _worker(failure: Failure | None, seen: _Comparison, *, explained: bool) -> Failure | None:
    """Its ends that no error explains, and its absence.

    One that works between its ends makes progress all the same.
    """
    ends = seen.uncounted_ends
    if explained or not seen.is_gone:
        new = seen.new(ends, is_certain=False, quiet_seconds=seen.worker_seconds)
        was_away_once = failure is not None and failure.is_certain and failure.count == 1
        return _followed(failure, new, seen, by_progress=was_away_once)
    if failure is None or failure.is_over or ends:
        return _followed(failure, seen.new(max(ends, 1), is_certain=True), seen)
    gone = failure.been_quiet(seen.seconds)
    return replace(gone, quiet_seconds=0.0, is_certain=True, publisher_position=seen.position)


def _remember(subscription: Subscription, history: History) -> RememberedSubscription:
    tables = subscription.tables
    return RememberedSubscription(
        oid=subscription.oid,
        worker=worker_of(subscription),
        apply_error_count=subscription.apply_error_count,
        sync_error_count=subscription.sync_error_count,
        stats_reset=reset_of(subscription),
        copying={} if tables is None else tables.copying,
        apply_failure=history.apply,
        copy_failure=history.copy,
        worker_failure=history.worker,
        backlog_bytes=None if history.backlog is None else history.backlog.size,
        is_behind=history.is_behind,
        publisher=history.seen_at,
        never_enabled_seconds=history.never_enabled_seconds,
        progress=history.progress,
    )


def worker_of(subscription: Subscription) -> Worker | None:
    if subscription.worker_pid is None:
        return None
    return Worker(subscription.worker_pid, _whole_seconds(subscription.worker_start))


def reset_of(subscription: Subscription) -> int | None:
    return _whole_seconds(subscription.stats_reset)


def is_young(subscription: Subscription, taken_at: datetime) -> bool:
    """Too young to have come to what its predecessors failed on; also where nobody can tell."""
    if subscription.worker_start is None:
        return True
    return (taken_at - subscription.worker_start).total_seconds() < UNKNOWN_GAP_QUIET_SECONDS


def _is_same(before: Worker, after: Worker | None) -> bool:
    """Where the starts cannot be seen, the pids have to do."""
    if after is None or before.pid != after.pid:
        return False
    return None in {before.started, after.started} or before.started == after.started


def _whole_seconds(instant: datetime | None) -> int | None:
    return None if instant is None else int(instant.timestamp())
