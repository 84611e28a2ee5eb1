"""From the rows of GetQueryResults to log events. Pure.

A row is a list of `{"Field": …, "Value": …}` (Step Functions) or `{"field": …, "value": …}` (the
API); `@ptr`, which always comes along, means nothing outside CloudWatch and is left out.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from functions.notify.text import clean, parse_instant, shorten

MAX_MESSAGE = 4_000
"""Characters kept of one event: a line of 200 KB says no more in a snippet."""

OTHER_ELLIPSIS = "\N{MIDLINE HORIZONTAL ELLIPSIS}"


@dataclass(frozen=True, slots=True)
class LogEvent:
    """One event: its time (UTC, None if unreadable), its text and how long it was in the log.

    An ellipsis in the text shows that something is missing; those of the log itself have become
    `OTHER_ELLIPSIS`.
    """

    time: datetime | None
    message: str
    length: int

    @property
    def shortened(self) -> bool:
        return self.length > len(self.message)


def log_events(rows: Iterable[Sequence[Mapping[str, Any]]]) -> tuple[LogEvent, ...]:
    """The events of a query's rows, in the rows' order; rows without a message are skipped."""
    return tuple(event for row in rows if (event := _event(_fields(row))) is not None)


def _fields(row: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    pairs = (
        (cell.get("Field", cell.get("field")), cell.get("Value", cell.get("value"))) for cell in row
    )
    return {
        str(name): str(value) for name, value in pairs if name is not None and value is not None
    }


def _event(fields: Mapping[str, str]) -> LogEvent | None:
    text = fields.get("message") or fields.get("@message")
    if not text:
        return None
    whole = clean(text).replace("…", OTHER_ELLIPSIS)
    missing = max(_number(fields.get("length")) - len(text), 0)
    message = shorten(whole, MAX_MESSAGE)
    return LogEvent(_time(fields.get("@timestamp")), message, len(whole) + missing)


def _time(text: str | None) -> datetime | None:
    try:
        return None if text is None else parse_instant(text)
    except ValueError:
        return None


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() else 0
