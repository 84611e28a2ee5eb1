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

RELAPSE_SECONDS: Final = 900.0
"""For how long another error is the same failure come back, after it had seemed to be over."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Errors, or ends of a worker that no error was counted for, since the last healthy run.

    `count` of them came in the last `age_seconds`, the latest `quiet_seconds` ago;
    `longest_gap_seconds` is the longest time between two (0: not known). `is_certain` is false for
    a worker's end that may have been an ordinary restart. `publisher_position` is the publisher's
    WAL position in bytes when the latest was seen, where it is known. `is_over`: kept in case it
    comes back.
    """

    count: int
    age_seconds: float
    quiet_seconds: float = 0.0
    longest_gap_seconds: float = 0.0
    is_certain: bool = True
    publisher_position: float | None = None
    is_over: bool = False

    @property
    def is_found(self) -> bool:
        """One restart may be anybody's doing, several are none's."""
        return not self.is_over and (self.is_certain or self.count > 1)

    @property
    def is_forgotten(self) -> bool:
        return self.is_over and self.quiet_seconds > RELAPSE_SECONDS

    @property
    def quiet_needed_seconds(self) -> float:
        """Twice the longest gap between two."""
        if not self.longest_gap_seconds:
            return UNKNOWN_GAP_QUIET_SECONDS
        return max(2 * self.longest_gap_seconds, LEAST_QUIET_SECONDS)

    def gone_on(self, new: Self) -> Self:
        """With what came since the run before, which is `new.age_seconds` ago."""
        return replace(
            new,
            count=self.count + new.count,
            age_seconds=self.age_seconds + new.age_seconds,
            longest_gap_seconds=self._longest_gap(new),
            is_certain=self.is_certain or new.is_certain,
        )

    def relapsed(self, new: Self) -> Self:
        """What came after it had seemed to be over; what is known of its gaps still holds."""
        return replace(new, longest_gap_seconds=self._longest_gap(new))

    def _longest_gap(self, new: Self) -> float:
        passed = self.quiet_seconds + new.age_seconds - new.quiet_seconds
        return max(self.longest_gap_seconds, passed / new.count)

    def been_quiet(self, seconds: float) -> Self:
        """None was seen for `seconds` more."""
        return replace(
            self,
            age_seconds=self.age_seconds + seconds,
            quiet_seconds=self.quiet_seconds + seconds,
        )
