"""One query from Scheduled to its end, a step per poll. Development only."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal, get_args

Status = Literal["Scheduled", "Running", "Complete", "Failed", "Cancelled", "Timeout", "Unknown"]
STATUSES: Final[tuple[Status, ...]] = get_args(Status)

_UNFINISHED: Final = ("Scheduled", "Running")
_TIMEOUT_SECONDS: Final = 3600

Rows = list[list[dict[str, str]]]


@dataclass(slots=True)
class QueryRecord:
    """A query that was started, for the service to advance and for tests to read.

    `history` holds each status with the time (epoch seconds) it was entered; `upcoming` the
    statuses that polls will still see, of which the last one stays.
    """

    id: str
    request: dict[str, Any]
    rows: Rows
    statistics: dict[str, float]
    upcoming: list[Status]
    history: list[tuple[Status, float]] = field(default_factory=list)
    stopped: bool = False
    polls: int = 0

    @property
    def status(self) -> Status:
        return self.history[-1][0]

    @property
    def ended(self) -> bool:
        return self.status not in _UNFINISHED

    @property
    def statuses(self) -> Sequence[Status]:
        return [status for status, _ in self.history]

    def poll(self, now: float) -> None:
        """Shows the next status; the first poll shows the one the query was started with."""
        if self.polls and self.upcoming and not self.ended:
            self.enter(self.upcoming.pop(0), now)
        self.polls += 1

    def enter(self, status: Status, now: float) -> None:
        if not self.history or status != self.status:
            self.history.append((status, now))

    def expire(self, now: float) -> None:
        """AWS ends a query after 60 minutes."""
        if not self.ended and now - self.history[0][1] >= _TIMEOUT_SECONDS:
            self.enter("Timeout", now)

    def visible_rows(self) -> Rows:
        """All when complete; while running the first half, so that nobody takes it for all."""
        if self.status == "Complete":
            return self.rows
        return self.rows[: len(self.rows) // 2] if self.status == "Running" else []
