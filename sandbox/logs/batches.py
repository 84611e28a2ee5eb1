"""Cuts events into batches that PutLogEvents accepts. Development only.

Its limits: 1,048,576 bytes with 26 added per event, 10,000 events, a span of 24 hours,
chronological order, and 1 MB for one event.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from sandbox.logs.server_log import ServerEvent

MAX_BYTES: Final = 1_048_576
MAX_EVENTS: Final = 10_000
MAX_SPAN_MS: Final = 24 * 60 * 60 * 1000
OVERHEAD_BYTES: Final = 26


def by_time(events: Iterable[ServerEvent]) -> list[ServerEvent]:
    """In chronological order; events of the same time keep theirs."""
    return sorted(events, key=lambda event: event.timestamp)


def batches(events: Iterable[ServerEvent]) -> Iterator[list[ServerEvent]]:
    """Events that are ordered `by_time`; a message too long for any batch is cut at the limit."""
    batch: list[ServerEvent] = []
    size = 0
    for event in map(_shortened, events):
        added = _size(event)
        if batch and not _fits(batch, size + added, event):
            yield batch
            batch, size = [], 0
        batch.append(event)
        size += added
    if batch:
        yield batch


def _fits(batch: list[ServerEvent], size: int, event: ServerEvent) -> bool:
    span = event.timestamp - batch[0].timestamp
    return size <= MAX_BYTES and len(batch) < MAX_EVENTS and span <= MAX_SPAN_MS


def _size(event: ServerEvent) -> int:
    return len(event.message.encode()) + OVERHEAD_BYTES


def _shortened(event: ServerEvent) -> ServerEvent:
    if _size(event) <= MAX_BYTES:
        return event
    kept = event.message.encode()[: MAX_BYTES - OVERHEAD_BYTES]
    return ServerEvent(event.timestamp, kept.decode(errors="ignore"))
