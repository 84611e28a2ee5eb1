"""StartQuery, GetQueryResults and StopQuery over any source of log events. Development only.

Requests and responses are dicts with the keys of the AWS JSON protocol; an error is a
`LogsApiError`. A query goes through Scheduled and Running before Complete, one step per poll.
"""

import threading
import time
import uuid
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sandbox.logs.errors import (
    InvalidParameterError,
    LimitExceededError,
    LogsApiError,
    MalformedQueryApiError,
    ResourceNotFoundError,
)
from sandbox.logs.events import LogEvent
from sandbox.logs.insights import MalformedQueryError, Query, parse
from sandbox.logs.lifecycle import STATUSES, QueryRecord, Status
from sandbox.logs.requests import StartQueryRequest, query_id

MAX_CONCURRENT_QUERIES: Final = 100
"""Of one account and region, those of dashboards included."""

OPERATIONS: Final = ("StartQuery", "GetQueryResults", "StopQuery")

Events = Callable[[str, int, int], Iterable[LogEvent]]
"""(log group's name or ARN, start, end) → events; the times are epoch milliseconds, inclusive.

Raises ResourceNotFoundError for a log group that does not exist."""


@dataclass(frozen=True, slots=True)
class ReceivedRequest:
    """`at` is in epoch seconds."""

    operation: str
    request: dict[str, Any]
    at: float


class QueryService:
    """The query actions of CloudWatch Logs. Safe to call from several threads.

    `polls` are the statuses that polls see before Complete; `clock` gives epoch seconds.
    `requests` and `queries` are records for tests to read.
    """

    def __init__(
        self,
        events: Events,
        *,
        clock: Callable[[], float] = time.time,
        polls: Sequence[Status] = ("Scheduled", "Running"),
        max_concurrent: int = MAX_CONCURRENT_QUERIES,
    ) -> None:
        self._events = events
        self._clock = clock
        self._statuses: list[Status] = [*polls, "Complete"]
        self._max_concurrent = max_concurrent
        self._scripts: deque[list[Status]] = deque()
        self._refusals: dict[str, deque[str]] = {name: deque() for name in OPERATIONS}
        self._lock = threading.Lock()
        self.requests: list[ReceivedRequest] = []
        self.queries: dict[str, QueryRecord] = {}

    def script(self, statuses: Sequence[Status]) -> None:
        """The next query goes through these; the last stays, so `["Running"]` never ends."""
        if not statuses or not set(statuses) <= set(STATUSES):
            raise ValueError(f"statuses are some of {', '.join(STATUSES)}, got {statuses!r}")
        self._scripts.append(list(statuses))

    def refuse(self, operation: str, error_name: str, times: int = 1) -> None:
        """The next `times` calls of the operation end with that error, AWS's own name of it."""
        if operation not in self._refusals:
            raise ValueError(f"operation is one of {', '.join(OPERATIONS)}, got {operation!r}")
        self._refusals[operation].extend([error_name] * times)

    def start_query(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """{"queryId"}; the events are those stored now."""
        with self._lock:
            now = self._receive("StartQuery", request)
            asked = StartQueryRequest.from_json(request)
            query = _parsed(asked.query)
            events = [event for group in asked.log_groups for event in self._read(group, asked)]
            self._check_concurrency(now)
            record = self._record(dict(request), asked, query, events)
            record.enter(record.upcoming.pop(0), now)
            self.queries[record.id] = record
            return {"queryId": record.id}

    def get_query_results(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """{"status", "results", "statistics", "queryLanguage"}: no rows while Scheduled."""
        with self._lock:
            now = self._receive("GetQueryResults", request)
            record = self._find(query_id(request), now)
            record.poll(now)
            return {
                "queryLanguage": "CWLI",
                "results": record.visible_rows(),
                "statistics": record.statistics,
                "status": record.status,
            }

    def stop_query(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """{"success": True}; a query that has ended is an InvalidParameterError."""
        with self._lock:
            now = self._receive("StopQuery", request)
            record = self._find(query_id(request), now)
            if record.ended:
                raise InvalidParameterError(f"query {record.id} is not running: {record.status}")
            record.enter("Cancelled", now)
            record.stopped = True
            return {"success": True}

    def _receive(self, operation: str, request: Mapping[str, Any]) -> float:
        now = self._clock()
        self.requests.append(ReceivedRequest(operation, dict(request), now))
        refusals = self._refusals[operation]
        if refusals:
            raise LogsApiError(refusals.popleft(), f"{operation} was told to refuse this call")
        return now

    def _read(self, log_group: str, asked: StartQueryRequest) -> Iterable[LogEvent]:
        return self._events(log_group, asked.start_time, asked.end_time)

    def _check_concurrency(self, now: float) -> None:
        for record in self.queries.values():
            record.expire(now)
        running = sum(not record.ended for record in self.queries.values())
        if running >= self._max_concurrent:
            raise LimitExceededError(f"{running} queries are running already")

    def _record(
        self,
        request: dict[str, Any],
        asked: StartQueryRequest,
        query: Query,
        events: list[LogEvent],
    ) -> QueryRecord:
        result = query.run(events, asked.limit)
        statistics = {
            "recordsMatched": float(result.matched),
            "recordsScanned": float(len(events)),
            "estimatedRecordsSkipped": 0.0,
            "bytesScanned": float(sum(len(event.message.encode()) for event in events)),
            "estimatedBytesSkipped": 0.0,
            "logGroupsScanned": float(len(asked.log_groups)),
        }
        statuses = self._scripts.popleft() if self._scripts else list(self._statuses)
        return QueryRecord(str(uuid.uuid4()), request, result.rows, statistics, statuses)

    def _find(self, identifier: str, now: float) -> QueryRecord:
        record = self.queries.get(identifier)
        if record is None:
            raise ResourceNotFoundError(f"Query with id '{identifier}' does not exist")
        record.expire(now)
        return record


def _parsed(query: str) -> Query:
    try:
        return parse(query)
    except MalformedQueryError as error:
        raise MalformedQueryApiError(str(error)) from error
