"""Events on their way into one log stream, kept until they are accepted. Development only."""

import contextlib
from collections.abc import Iterable
from typing import TYPE_CHECKING

from sandbox.logs.batches import batches, by_time
from sandbox.logs.server_log import ServerEvent

if TYPE_CHECKING:
    from mypy_boto3_logs import CloudWatchLogsClient


class RejectedEventsError(Exception):
    """CloudWatch Logs refused events for good: too old, too new or expired."""


class Outbox:
    """Sends what was added, in batches; what was not accepted stays for the next `send`."""

    def __init__(self, client: "CloudWatchLogsClient", log_group: str, log_stream: str) -> None:
        self._client = client
        self._log_group = log_group
        self._log_stream = log_stream
        self._events: list[ServerEvent] = []

    def open(self) -> None:
        """Makes the log group and the stream where missing."""
        exists = self._client.exceptions.ResourceAlreadyExistsException
        with contextlib.suppress(exists):
            self._client.create_log_group(logGroupName=self._log_group)
        with contextlib.suppress(exists):
            self._client.create_log_stream(
                logGroupName=self._log_group, logStreamName=self._log_stream
            )

    def add(self, events: Iterable[ServerEvent]) -> None:
        self._events += events

    def send(self) -> None:
        """Raises ClientError, BotoCoreError or RejectedEventsError."""
        self._events = by_time(self._events)
        for batch in batches(tuple(self._events)):
            answer = self._client.put_log_events(
                logGroupName=self._log_group,
                logStreamName=self._log_stream,
                logEvents=[
                    {"timestamp": event.timestamp, "message": event.message} for event in batch
                ],
            )
            del self._events[: len(batch)]
            if rejected := answer.get("rejectedLogEventsInfo"):
                raise RejectedEventsError(f"{self._log_group}: {rejected}")
