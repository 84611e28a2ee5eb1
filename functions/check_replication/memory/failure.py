"""Something that was seen to fail, followed from run to run until it is over. Pure.

All times are durations added up from run to run, none is an instant: a clock that jumps cannot end
a failure.
"""

from dataclasses import dataclass, replace
from typing import Final, Self

UNKNOWN_GAP_QUIET_SECONDS: Final = 300.0
"""How long it must be quiet after a single error: nobody knows when the next one is due."""

LEAST_QUIET_SECONDS: Final = 30.0
"""How long at least, however quickly errors follow each other: the runs are not that exact."""

MOST_QUIET_SECONDS: Final = 900.0
"""How long at most where progress proves that it is over."""

REMEMBERED_SECONDS: Final = 3600.0
"""For how long another error is the same failure come back, or another end of the worker the next
of a row."""

_SEVERAL: Final = 3


@dataclass(frozen=True, slots=True)
class Failure:
    """Errors, or ends of a worker that no error was counted for, since the last healthy run.

    `count` of them came in the last `age_seconds`, the latest `quiet_seconds` ago;
    `longest_gap_seconds` is the longest time between two (0: not known). `is_certain` is false for
    a worker's end that may have been an ordinary restart. `publisher_position` is the publisher's
    WAL position in bytes when the latest was seen, where it is known. `is_over`: kept in case it
    comes back. `is_latest`: the last run saw one.
    """

    count: int
    age_seconds: float
    quiet_seconds: float = 0.0
    longest_gap_seconds: float = 0.0
    is_certain: bool = True
    publisher_position: float | None = None
    is_over: bool = False
    is_latest: bool = True

    @property
    def is_found(self) -> bool:
        return self.is_certain and not self.is_over

    @property
    def is_forgotten(self) -> bool:
        return not self.is_found and self.quiet_seconds > REMEMBERED_SECONDS

    @property
    def quiet_needed_seconds(self) -> float:
        """Twice the longest gap between two."""
        if not self.longest_gap_seconds:
            return UNKNOWN_GAP_QUIET_SECONDS
        return max(2 * self.longest_gap_seconds, LEAST_QUIET_SECONDS)

    @property
    def quiet_needed_after_progress_seconds(self) -> float:
        """What works between two errors is no proof that there is no next one."""
        return min(max(2 * self.longest_gap_seconds, LEAST_QUIET_SECONDS), MOST_QUIET_SECONDS)

    def gone_on(self, new: Self) -> Self:
        """With what came since the run before, which is `new.age_seconds` ago.

        One restart may be anybody's doing; two in five minutes or at two runs in a row are none's,
        nor are three in two hours.
        """
        passed = self.quiet_seconds + new.age_seconds - new.quiet_seconds
        gap = passed / new.count
        count = new.count if self.is_over else self.count + new.count
        several = gap <= UNKNOWN_GAP_QUIET_SECONDS or self.is_latest or count >= _SEVERAL
        return replace(
            new,
            count=count,
            age_seconds=new.age_seconds + (0.0 if self.is_over else self.age_seconds),
            longest_gap_seconds=max(self.longest_gap_seconds, gap),
            is_certain=self.is_certain or new.is_certain or several,
        )

    def been_quiet(self, seconds: float) -> Self:
        """None was seen for `seconds` more."""
        return replace(
            self,
            age_seconds=self.age_seconds + seconds,
            quiet_seconds=self.quiet_seconds + seconds,
            is_latest=False,
        )
