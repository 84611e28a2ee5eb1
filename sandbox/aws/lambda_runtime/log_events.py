"""The lines Lambda itself writes into a function's log. Development only."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True)
class LogEvent:
    """One event for CloudWatch Logs; `timestamp` in milliseconds since 1970."""

    message: str
    timestamp: int = field(default_factory=lambda: time.time_ns() // 1_000_000)


Deliver = Callable[[str, str, list[LogEvent]], None]
"""Takes a log group, a log stream and the events of one invocation, in order."""


@dataclass(frozen=True, slots=True)
class Report:
    """What an invocation used: seconds and megabytes."""

    request_id: str
    duration: float
    memory_mb: int
    max_memory_mb: int
    init_duration: float | None = None
    status: str | None = None

    def line(self) -> str:
        """The REPORT line; initialisation is billed too, as it is since August 2025."""
        billed = math.ceil((self.duration + (self.init_duration or 0)) * 1000)
        parts = [
            f"REPORT RequestId: {self.request_id}",
            f"Duration: {self.duration * 1000:.2f} ms",
            f"Billed Duration: {billed} ms",
            f"Memory Size: {self.memory_mb} MB",
            f"Max Memory Used: {self.max_memory_mb} MB",
        ]
        if self.init_duration is not None:
            parts.append(f"Init Duration: {self.init_duration * 1000:.2f} ms")
        if self.status is not None:
            parts.append(f"Status: {self.status}")
        return "\t".join(parts)


def start_line(request_id: str) -> str:
    return f"START RequestId: {request_id} Version: $LATEST"


def end_line(request_id: str) -> str:
    return f"END RequestId: {request_id}"


def time_limit_line(request_id: str, seconds: float) -> str:
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return f"{now} {request_id} Task timed out after {seconds:.2f} seconds"
