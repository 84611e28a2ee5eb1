"""An incident: what the state machine stored of it, and what Notify remembers itself. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Self

from functions.notify.fields import InvalidEventError, kind, read_instant, read_text


@dataclass(frozen=True, slots=True)
class Posted:
    """A message in Slack: the channel's id and the message's timestamp, which is its id there."""

    channel: str
    ts: str


@dataclass(frozen=True, slots=True)
class Incident:
    """The stored item of a cluster's outage, as it was claimed.

    `notifications` counts those that were recorded; `fingerprint` (None: never told) and `causes`
    are those last told; `first` is the incident's first message. `closed_at` is the recovery that
    was told, if this event reopens the incident. `undelivered`: Slack did not take an alert of it.
    """

    opened_at: datetime
    notifications: int = 0
    fingerprint: str | None = None
    causes: tuple[str, ...] = ()
    first: Posted | None = None
    closed_at: datetime | None = None
    undelivered: bool = False

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """Read it from an event; only `opened_at` is needed. Raises `InvalidEventError`."""
        opened_at = read_instant(document, "incident", "opened_at")
        if opened_at is None:
            raise InvalidEventError('"incident.opened_at" is needed where there is an incident')
        channel, ts = (read_text(document, "incident", key) for key in ("channel", "ts"))
        return cls(
            opened_at=opened_at,
            notifications=_count(document.get("notifications")),
            fingerprint=read_text(document, "incident", "fingerprint"),
            causes=_causes(document.get("causes")),
            first=Posted(channel, ts) if channel and ts else None,
            closed_at=read_instant(document, "incident", "closed_at"),
            undelivered=bool(document.get("undelivered")),
        )

    def receipt_of(self, cluster: str) -> str:
        """The key of the incident's receipt: `sample-cluster 2026-11-23T03:38:37.123Z`."""
        written = self.opened_at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return f"{cluster} {written}"


class Step(StrEnum):
    """One call to Slack on the way to telling a notification in full."""

    POST = "post"
    UPDATE = "update"
    REPLY = "reply"
    ATTACH = "attach"

    def of(self, key: str) -> str:
        """The entry in a receipt that says Slack has taken this step of a notification."""
        return f"{key} {self}"


def detail_entry(first: Posted, digest: str) -> str:
    """The entry in a receipt that says Slack has a problem's details below a first message."""
    return f"detail {first.ts} {digest}"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What Slack has of an incident: its first message, and what was told.

    `incident` is its key, None for what belongs to no incident. `told` holds the keys of the
    notifications that were told in full, and an entry for each step and each detail. `causes` are
    those told last.
    """

    incident: str | None = None
    first: Posted | None = None
    told: frozenset[str] = frozenset()
    causes: tuple[str, ...] = ()

    def has_begun(self, key: str) -> bool:
        """Whether an earlier attempt told what this notification has to tell, in full or not."""
        return not self.told.isdisjoint({key, Step.POST.of(key), Step.UPDATE.of(key)})


def _count(value: object) -> int:
    if value is None:
        return 0
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidEventError(f'"incident.notifications" must be a number, not {kind(value)}')
    return int(value)


def _causes(value: object) -> tuple[str, ...]:
    causes = [] if value is None else value
    if not isinstance(causes, list):
        raise InvalidEventError(f'"incident.causes" must be a list, not {kind(value)}')
    return tuple(str(cause) for cause in causes)
