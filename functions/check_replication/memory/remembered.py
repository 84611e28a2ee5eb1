"""What is remembered of a cluster: what its last check saw of each subscription. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from functions.check_replication.memory.failure import UNKNOWN_GAP_QUIET_SECONDS, Failure
from functions.check_replication.memory.idle import IdleSlots
from functions.check_replication.memory.positions import Positions


@dataclass(frozen=True, slots=True)
class Worker:
    """An apply worker.

    `started` is pg_stat_activity.backend_start in whole seconds since 1970, which takes
    pg_read_all_stats to see.
    """

    pid: int
    started: int | None


@dataclass(frozen=True, slots=True)
class CopyProgress:
    """Of the initial copy of a table: `rows` so far, and how long it has waited there."""

    pid: int
    rows: int
    stood_seconds: float


@dataclass(frozen=True, slots=True)
class RememberedSubscription:
    """One subscription as the last check saw it.

    The counts and `stats_reset` (seconds since 1970) are those of pg_stat_subscription_stats (15+).
    `copying` are the pids that copied its tables, by the tables' OIDs. The failures are those that
    are not over or may come back: of applying, of copying, of the worker's staying alive.
    `progress` is that of its copies, by the tables' OIDs.
    `backlog_bytes` is what it had not confirmed yet, `is_behind` whether that was too much.
    `publisher` is where its slot was last seen to serve it, a hash of the address (`hashed`).
    `never_enabled_seconds`: since when it is known without ever having been enabled; None where it
    was, or may have been.
    """

    oid: int
    worker: Worker | None = None
    apply_error_count: int | None = None
    sync_error_count: int | None = None
    stats_reset: int | None = None
    copying: Mapping[int, int] = field(default_factory=dict)
    apply_failure: Failure | None = None
    copy_failure: Failure | None = None
    worker_failure: Failure | None = None
    backlog_bytes: float | None = None
    is_behind: bool = False
    publisher: int | None = None
    never_enabled_seconds: float | None = None
    progress: Mapping[int, CopyProgress] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RememberedCluster:
    """A cluster as its last check saw it.

    `checked_at` is the monitor's clock then, `taken_at` the server's; `positions` and `idle_slots`
    are those of the publishers that are watched; `age_seconds` for how long checks have remembered
    it by then.
    """

    checked_at: datetime
    taken_at: datetime
    subscriptions: tuple[RememberedSubscription, ...] = ()
    positions: tuple[Positions, ...] = ()
    idle_slots: tuple[IdleSlots, ...] = ()
    age_seconds: float = 0.0

    @property
    def is_settled(self) -> bool:
        """Old enough to know of what fails now and then."""
        return self.age_seconds >= UNKNOWN_GAP_QUIET_SECONDS

    def find(self, oid: int) -> RememberedSubscription | None:
        return next((known for known in self.subscriptions if known.oid == oid), None)

    def seconds_until(self, checked_at: datetime, taken_at: datetime) -> float:
        """Since then, by the clock that went less far: either may have been set anew."""
        passed = min(checked_at - self.checked_at, taken_at - self.taken_at)
        return max(passed.total_seconds(), 0.0)
