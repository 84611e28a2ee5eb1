"""A query service that answers what it was given, and keeps what it was asked."""

import threading
from typing import Any

from sandbox.logs.errors import LogsApiError

ROWS = [
    [{"field": "@message", "value": 'ERROR: "ü"'}, {"field": "@ptr", "value": "1"}],
    [{"field": "@message", "value": "second"}],
]


class CannedQueries:
    def __init__(self, error: LogsApiError | None = None) -> None:
        self.error = error
        self.requests: list[dict[str, Any]] = []

    def start_query(self, request: dict[str, Any]) -> dict[str, Any]:
        self._receive(request)
        return {"queryId": "1"}

    def get_query_results(self, request: dict[str, Any]) -> dict[str, Any]:
        self._receive(request)
        return {"status": "Complete", "results": ROWS, "statistics": {"recordsMatched": 2.0}}

    def stop_query(self, request: dict[str, Any]) -> dict[str, Any]:
        self._receive(request)
        return {"success": True}

    def _receive(self, request: dict[str, Any]) -> None:
        self.requests.append(request)
        if self.error is not None:
            raise self.error


class StuckQueries(CannedQueries):
    """Does not answer before `release` is called."""

    def __init__(self) -> None:
        super().__init__()
        self._released = threading.Event()

    def release(self) -> None:
        self._released.set()

    def get_query_results(self, request: dict[str, Any]) -> dict[str, Any]:
        self._released.wait()
        return super().get_query_results(request)
