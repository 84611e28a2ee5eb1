"""Cuts a PostgreSQL server log into events the way RDS does. Development only.

One event per prefixed line. A line without the prefix (it begins with a tab, or a server process
wrote it bare) belongs to the event before it. Prefix: `%t:%r:%u@%d:[%p]:`, or with `%m` first.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

_PREFIX: Final = re.compile(
    r"(?P<time>\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}(?:\.\d{3})?) (?P<zone>[A-Za-z]+|[+-]\d+):"
    r"[^\t]*?@[^\t]*?:\[\d+\]:"
)
_REPLACEMENT: Final = "\N{REPLACEMENT CHARACTER}"


class UnsupportedTimeZoneError(Exception):
    """The server does not log in UTC, so its times cannot be read."""


@dataclass(frozen=True, slots=True)
class ServerEvent:
    """`timestamp` is in epoch milliseconds, to the second with `%t`."""

    timestamp: int
    message: str


class EventAssembler:
    """Joins lines into events; keeps the last one open for lines that may still belong to it."""

    def __init__(self) -> None:
        self._timestamp = 0
        self._lines: list[str] = []

    def feed(self, lines: Iterable[bytes], now_ms: int) -> list[ServerEvent]:
        """The events that these lines (without their line feeds) complete.

        A bare line with no event before it begins one, at `now_ms`. Raises
        UnsupportedTimeZoneError.
        """
        return [event for line in lines for event in self._add(_decoded(line), now_ms)]

    def finish(self) -> list[ServerEvent]:
        """The open event, if there is one: nothing more belongs to it."""
        message = "\n".join(self._lines).rstrip()
        self._lines = []
        return [ServerEvent(self._timestamp, message)] if message else []

    def _add(self, line: str, now_ms: int) -> list[ServerEvent]:
        prefix = _PREFIX.match(line)
        if prefix is None and self._lines:
            self._lines.append(line)
            return []
        completed = self.finish()
        self._timestamp = now_ms if prefix is None else _milliseconds(prefix)
        self._lines = [line]
        return completed


def _decoded(line: bytes) -> str:
    return line.decode(errors="replace").replace("\0", _REPLACEMENT)


def _milliseconds(prefix: re.Match[str]) -> int:
    if prefix["zone"] not in {"UTC", "GMT"}:
        raise UnsupportedTimeZoneError(
            f"the server logs in time zone {prefix['zone']}: set log_timezone = 'UTC'"
        )
    return int(datetime.fromisoformat(prefix["time"]).replace(tzinfo=UTC).timestamp() * 1000)
