"""What a fault is. Development only."""

from collections.abc import Callable
from dataclasses import dataclass

from local.postgres.pair import Pair


@dataclass(frozen=True, slots=True)
class Fault:
    """`cause` is the id the monitor must report; `description` one sentence for a person.

    `break_` and `mend` raise `DeadlinePassedError` if what they wait for does not come.
    """

    name: str
    description: str
    cause: str
    break_: Callable[[Pair], None]
    mend: Callable[[Pair], None]
