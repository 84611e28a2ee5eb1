"""How far behind each subscription is, as the metrics show it. Pure."""

from dataclasses import dataclass

from functions.check_replication.diagnosis.history import Histories
from functions.check_replication.diagnosis.messages import silent_seconds
from functions.check_replication.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Lag:
    """`seconds` is the age of the oldest change not yet confirmed, where the publisher's side is
    seen; else of the publisher's last message, by the subscriber's clock. None where neither is
    known: without a worker, as its finding shows. `backlog_bytes` is None without the publisher.
    """

    subscription: str
    seconds: float | None
    backlog_bytes: float | None = None


def lags(snapshot: Snapshot, histories: Histories) -> tuple[Lag, ...]:
    found = []
    for subscription in snapshot.subscriptions:
        backlog = histories.of(subscription).backlog
        if backlog is None:
            silence = silent_seconds(subscription, snapshot)
            seconds = None if silence is None else max(silence, 0.0)
            found.append(Lag(subscription.name, seconds))
        else:
            found.append(Lag(subscription.name, backlog.age_seconds, backlog.size))
    return tuple(found)
