"""A query that was read, and what it gives over events. Development only."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from sandbox.logs.events import LogEvent
from sandbox.logs.insights.commands import Command, Filter, SortByTime
from sandbox.logs.insights.values import Instant, Row, text

MAX_ROWS: Final = 10_000
"""What a query without `limit` returns at most; AWS takes a `limit` of 100,000, paged."""

_NEWEST_FIRST: Final = SortByTime(newest_first=True)


@dataclass(frozen=True, slots=True)
class Result:
    """`rows` as GetQueryResults returns them; `matched` counts rows before any limit."""

    rows: list[list[dict[str, str]]]
    matched: int


@dataclass(frozen=True, slots=True)
class Query:
    commands: tuple[Command, ...]
    columns: tuple[str, ...]

    def run(self, events: Iterable[LogEvent], limit: int = MAX_ROWS) -> Result:
        """At most `limit` rows; newest event first as long as no `sort` says otherwise."""
        rows = _NEWEST_FIRST.apply([_row(event) for event in events])
        matched = len(rows)
        for command in self.commands:
            rows = command.apply(rows)
            if isinstance(command, Filter):
                matched = len(rows)
        return Result(self._shown(rows[:limit]), matched)

    def _shown(self, rows: Sequence[Row]) -> list[list[dict[str, str]]]:
        return [
            [{"field": name, "value": text(row[name])} for name in (*self.columns, "@ptr")]
            for row in rows
        ]


def _row(event: LogEvent) -> Row:
    return {
        "@timestamp": Instant(event.timestamp),
        "@message": event.message,
        "@logStream": event.log_stream,
        "@log": event.log,
        "@ingestionTime": Instant(event.ingestion_time),
        "@ptr": event.pointer,
    }
