"""Several samples of the same server, in order. Pure."""

from dataclasses import dataclass, replace

from functions.check_replication.publisher_snapshot import PublisherSnapshot, Slot
from functions.check_replication.snapshot import Snapshot, Subscription


@dataclass(frozen=True, slots=True)
class Interruption:
    """Why sampling ended before it was clear: a cause of the catalogue, and a sentence."""

    cause: str
    reason: str


@dataclass(frozen=True, slots=True)
class Samples:
    """Samples of a subscriber; more than one only where the first was not enough."""

    snapshots: tuple[Snapshot, ...]
    interruption: Interruption | None = None

    @property
    def first(self) -> Snapshot:
        return self.snapshots[0]

    @property
    def latest(self) -> Snapshot:
        return self.snapshots[-1]

    @property
    def seconds_between(self) -> float:
        return (self.latest.taken_at - self.first.taken_at).total_seconds()

    def all_of(self, subscription: Subscription) -> list[Subscription]:
        """The same subscription in every sample that shows it, in order."""
        found = (snapshot.find(subscription.oid) for snapshot in self.snapshots)
        return [sampled for sampled in found if sampled is not None]

    def earlier(self, subscription: Subscription) -> Subscription | None:
        """The same subscription in the first of several samples; None if there is none."""
        return self.first.find(subscription.oid) if len(self.snapshots) > 1 else None

    def previous(self, subscription: Subscription) -> Subscription | None:
        """The same subscription in the sample before the latest; None if there is none."""
        return self.snapshots[-2].find(subscription.oid) if len(self.snapshots) > 1 else None

    def with_another(self, snapshot: Snapshot) -> "Samples":
        return replace(self, snapshots=(*self.snapshots, snapshot))

    def latest_alone(self) -> "Samples":
        return replace(self, snapshots=(self.latest,))

    def apply_errors(self, subscription: Subscription) -> int:
        """How many errors of applying came between the first sample and the latest."""
        return self._rise(subscription, "apply_error_count")

    def sync_errors(self, subscription: Subscription) -> int:
        """How many errors of copying tables came between the first sample and the latest."""
        return self._rise(subscription, "sync_error_count")

    def _rise(self, subscription: Subscription, counter: str) -> int:
        earlier = self.earlier(subscription)
        if earlier is None or earlier.stats_reset != subscription.stats_reset:
            return 0
        return max((getattr(subscription, counter) or 0) - (getattr(earlier, counter) or 0), 0)


@dataclass(frozen=True, slots=True)
class PublisherSamples:
    """Samples of a publisher: a second one where a rate is wanted. `address` is `host:port`."""

    address: str
    snapshots: tuple[PublisherSnapshot, ...]
    interruption: Interruption | None = None

    @property
    def latest(self) -> PublisherSnapshot:
        return self.snapshots[-1]

    @property
    def wal_bytes_per_second(self) -> float | None:
        first, latest = self.snapshots[0], self.latest
        seconds = (latest.taken_at - first.taken_at).total_seconds()
        return (latest.wal_bytes - first.wal_bytes) / seconds if seconds > 0 else None

    def always_inactive(self, slot: Slot) -> bool:
        """In every sample."""
        seen = [snapshot.slot(slot.name) for snapshot in self.snapshots]
        return all(sampled is not None and not sampled.active for sampled in seen)


@dataclass(frozen=True, slots=True)
class Publishers:
    """All publishers that are watched: those that were seen, and hashes of the others' addresses.

    One server may be among them twice, with two of its databases.
    """

    seen: tuple[PublisherSamples, ...] = ()
    not_seen: frozenset[int] = frozenset()

    @property
    def servers(self) -> tuple[PublisherSamples, ...]:
        """Each server that was seen, once."""
        first: dict[str, PublisherSamples] = {}
        for publisher in self.seen:
            first.setdefault(publisher.address, publisher)
        return tuple(first.values())

    @property
    def are_configured(self) -> bool:
        return bool(self.seen or self.not_seen)
