"""For how long nobody has read a publisher's slots, from check to check. Pure.

From 17 on pg_replication_slots.inactive_since says it as well, until the server restarts.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Self


@dataclass(frozen=True, slots=True)
class IdleSlot:
    """Unread for `seconds` at least; `confirmed` is its confirmed_flush_lsn, from LSN 0/0."""

    confirmed: float
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class IdleSlots:
    """Those of one publisher, by name; `publisher` is a hash of its address (`positions.hashed`).

    A slot that has moved between two checks was read, even if neither saw by whom.
    """

    by_name: Mapping[str, IdleSlot] = field(default_factory=dict)
    publisher: int = 0

    def gone_on(self, seconds: float, publisher: int, unread: Mapping[str, float]) -> Self:
        """`seconds` later these slots of that publisher are unread, confirmed so far."""
        before = self.aged(seconds).by_name if publisher == self.publisher else {}
        slots = {name: IdleSlot(confirmed) for name, confirmed in unread.items()}
        still = {
            name: before[name]
            for name, slot in slots.items()
            if name in before and before[name].confirmed == slot.confirmed
        }
        return type(self)(slots | still, publisher)

    def aged(self, seconds: float) -> Self:
        """`seconds` later, the publisher not seen: the next check that sees it finds what moved."""
        return replace(
            self,
            by_name={
                name: replace(slot, seconds=slot.seconds + seconds)
                for name, slot in self.by_name.items()
            },
        )

    def seconds_of(self, name: str) -> float:
        slot = self.by_name.get(name)
        return 0.0 if slot is None else slot.seconds
