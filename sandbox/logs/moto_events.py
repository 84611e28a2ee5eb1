"""Reads the events of moto's CloudWatch Logs in this very process. Development only."""

import re
from collections.abc import Iterator
from typing import Any, Final

from moto.logs.models import logs_backends

from sandbox.logs.errors import ResourceNotFoundError
from sandbox.logs.events import LogEvent

_ARN: Final = re.compile(
    r"arn:aws[a-z-]*:logs:(?P<region>[^:]+):(?P<account>\d{12}):log-group:(?P<name>[^:*]+)"
)


class MotoEvents:
    """The log events of one account and region, as `QueryService` wants them."""

    def __init__(self, account: str, region: str) -> None:
        self._account = account
        self._region = region

    def __call__(self, log_group: str, start_ms: int, end_ms: int) -> list[LogEvent]:
        """The events from start to end, both inclusive; raises ResourceNotFoundError."""
        name = self.name_of(log_group)
        return [event for event in self._all(name) if start_ms <= event.timestamp <= end_ms]

    def name_of(self, log_group: str) -> str:
        """The name of an existing log group, from its name or its ARN."""
        arn = _ARN.fullmatch(log_group)
        here = arn is None or (arn["account"], arn["region"]) == (self._account, self._region)
        name = arn["name"] if arn else log_group
        if not here or name not in self._groups():
            raise ResourceNotFoundError(
                f"Log group '{log_group}' does not exist for account ID '{self._account}' "
                f"in {self._region}"
            )
        return name

    def _groups(self) -> dict[str, Any]:
        groups: dict[str, Any] = logs_backends[self._account][self._region].groups
        return groups

    def _all(self, name: str) -> Iterator[LogEvent]:
        for stream in list(self._groups()[name].streams.values()):
            for event in list(stream.events):
                yield LogEvent(
                    timestamp=event.timestamp,
                    message=event.message,
                    account=self._account,
                    log_group=name,
                    log_stream=stream.log_stream_name,
                    ingestion_time=event.ingestion_time,
                    id=str(event.event_id),
                )
