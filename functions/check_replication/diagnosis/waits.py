"""What the processes of a subscription wait for, in words. Pure.

By pg_stat_activity's wait events (PostgreSQL's manual, 27.2.3): one instant of each process, so it
explains what is found, and finds nothing by itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from functions.check_replication.publisher_snapshot import PublisherSnapshot, Slot
from functions.check_replication.snapshot import Snapshot, Subscription

COMPUTING: Final = "nothing, it computes"

_WORKER: Final[Mapping[str, str]] = MappingProxyType(
    {
        COMPUTING: "computes",
        "Activity: LogicalApplyMain": "waits for messages",
        "Lock": "waits for a lock",
        "IO": "reads or writes the disk",
        "IPC": "waits for another process",
        "Timeout": "sleeps",
    }
)
_SENDER: Final[Mapping[str, str]] = MappingProxyType(
    {
        COMPUTING: "decodes WAL",
        "Activity: WalSenderMain": "has nothing left to send",
        "Client: WalSenderWaitForWal": "has nothing left to send",
        "Client: WalSenderWriteData": "waits for the other end to take what it sends",
        "Client: WaitForStandbyConfirmation": "waits for a standby",
        "Lock": "waits for a lock",
        "IO": "reads or writes the disk",
        "IPC": "waits for another process",
    }
)
"""By the event with its type, else by its type."""


@dataclass(frozen=True, slots=True)
class Sender:
    """The WAL sender of a subscription; `wait` is `Client: WalSenderWriteData` or `COMPUTING`.

    `standbys` are the slots of the standbys that it waits for.
    """

    wait: str
    standbys: tuple[str, ...] = ()

    @property
    def does(self) -> str:
        if self.standbys:
            return f"waits for {listed(self.standbys)}, as synchronized_standby_slots demands"
        return _in_words(self.wait, _SENDER)


def sender_of(slot: Slot | None, publisher: PublisherSnapshot) -> Sender | None:
    """None where it is not seen."""
    if slot is None or slot.active_pid is None or slot.sender_start is None:
        return None
    wait = _wait(slot.sender_wait_event_type, slot.sender_wait_event)
    waits_for_standby = slot.sender_wait_event == "WaitForStandbyConfirmation"
    return Sender(wait, publisher.standbys_behind if waits_for_standby else ())


def worker_wait(subscription: Subscription, snapshot: Snapshot) -> str | None:
    """None where it is not seen, or there is no worker."""
    if subscription.worker_pid is None or not snapshot.sees_activity:
        return None
    return _wait(subscription.wait_event_type, subscription.wait_event)


def worker_does(wait: str) -> str:
    return _in_words(wait, _WORKER)


def listed(standbys: tuple[str, ...]) -> str:
    """`standby slot a`, `standby slots a and b`."""
    *others, last = standbys
    return f"standby slots {', '.join(others)} and {last}" if others else f"standby slot {last}"


def _wait(event_type: str | None, event: str | None) -> str:
    return COMPUTING if event is None else f"{event_type}: {event}"


def _in_words(wait: str, words: Mapping[str, str]) -> str:
    """The event itself stands behind what is said of its type."""
    if wait in words:
        return words[wait]
    event_type, _, event = wait.partition(": ")
    return f"{words.get(event_type, 'waits')} ({event})"
