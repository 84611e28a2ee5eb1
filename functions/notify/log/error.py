"""An error found in a log, as errors.json and the alert show it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Self

from functions.catalogue import CATALOGUE, NOT_LOGGED, InLog
from functions.notify.log.workers import Worker
from functions.report import Evidence

LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class LogError:
    """When it was first and last seen, how often, and what it says, without secrets and row data.

    `parts` maps `DETAIL`, `HINT`, `CONTEXT`, `STATEMENT` to their text; `pid` is that of the last
    occurrence; `in_background` is true for replication workers and for other programs' lines.
    `full_length` counts the characters of a line that is not shown in full. `worker` is whose it
    is, `cause` the id of the cause it speaks of, `facts` what it gives (`log_facts`), as far as
    known. `is_exit`: all that is known is that the worker ended with an error.
    """

    first: datetime | None
    last: datetime | None
    severity: str | None
    message: str
    pid: int | None = None
    times: int = 1
    in_background: bool = True
    full_length: int | None = None
    parts: Mapping[str, str] = field(default_factory=dict)
    worker: Worker = field(default_factory=Worker)
    cause: str | None = None
    facts: Mapping[str, Evidence] = field(default_factory=dict)
    is_exit: bool = False

    @property
    def in_log(self) -> InLog:
        """What the catalogue says of its cause, where it speaks of one."""
        return NOT_LOGGED if self.cause is None else CATALOGUE[self.cause].in_log

    @property
    def age_key(self) -> datetime:
        """For sorting: an error without a time is the oldest."""
        return self.last or LONG_AGO

    def merged(self, other: Self) -> Self:
        """Both as one: the newer one's words, the older one's where the newer has none."""
        newer, older = (self, other) if self.age_key >= other.age_key else (other, self)
        times = [time for time in (self.first, other.first) if time is not None]
        return replace(
            newer,
            first=min(times, default=None),
            times=self.times + other.times,
            parts={**older.parts, **newer.parts},
            facts={**older.facts, **newer.facts},
            worker=newer.worker.completed_by(older.worker),
            cause=(newer if "CONTEXT" in newer.parts else older).cause or newer.cause,
        )

    def to_json(self) -> dict[str, Any]:
        """For a person to read: instants in UTC; what is unknown is left out."""
        document = {
            "first": _written(self.first),
            "last": _written(self.last),
            "times": self.times,
            "severity": self.severity,
            "sqlstate": self.facts.get("sqlstate"),
            "subscription": self.worker.subscription,
            "pid": self.pid,
            "message": self.message,
            **{label.lower(): text for label, text in self.parts.items()},
            "characters_in_the_log": self.full_length,
        }
        return {key: value for key, value in document.items() if value is not None}


def _written(time: datetime | None) -> str | None:
    return None if time is None else f"{time.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
