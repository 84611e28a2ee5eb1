"""A cluster that was checked, and what the last checks left for that. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from functions.check_replication.diagnosis import Lag
from functions.check_replication.memory.remembered import RememberedCluster
from functions.check_replication.targets import Misconfigured, Target
from functions.report import ClusterReport


@dataclass(frozen=True, slots=True)
class Checked:
    """A cluster's verdict, and how far behind each of its subscriptions is.

    `measures_subscriptions`: they have metrics of their own.
    `remembered` is what the next check will want to know; of a cluster that could not be checked,
    what was known before. `has_memory`: it was compared with checks that reach back far enough.
    """

    report: ClusterReport
    lags: tuple[Lag, ...] = ()
    measures_subscriptions: bool = False
    remembered: RememberedCluster | None = None
    has_memory: bool = False


@dataclass(frozen=True, slots=True)
class Memory:
    """What the last checks left, by cluster; `now` is the monitor's clock, to compare with."""

    clusters: Mapping[str, RememberedCluster]
    now: datetime

    def of(self, target: Target | Misconfigured) -> RememberedCluster | None:
        return self.clusters.get(target.cluster)
