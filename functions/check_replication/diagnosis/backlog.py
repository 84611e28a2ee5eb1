"""How far a subscription is behind its publisher: bytes, and the age of the oldest change. Pure.

The messages' own times say nothing of it: they are stamped when they are sent, so that a slow
subscriber is sent fresh ones for ever. What is written and not yet confirmed lies between the
slot's confirmed_flush_lsn and the publisher's WAL position; its age comes from the positions of
earlier checks (`memory.positions`), to the interval of the checks.
"""

from dataclasses import dataclass
from typing import Final

from functions.check_replication.memory.positions import Positions
from functions.check_replication.publisher_snapshot import Slot
from functions.check_replication.targets import Limits

ORDINARY_BYTES: Final = 65_536
"""What a publisher that nobody writes to puts into its WAL before the subscriber confirms it."""


@dataclass(frozen=True, slots=True)
class Backlog:
    """`size` in bytes; `age_seconds` of the oldest change in it, or of one that is younger.

    `bytes_per_second`: by how much it grew since the last check, negative while it shrinks; None
    without one. `was_behind`: the last check found it too large or too old. `confirmed` is where
    it begins, from LSN 0/0.
    """

    confirmed: float
    size: float
    age_seconds: float
    age_is_at_least: bool = False
    bytes_per_second: float | None = None
    was_behind: bool = False

    @property
    def seconds_to_catch_up(self) -> float | None:
        rate = self.bytes_per_second
        return self.size / -rate if rate is not None and rate < 0 else None

    def is_too_much(self, limits: Limits) -> bool:
        """Beyond a limit, and not gone within it soon; once beyond, until it is well below."""
        share = 0.5 if self.was_behind else 1.0
        too_old = self.age_seconds > limits.lag_seconds * share and self.size > ORDINARY_BYTES
        most = limits.backlog_bytes
        too_large = most is not None and self.size > most * share
        if not (too_old or too_large):
            return False
        soon = self.seconds_to_catch_up
        return self.was_behind or soon is None or soon > limits.lag_seconds


@dataclass(frozen=True, slots=True)
class Before:
    """Its size at the last check, `seconds` ago, and whether that was too much."""

    seconds: float
    size: float | None = None
    was_behind: bool = False

    def rate(self, size: float) -> float | None:
        if self.size is None or self.seconds <= 0:
            return None
        return (size - self.size) / self.seconds


def measured(
    slot: Slot | None, wal_bytes: float, positions: Positions, before: Before
) -> Backlog | None:
    """None where its slot is not known."""
    if slot is None or slot.confirmed_bytes is None:
        return None
    confirmed = slot.confirmed_bytes
    size = max(wal_bytes - confirmed, 0.0)
    age, at_least = positions.age_of(confirmed)
    return Backlog(confirmed, size, age, at_least, before.rate(size), before.was_behind)
