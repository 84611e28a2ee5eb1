"""What a fault is. Development only."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from local.postgres.pair import Pair

VERSIONS: Final = frozenset({"15", "16", "17", "18"})


@dataclass(frozen=True, slots=True)
class Fault:
    """A way to break a pair, or, with `cause` None, to make it look odd while it is healthy.

    `cause` is the id the monitor must report in the end; `probe_cause` what it says before it has
    read the log, where that differs; `description` one sentence for a person. `parameters` are the
    monitor's, below the cluster's path, while it is broken; `watches_publisher` says that it shows
    on the publisher only, so those below `publisher/` must be set too; `without_publisher`
    that it shows where none of those is set. `versions` are the major
    versions that can show it. `pause_seconds`: after so long a check sees more than the last one.

    `break_` and `fix` raise `DeadlinePassedError` if what they wait for does not come.
    """

    name: str
    description: str
    cause: str | None
    break_: Callable[[Pair], None]
    fix: Callable[[Pair], None]
    probe_cause: str | None = None
    parameters: Mapping[str, str] = field(default_factory=dict)
    watches_publisher: bool = False
    without_publisher: bool = False
    versions: frozenset[str] = VERSIONS
    pause_seconds: float = 0.0
