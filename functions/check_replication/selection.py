"""Which clusters an execution checks: all, those it names, or a shard of them. Pure."""

import zlib
from collections.abc import Mapping

from functions.check_replication.targets import Misconfigured, Target, target
from functions.execution_input import ExecutionInput, Shard
from functions.incidents.asked import MONITOR


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
        names = [name for name in names if _is_in(request.shard, name)]
    return [
        target(name, clusters[name], path) if name in clusters else _unconfigured(name, path)
        for name in names
    ]


def _is_in(shard: Shard, cluster: str) -> bool:
    """By a hash of the name, so that a cluster that comes or goes moves no other.

    In another shard the memory of it would be missing for a run. CRC-32 is the same everywhere and
    always, other than Python's own `hash`, and even enough for names that differ in a digit.
    """
    return zlib.crc32(cluster.encode(errors="surrogatepass")) % shard.of == shard.index


def _unconfigured(name: str, path: str) -> Misconfigured:
    return Misconfigured(name, (f"there are no parameters below {path}{name}/",))
