"""Ships a PostgreSQL server's log to CloudWatch Logs as RDS does. Development only."""

import logging
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Self

from botocore.exceptions import BotoCoreError, ClientError

from sandbox.logs.outbox import Outbox, RejectedEventsError
from sandbox.logs.server_log import EventAssembler, UnsupportedTimeZoneError
from sandbox.logs.tail import FileTail

if TYPE_CHECKING:
    from mypy_boto3_logs import CloudWatchLogsClient

_logger = logging.getLogger(__name__)


def cluster_log_group(cluster: str) -> str:
    """Where Aurora PostgreSQL publishes a cluster's log."""
    return f"/aws/rds/cluster/{cluster}/postgresql"


def instance_log_stream(instance: str) -> str:
    return f"{instance}.0"


class Shipper:
    """Follows one log file into one log stream, in a thread of its own while entered.

    The log group and the stream are made where missing. The newest event waits one interval for
    lines that may still belong to it. What cannot be shipped now is kept and tried again.
    `interval_seconds` is the time between two looks at the file.
    """

    def __init__(
        self,
        log_path: Path,
        log_group: str,
        log_stream: str,
        client: "CloudWatchLogsClient",
        interval_seconds: float = 0.2,
    ) -> None:
        self._interval = interval_seconds
        self._tail = FileTail(log_path)
        self._assembler = EventAssembler()
        self._outbox = Outbox(client, log_group, log_stream)
        self._failure: Exception | None = None
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._follow, name=f"ship {log_path}", daemon=True)

    def __enter__(self) -> Self:
        self._outbox.open()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def is_following(self) -> bool:
        """False before entering, after closing, and once a line can never be shipped."""
        return self._thread.is_alive()

    def flush(self) -> None:
        """Ships every line finished so far; they can be queried when this returns.

        Raises ClientError or BotoCoreError if CloudWatch Logs did not take them,
        UnsupportedTimeZoneError or RejectedEventsError if it never will. After `close` there is
        nothing left to ship.
        """
        with self._lock:
            self._raise_failure()
            if not self._closing.is_set():
                self._ship_now(self._tail.lines())

    def close(self) -> None:
        """Ends the thread and ships what was written, an unfinished line too; idempotent.

        Raises what `flush` raises.
        """
        if self._closing.is_set():
            return
        self._closing.set()
        self._thread.join()
        with self._tail:
            self._raise_failure()
            self._ship_now(self._tail.lines() + self._tail.rest())

    def _follow(self) -> None:
        while not self._closing.wait(self._interval) and self._failure is None:
            with self._lock:
                self._look()

    def _look(self) -> None:
        try:
            lines = self._tail.lines()
            self._collect(lines)
            if not lines:
                self._outbox.add(self._assembler.finish())
            self._outbox.send()
        except (ClientError, BotoCoreError) as error:
            _logger.warning("the server log could not be shipped, will try again: %s", error)
        except (UnsupportedTimeZoneError, RejectedEventsError) as error:
            self._failure = error

    def _raise_failure(self) -> None:
        if self._failure is not None:
            raise self._failure

    def _ship_now(self, lines: Sequence[bytes]) -> None:
        self._collect(lines)
        self._outbox.add(self._assembler.finish())
        self._outbox.send()

    def _collect(self, lines: Sequence[bytes]) -> None:
        self._outbox.add(self._assembler.feed(lines, int(time.time() * 1000)))
