"""Which clusters an execution checks: all, those it names, or a shard of them. Pure."""

from collections.abc import Mapping
from typing import Final

from functions.check_replication.execution_input import ExecutionInput
from functions.check_replication.targets import Misconfigured, Target, target

MONITOR: Final = "the monitor"
"""Stands for a cluster's name where the monitor speaks of itself, also in the state machine, whose
definition gets it from here; with its space no parameter's name can be taken for it."""


def select(
    clusters: Mapping[str, Mapping[str, str]], request: ExecutionInput, path: str
) -> list[Target | Misconfigured]:
    """Targets in the order of their names; a name without parameters is a misconfigured one."""
    if not clusters and request.clusters is None:
        return [
            Misconfigured(
                MONITOR,
                (f"no cluster has parameters below {path} (see the README, Configuration)",),
            )
        ]
    names = sorted(clusters) if request.clusters is None else list(request.clusters)
    if request.shard is not None:
        names = names[request.shard.index :: request.shard.of]
    return [
        target(name, clusters[name], path) if name in clusters else _unconfigured(name, path)
        for name in names
    ]


def _unconfigured(name: str, path: str) -> Misconfigured:
    return Misconfigured(name, (f"there are no parameters below {path}{name}/",))
