"""A server log written by hand, and what was shipped of it."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sandbox.patience import HANG_SECONDS

if TYPE_CHECKING:
    from mypy_boto3_logs import CloudWatchLogsClient


class ServerLogFile:
    """Lines as PostgreSQL writes them with the prefix `%t:%r:%u@%d:[%p]:`, stamped with now."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.second = int(time.time())
        self.prefix = f"{datetime.fromtimestamp(self.second, UTC):%Y-%m-%d %H:%M:%S} UTC::@:[42]:"

    def write(self, *messages: str) -> list[str]:
        """Appends the messages; the lines as they should be shipped."""
        lines = [self.prefix + message for message in messages]
        self.append("".join(f"{line}\n" for line in lines).encode())
        return lines

    def append(self, content: bytes) -> None:
        with self.path.open("ab") as file:
            file.write(content)


def shipped(client: "CloudWatchLogsClient", log_group: str, log_stream: str) -> list[str]:
    """The messages of the log stream, as CloudWatch Logs gives them back."""
    answer = client.get_log_events(
        logGroupName=log_group, logStreamName=log_stream, startFromHead=True
    )
    return [event["message"] for event in answer["events"]]


def wait_until(met: Callable[[], bool], look_at: Callable[[], object]) -> None:
    deadline = time.monotonic() + HANG_SECONDS
    while not met():
        assert time.monotonic() < deadline, f"not met, see: {look_at()!r:.2000}"
        time.sleep(0.01)
