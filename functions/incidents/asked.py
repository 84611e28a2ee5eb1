"""What a run was asked to check: the name of its incident if it fails, and whose it ends. Pure."""

import hashlib
import json
from dataclasses import dataclass
from typing import Any, Final, Self

from functions.execution_input import ExecutionInput, Shard

MONITOR: Final = "the monitor"
"""Stands for a cluster's name where the monitor speaks of itself, also in the state machine, whose
definition gets it from here; with its space no parameter's name can be taken for it."""

_NAMED: Final = 3
_NAME_CHARACTERS: Final = 63
"""Of a cluster's name, as Aurora allows; an input allows anything."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The clusters and the shard of an execution's input; None is all of them."""

    clusters: tuple[str, ...] | None = None
    shard: Shard | None = None

    @property
    def monitor(self) -> str:
        """What the monitor's own incident is called, the key of its item.

        `the monitor`, `the monitor (shard 1 of 4)`, `the monitor (a, b)`, or of more than three
        names `the monitor (a, b and 3 more, 5f3a9c21)`, with a hash of them all.
        """
        parts = [*self._names(), *self._shard()]
        return f"{MONITOR} ({', '.join(parts)})" if parts else MONITOR

    def covers(self, other: "Asked") -> bool:
        """Whether what a run of this checks is all that a run of the other would."""
        return self.shard in {None, other.shard} and (
            self.clusters is None
            or (other.clusters is not None and set(other.clusters) <= set(self.clusters))
        )

    def _names(self) -> list[str]:
        if self.clusters is None:
            return []
        names = sorted(set(self.clusters))
        shown = [name[:_NAME_CHARACTERS] for name in names[:_NAMED]]
        if shown == names:
            return shown
        digest = hashlib.sha256(json.dumps(names).encode()).hexdigest()[:8]
        if len(names) > _NAMED:
            shown = [shown[0], f"{shown[1]} and {len(names) - 2} more"]
        return [*shown, digest]

    def _shard(self) -> list[str]:
        return [] if self.shard is None else [f"shard {self.shard.index} of {self.shard.of}"]

    def to_json(self) -> dict[str, Any]:
        """The keys as an execution's input has them; `{}` is everything."""
        document: dict[str, Any] = {}
        if self.clusters is not None:
            document["clusters"] = list(self.clusters)
        if self.shard is not None:
            document["shard"] = {"index": self.shard.index, "of": self.shard.of}
        return document

    @classmethod
    def from_json(cls, document: object) -> Self:
        """Read the two keys of an input; raises `InvalidInput` if it is none."""
        return cls.of(ExecutionInput.from_event(document))

    @classmethod
    def of(cls, request: ExecutionInput) -> Self:
        return cls(request.clusters, request.shard)


EVERYTHING: Final = Asked()


def is_monitor(cluster: str) -> bool:
    """Whether an item of this key is the monitor's own incident."""
    return cluster == MONITOR or cluster.startswith(f"{MONITOR} (")
