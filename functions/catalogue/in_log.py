"""How a cause shows in the subscriber's log, and how that log explains what the probe found."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import Enum, StrEnum, auto
from typing import Final

APPLYING: Final = ("apply_error", "worker_down", "worker_restarting")
"""What the probe finds where changes cannot be applied, whatever the reason."""

STOPPED: Final = (*APPLYING, "slot_missing", "slot_lost", "slot_busy", "publication_missing")
"""What it finds where the publisher gives nothing: of slots and publications it knows what the
watched publisher shows, the log what the subscription's own says."""

ANSWERED: Final = r"(?:could not [^:\n]+(?: \"[^\n]*\")?: (?:ERROR|FATAL):  )?"
"""Before what the publisher answered: it keeps its words but not its code (08006 or 08P01)."""

ANSWERED_STRICTLY: Final = r"(?:could not [^:\"\n]+(?: \"[^\"\n]*\")?: (?:ERROR|FATAL):  )?"
"""The same where names are read behind it: no name in quotes may pass for an answer."""

WORKER: Final = r"(?:[a-z ]+ worker for [^\n]*)?"
"""Before what a worker says of its connection (16 and later)."""

READ_LAST: Final = (
    # Behind "could not …" stands a name in quotes, which may hold the words of the others.
    "publisher_slots_exhausted",
    "slot_busy",
    "slot_lost",
    "slot_missing",
    "publication_missing",
    # What the publisher answered says more than that the connection failed.
    "publisher_auth_failed",
    "publisher_unreachable",
    # Anything may stand before its "violates".
    "constraint_violation",
)
"""Where the words of two causes can stand in one message: these are asked after all others, in this
order. A test finds the pairs."""


class Nature(StrEnum):
    PASSING = "passes by itself: nothing in the data or the schema is wrong"
    LASTING = "comes back at every attempt until somebody fixes it"


@dataclass(frozen=True, slots=True)
class InLog:
    """How the subscriber's log gives a cause, and what the probe may have called by another name.

    A cause is known by SQLSTATE, whole or by its class (two characters), where the line prefix has
    it and it says enough; else by `wordings`: regular expressions for the beginning of a message,
    in English, as on RDS, of PostgreSQL 13 to 18. `names` are for whole messages; their groups are
    keys of evidence, taken only from where PostgreSQL puts names (replication/logical/conflict.c,
    relation.c and worker.c, access/index/genam.c, 15 to 18). In both `.` is any character.
    `remarks` begin messages that PostgreSQL writes as LOG although somebody has to act.

    `sentence` has {change}, {table} and {error}. `behind` are the causes of the probe that this one
    takes the place of, `beside` those it only explains. `proves`: evidence that is true where
    a worker that the log names met it as an error.
    """

    sentence: str = ""
    behind: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    sqlstates: tuple[str, ...] = ()
    wordings: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    nature: Nature | None = None
    proves: tuple[str, ...] = ()
    comes_of: str | None = None
    """The cause that is meant instead where it was logged shortly before."""
    from_any_worker: bool = False
    """Logged by whoever wanted to start a worker, so it concerns every subscription, and says less
    than a worker's own error."""
    of_whole_server: bool = False
    """Logged by the postmaster: it concerns every subscription as well, and says less, too."""
    raised_by_any_trigger: bool = False
    """Every error from below the worker's own doing is this one, but for those that are..."""
    raised_by_triggers_too: bool = False
    """...the same wherever they come from."""

    @property
    def concerns_all(self) -> bool:
        """Whether it concerns every subscription, whoever logged it."""
        return self.from_any_worker or self.of_whole_server


NOT_LOGGED: Final = InLog()


class Errors(Enum):
    OF_APPLYING = auto()
    OF_COPYING = auto()
    REMARKS_ON_CONFLICTS = auto()


@dataclass(frozen=True, slots=True)
class Explained:
    """Which errors of the log explain a finding of the probe's, and until when.

    An error counts for ten minutes, since a worker that still fails does so every few seconds,
    unless it is `said_once`; one of applying, until the worker has started anew and not failed
    again. `at_its_beginning`: only if the finding began with it.
    """

    errors: Errors = Errors.OF_APPLYING
    said_once: bool = False
    at_its_beginning: bool = False
    asks_why: bool = False
    """It keeps its name: what the log says becomes its `reason`."""
    of_watched: AbstractSet[str] = frozenset()
    """Evidence from the watched publisher, which is another's where the log names another cause."""
