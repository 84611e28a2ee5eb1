"""Failures on demand: what the stand-in does instead of answering properly. Development only."""

import json
import threading
from collections import defaultdict, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP response."""

    status: int
    body: bytes
    content_type: str = "text/plain; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def text(cls, status: int, text: str) -> Self:
        return cls(status, text.encode())

    @classmethod
    def json(
        cls,
        document: Mapping[str, Any],
        status: int = 200,
        headers: Mapping[str, str] | None = None,
    ) -> Self:
        return cls(
            status,
            json.dumps(document).encode(),
            "application/json; charset=utf-8",
            headers or {},
        )


@dataclass(frozen=True, slots=True)
class Failure:
    """Hold the request for `hold_seconds`, then give `answer`, or none: the connection is closed.

    The request is counted but not carried out.
    """

    answer: Answer | None
    hold_seconds: float = 0
    _released: threading.Event = field(default_factory=threading.Event, repr=False, compare=False)

    @classmethod
    def rate_limited(cls, retry_after: int = 1) -> Self:
        """429; the client is told to come back after `retry_after` seconds."""
        document = {"ok": False, "error": "ratelimited"}
        return cls(Answer.json(document, 429, {"Retry-After": str(retry_after)}))

    @classmethod
    def server_error(cls, status: int = 500) -> Self:
        """An HTTP error without JSON, as from the load balancer in front of Slack."""
        return cls(Answer.text(status, "upstream error"))

    @classmethod
    def error(cls, code: str) -> Self:
        """One of Slack's own errors, such as `not_in_channel`."""
        return cls(Answer.json({"ok": False, "error": code}))

    @classmethod
    def timeout(cls, seconds: float = 3600) -> Self:
        """Silence for `seconds`, or until `release` or the server's end."""
        return cls(None, seconds)

    @classmethod
    def drop_connection(cls) -> Self:
        return cls(None)

    def hold(self) -> None:
        if self.hold_seconds:
            self._released.wait(self.hold_seconds)

    def release(self) -> None:
        self._released.set()


class Failures:
    """The failures still to come, first in first out per method."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._queues: defaultdict[str, deque[Failure]] = defaultdict(deque)
        self._known: list[Failure] = []

    def add(self, method: str, failure: Failure, times: int) -> None:
        with self._lock:
            self._known.append(failure)
            self._queues[method].extend([failure] * times)

    def take(self, method: str) -> Failure | None:
        with self._lock:
            queue = self._queues[method]
            return queue.popleft() if queue else None

    def clear(self) -> None:
        """Forget what is still to come and let go of the requests being held."""
        with self._lock:
            self._queues.clear()
            for failure in self._known:
                failure.release()
            self._known.clear()
