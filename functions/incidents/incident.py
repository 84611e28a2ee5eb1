"""An incident as the table holds it, read from an item and written as one. Pure.

An item that no execution writes so counts as absent: it could silence its cluster, or all of them.
Every attribute must be of its type and readable, none may be missing that the status or another
attribute asks for, no instant lies in the future, `expires_at` no later than the status allows, and
all is no longer than `LONGEST_ITEM`.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final, Self

from functions.incidents.asked import Asked, is_monitor
from functions.incidents.times import (
    CLOCK_SKEW,
    KEPT_AFTER_CLOSING,
    KEPT_WHILE_OPEN,
    KEPT_WHILE_SUSPECTED,
    LONGEST_LEASE,
)

LONGEST_ITEM: Final = 8_000
"""Characters of JSON. An answer carries the items of its work twice; those that executions write
have two thousand at most, and `LONGEST_ASKED` beside them."""

LONGEST_ASKED: Final = 3_000
"""Characters of JSON."""

Item = Mapping[str, Any]
"""As DynamoDB returns it: `{"cluster": {"S": "sample-cluster"}, "notifications": {"N": "1"}}`."""


class IncidentStatus(StrEnum):
    """`suspected`: the cluster gave no answer, not yet often enough to notify."""

    OPEN = "open"
    CLOSED = "closed"
    SUSPECTED = "suspected"


_KEPT: Final = MappingProxyType(
    {
        IncidentStatus.OPEN: KEPT_WHILE_OPEN,
        IncidentStatus.CLOSED: KEPT_AFTER_CLOSING,
        IncidentStatus.SUSPECTED: KEPT_WHILE_SUSPECTED,
    }
)


@dataclass(frozen=True, slots=True)
class Incident:
    """A cluster's outage, or the monitor's own; None is an attribute the item does not have.

    `decided_at` is the last decision or record, by which a claim knows that nobody wrote since;
    `expires_at` in epoch seconds. `opened_at` is when it was first seen, `notifications` how many
    messages were recorded; the last one was at `last_notified_at`, of `fingerprint` and `causes`,
    and `explained` says whether the log could have said no more. `closed_at` is the reported
    recovery. `claimed_by` (an execution's ARN) notifies of `claimed_for` (a transition), until
    `claimed_until` alone. `channel` and `ts` are the first message in Slack. `undelivered`: what
    Slack did not accept and the topic has (`<transition> <fingerprint>`), or `nowhere`.
    `unknown_runs` without an answer have followed each other since `unknown_since`.
    `rests_on_memory`: a run with memory opened or changed it, and one without ends nothing.
    `asked`: what the run was to check whose failure this is; only the monitor's own have it.
    """

    cluster: str
    status: IncidentStatus
    decided_at: datetime
    expires_at: int
    opened_at: datetime | None = None
    notifications: int | None = None
    last_notified_at: datetime | None = None
    fingerprint: str | None = None
    causes: tuple[str, ...] | None = None
    explained: bool | None = None
    closed_at: datetime | None = None
    claimed_by: str | None = None
    claimed_for: str | None = None
    claimed_until: datetime | None = None
    channel: str | None = None
    ts: str | None = None
    undelivered: str | None = None
    unknown_runs: int | None = None
    unknown_since: datetime | None = None
    rests_on_memory: bool | None = None
    asked: Asked | None = None

    @property
    def is_open(self) -> bool:
        return self.status is IncidentStatus.OPEN

    @classmethod
    def from_item(cls, item: Item, now: datetime) -> Self | None:
        """The incident in an item as it may be at the instant `now`; None if it is no sound one."""
        if len(json.dumps(item)) > LONGEST_ITEM:
            return None
        values = {name: _read(name, value) for name, value in item.items()}
        if None in values.values() or not values.keys() >= _REQUIRED:
            return None
        incident = cls(**values)
        return incident if incident._is_sound(now) else None

    def of_a_check(self, asked: Asked) -> Self:
        """What was asked of it; left out where that is too long, so that any success ends it."""
        is_short = len(json.dumps(asked.to_json())) <= LONGEST_ASKED
        return replace(self, asked=asked if is_short else None)

    def to_json(self) -> dict[str, Any]:
        """`{"cluster", "status", "decided_at", …}`: texts, numbers, a list of texts."""
        return {
            field.name: _written(value)
            for field in fields(self)
            if (value := getattr(self, field.name)) is not None
        }

    def to_item(self) -> dict[str, Any]:
        """As DynamoDB takes it."""
        return {name: _typed(value) for name, value in self.to_json().items()}

    def _is_sound(self, now: datetime) -> bool:
        return (
            self._has_what_its_status_needs()
            and self.expires_at <= (now + _KEPT[self.status] + CLOCK_SKEW).timestamp()
            and _all_or_none(self.last_notified_at, self.fingerprint, self.causes, self.explained)
            and _all_or_none(self.claimed_by, self.claimed_for, self.claimed_until)
            and _all_or_none(self.unknown_runs, self.unknown_since)
            and _all_or_none(self.channel, self.ts)
            and (self.asked is None or is_monitor(self.cluster))
            and not any(instant > now + CLOCK_SKEW for instant in self._past())
            and (self.claimed_until or now) <= now + LONGEST_LEASE + CLOCK_SKEW
        )

    def _has_what_its_status_needs(self) -> bool:
        if self.status is IncidentStatus.SUSPECTED:
            return self.unknown_runs is not None
        is_reported = self.closed_at is not None and self.last_notified_at is not None
        return (
            self.opened_at is not None
            and self.notifications is not None
            and (self.is_open or is_reported)
        )

    def _past(self) -> list[datetime]:
        instants = (
            self.decided_at,
            self.opened_at,
            self.last_notified_at,
            self.closed_at,
            self.unknown_since,
        )
        return [instant for instant in instants if instant is not None]


def written(instant: datetime) -> str:
    """`2026-11-23T03:38:37.123Z`, as the state machine writes its own instants."""
    moment = instant.astimezone(UTC).isoformat(timespec="milliseconds")
    return moment.replace("+00:00", "Z")


def expiry(now: datetime, kept: timedelta) -> int:
    """When an item may go that is kept for so long: epoch seconds."""
    return int((now + kept).timestamp())


_REQUIRED: Final = frozenset({"cluster", "status", "decided_at", "expires_at"})
_INSTANT: Final = re.compile(r"20\d\d-\d\d-\d\dT([01]\d|2[0-3])(:[0-5]\d){2}(\.\d{3})?Z", re.ASCII)
_NUMBER: Final = re.compile(r"\d{1,10}", re.ASCII)


def _text(value: Item) -> str | None:
    text = value.get("S")
    return text if isinstance(text, str) else None


def _status(value: Item) -> IncidentStatus | None:
    try:
        return IncidentStatus(str(value.get("S")))
    except ValueError:
        return None


def _instant(value: Item) -> datetime | None:
    text = _text(value)
    if text is None or not _INSTANT.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:  # no such day
        return None


def _number(value: Item) -> int | None:
    number = value.get("N")
    return int(number) if isinstance(number, str) and _NUMBER.fullmatch(number) else None


def _texts(value: Item) -> tuple[str, ...] | None:
    elements = value.get("L")
    if not isinstance(elements, list):
        return None
    texts = [_text(element) for element in elements]
    known = [text for text in texts if text is not None]
    return tuple(known) if len(known) == len(texts) else None


def _flag(value: Item) -> bool | None:
    return {"true": True, "false": False}.get(_text(value) or "")


def _asked(value: Item) -> Asked | None:
    try:
        return Asked.from_json(json.loads(_text(value) or ""))
    except (ValueError, RecursionError):  # no JSON, nested without end, or InvalidInput
        return None


_READERS: Final[Mapping[str, Callable[[Item], Any]]] = MappingProxyType(
    {
        "cluster": _text,
        "status": _status,
        "decided_at": _instant,
        "expires_at": _number,
        "opened_at": _instant,
        "notifications": _number,
        "last_notified_at": _instant,
        "fingerprint": _text,
        "causes": _texts,
        "explained": _flag,
        "closed_at": _instant,
        "claimed_by": _text,
        "claimed_for": _text,
        "claimed_until": _instant,
        "channel": _text,
        "ts": _text,
        "undelivered": _text,
        "unknown_runs": _number,
        "unknown_since": _instant,
        "rests_on_memory": _flag,
        "asked": _asked,
    }
)


def _read(name: str, value: Any) -> Any:  # noqa: ANN401 - an attribute's value, by its name
    reader = _READERS.get(name)
    return reader(value) if reader is not None and isinstance(value, Mapping) else None


def _written(value: Any) -> str | int | list[str]:  # noqa: ANN401
    match value:
        case bool():
            return str(value).lower()
        case datetime():
            return written(value)
        case tuple():
            return list(value)
        case Asked():
            return json.dumps(value.to_json())
        case int():
            return value
        case _:
            return str(value)


def _typed(value: str | int | list[str]) -> dict[str, Any]:
    match value:
        case int():
            return {"N": str(value)}
        case list():
            return {"L": [{"S": text} for text in value]}
        case _:
            return {"S": value}


def _all_or_none(*values: object) -> bool:
    return len({value is None for value in values}) == 1
