"""From counts to dollars. Pure."""

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.cost.counts import HEALTHY, Check, Counts, Story

HOURS: Final = 730
"""Of a month, as AWS's own examples count."""

GB: Final = 10**9

MB_OF_ONE_PROCESSOR: Final = 1_769
"""Memory that comes with one vCPU; less memory, less of it (Lambda guide, "Memory")."""

AT_ONCE: Final = 64
"""Clusters checked at the same time (functions.check_replication.check)."""

PARAMETER_CALL_SECONDS: Final = 0.02
DATABASE_SECONDS: Final = 0.03
NOTIFY_SECONDS: Final = 1.0
"""Assumed, not measured: how long AWS and a database in the same region take, and Notify in all."""

READ_UNIT_BYTES: Final = 4 * 1024
WRITE_UNIT_BYTES: Final = 1024
"""What a consistent read and a write take of an item for each unit, begun ones too."""

METRIC_TIERS: Final = ((10_000, "metric_1"), (240_000, "metric_2"))


@dataclass(frozen=True, slots=True)
class Price:
    """`dollars` for `amount` of `unit`; `page` is the address of AWS's page below aws.amazon.com.

    `seen` says where the figure was found.
    """

    service: str
    dollars: float
    amount: int
    unit: str
    page: str
    seen: str

    def of(self, units: float) -> float:
        """Dollars for so many units."""
        return units * self.dollars / self.amount

    def __str__(self) -> str:
        """Such as "$0.50 per GB"."""
        cents = f"{self.dollars:.2f}"
        exact = cents if float(cents) == self.dollars else f"{self.dollars:g}"
        return f"${exact} per {'' if self.amount == 1 else f'{self.amount:,} '}{self.unit}"


_DOCUMENT: Final = tomllib.loads(Path(__file__).with_name("prices.toml").read_text())
AS_OF: Final[str] = _DOCUMENT["as_of"]
REGION: Final[str] = _DOCUMENT["region"]
PRICES: Final[Mapping[str, Price]] = {
    name: Price(**price) for name, price in _DOCUMENT["prices"].items()
}


class TooManyMetricsError(Exception):
    """More metrics than the tiers of prices.toml have room for."""


@dataclass(frozen=True, slots=True)
class Plan:
    """So many clusters, checked every so many minutes."""

    clusters: int
    minutes: int

    @property
    def runs(self) -> float:
        """A month."""
        return HOURS * 60 / self.minutes


def bill(counts: Counts, plan: Plan) -> dict[str, float]:
    """Dollars by item of a month in which all is well."""
    check, healthy, runs = counts.check(plan.clusters), counts.story(HEALTHY), plan.runs
    logs_gb = check.log_bytes * runs / GB
    memory = check.memory_bytes
    return {
        "CloudWatch custom metrics": metrics(check.metrics),
        "KMS, passwords decrypted": _of("decryption", (check.clusters + 1) * runs),
        "CloudWatch Logs, kept for 30 days": _of("log_gb", logs_gb) + _of("log_gb_kept", logs_gb),
        "Lambda GB-seconds": gb_seconds(check_seconds(check, counts.memory_mb), counts) * runs,
        "Lambda requests": _of("lambda_request", runs),
        "Step Functions transitions": _of("state_transition", healthy.transitions * runs),
        "DynamoDB reads": _of("read", read_units(memory) * runs),
        "DynamoDB writes": _of("write", write_units(memory) * runs),
        "X-Ray traces": _of("trace", runs),
        "EventBridge Scheduler": _of("scheduled_start", runs),
        "Dashboard": _of("dashboard", counts.dashboards),
        "Alarms": _of("alarm_metric", counts.alarm_metrics),
    }


def execution(counts: Counts, story: Story) -> float:
    """Dollars of an execution without its check: transitions, the incidents table, Notify."""
    notify = _of("lambda_request", 1) + gb_seconds(NOTIFY_SECONDS, counts)
    memory = counts.check(story.clusters).memory_bytes
    return (
        _of("state_transition", story.transitions)
        + _of("read", story.reads - 1 + read_units(memory))
        + _of("write", story.writes - 1 + write_units(memory))
        + story.notified * notify
    )


def read_units(size: int) -> int:
    """Of one consistent read of so many bytes."""
    return math.ceil(size / READ_UNIT_BYTES)


def write_units(size: int) -> int:
    """Of one write of so many bytes."""
    return math.ceil(size / WRITE_UNIT_BYTES)


def single_lambda(counts: Counts, plan: Plan) -> float:
    """Dollars a month of the article's Lambdas: one for each cluster, as long as our check of one.

    It knows no log of its own, no metrics and no incidents.
    """
    one = gb_seconds(check_seconds(counts.check(1), counts.memory_mb), counts)
    return plan.clusters * plan.runs * (_of("lambda_request", 1) + one)


def check_seconds(check: Check, memory_mb: int) -> float:
    """How long a check should take on Lambda with this memory.

    Computing takes longer by the share of a vCPU that comes with the memory; Python uses one at
    most. Waiting is assumed.
    """
    share = min(1.0, memory_mb / MB_OF_ONE_PROCESSOR)
    rounds = math.ceil(check.clusters / AT_ONCE)
    waiting = check.parameter_calls * PARAMETER_CALL_SECONDS + rounds * DATABASE_SECONDS
    return check.processor_seconds / share + waiting


def gb_seconds(seconds: float, counts: Counts) -> float:
    """Dollars of an invocation that takes so long."""
    return _of("lambda_gb_second", seconds * counts.memory_mb / 1024)


def metrics(number: int) -> float:
    """Dollars a month for so many custom metrics, tier by tier. Raises `TooManyMetricsError`."""
    left, dollars = number, 0.0
    for room, name in METRIC_TIERS:
        taken = min(left, room)
        dollars += _of(name, taken)
        left -= taken
    if left:
        raise TooManyMetricsError(f"{number:,} metrics: add CloudWatch's next tier")
    return dollars


def _of(name: str, units: float) -> float:
    return PRICES[name].of(units)
