"""A stored log event, as a query reads it. Development only."""

import base64
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LogEvent:
    """One event of a log stream; times are epoch milliseconds, `id` is unique in its stream."""

    timestamp: int
    message: str
    account: str
    log_group: str
    log_stream: str
    ingestion_time: int
    id: str

    @property
    def log(self) -> str:
        """The value of `@log`: account and log group."""
        return f"{self.account}:{self.log_group}"

    @property
    def pointer(self) -> str:
        """The value of `@ptr`: opaque, the same whenever the event is read."""
        return base64.b64encode(f"{self.log}:{self.log_stream}:{self.id}".encode()).decode()
