"""Log events and a store of them, made by hand."""

from collections.abc import Iterable, Sequence

from sandbox.logs.errors import ResourceNotFoundError
from sandbox.logs.events import LogEvent
from sandbox.logs.insights import parse

START = 1_795_400_000
"""2026-11-23 02:13:20 UTC, in epoch seconds."""

GROUP = "/aws/rds/cluster/sample-cluster/postgresql"


def event(message: str, second: int = 0, number: int = 0) -> LogEvent:
    return LogEvent(
        timestamp=(START + second) * 1000,
        message=message,
        account="123456789012",
        log_group=GROUP,
        log_stream="sample-instance-1.0",
        ingestion_time=(START + second) * 1000 + 250,
        id=f"{second}-{number}",
    )


def events(*messages: str) -> list[LogEvent]:
    """One per second, oldest first."""
    return [event(message, second) for second, message in enumerate(messages)]


def rows(query: str, stored: Iterable[LogEvent]) -> list[dict[str, str]]:
    """The query's rows as {field: value}, without `@ptr`."""
    return [
        {cell["field"]: cell["value"] for cell in row if cell["field"] != "@ptr"}
        for row in parse(query).run(stored).rows
    ]


class StoredEvents:
    """What `QueryService` reads: the log groups that exist, with their events."""

    def __init__(self, **groups: Sequence[LogEvent]) -> None:
        self.groups: dict[str, Sequence[LogEvent]] = dict(groups)

    def __call__(self, log_group: str, start_ms: int, end_ms: int) -> list[LogEvent]:
        if log_group not in self.groups:
            raise ResourceNotFoundError(f"Log group '{log_group}' does not exist")
        found = self.groups[log_group]
        return [event for event in found if start_ms <= event.timestamp <= end_ms]
