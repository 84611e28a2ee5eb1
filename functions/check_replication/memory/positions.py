"""Where a publisher's WAL was at earlier checks: what turns a position into an age. Pure."""

import zlib
from dataclasses import dataclass, replace
from typing import Final, Self

MOST_POINTS: Final = 8
"""Of a publisher; further ones take the place of those that say least."""


def hashed(address: str) -> int:
    """Of a publisher, the same at every run."""
    return zlib.crc32(address.encode())


@dataclass(frozen=True, slots=True)
class Point:
    """`age_seconds` before the latest check, the publisher had written `position` bytes of WAL."""

    age_seconds: float
    position: float


@dataclass(frozen=True, slots=True)
class Positions:
    """Points of one publisher, the oldest first; the last is that of the latest answer it gave.

    `lost_position`: the WAL once reached so far, and went back since; None once it is there again.
    `publisher` is a hash of its address (`hashed`): those of another one say nothing.
    """

    points: tuple[Point, ...] = ()
    lost_position: float | None = None
    publisher: int = 0

    def passed(self, seconds: float) -> Self:
        """`seconds` later, and nobody knows where the publisher is."""
        return replace(
            self,
            points=tuple(
                Point(point.age_seconds + seconds, point.position) for point in self.points
            ),
        )

    @property
    def latest(self) -> float:
        return self.points[-1].position

    def gone_on(self, seconds: float, publisher: int, position: float) -> Self:
        """`seconds` later that publisher is at `position`."""
        now = Point(0.0, position)
        if not self.points or publisher != self.publisher:
            return type(self)((now,), None, publisher)
        if position < self.latest:
            return type(self)((now,), max(self.latest, self.lost_position or 0.0), publisher)
        aged = self.passed(seconds).points
        is_there_again = self.lost_position is None or position >= self.lost_position
        lost_position = None if is_there_again else self.lost_position
        return type(self)(_thinned((*aged, now)), lost_position, publisher)

    def needed_from(self, confirmed: float) -> Self:
        """Without the points that say nothing of what lies behind `confirmed`."""
        begin = max(
            (index for index, point in enumerate(self.points) if point.position <= confirmed),
            default=0,
        )
        return replace(self, points=self.points[begin:])

    def age_of(self, confirmed: float) -> tuple[float, bool]:
        """How long ago the WAL behind `confirmed` was written, and whether it is that at least.

        Between two checks it is taken to have been written evenly.
        """
        if confirmed >= self.latest:
            return 0.0, False
        before = [point for point in self.points if point.position <= confirmed]
        if not before:
            return self.points[0].age_seconds, True
        older = before[-1]
        newer = self.points[len(before)]
        share = (confirmed - older.position) / (newer.position - older.position)
        return older.age_seconds - share * (older.age_seconds - newer.age_seconds), False


def _thinned(points: tuple[Point, ...]) -> tuple[Point, ...]:
    """Without the one whose neighbours are nearest to each other, for their age."""
    if len(points) <= MOST_POINTS:
        return points
    gaps = {
        (points[index - 1].age_seconds - points[index + 1].age_seconds)
        / (points[index - 1].age_seconds or 1.0): index
        for index in range(1, len(points) - 1)
    }
    least = gaps[min(gaps)]
    return points[:least] + points[least + 1 :]
