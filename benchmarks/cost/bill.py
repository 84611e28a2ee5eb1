"""From measurements to dollars a month. Pure."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from benchmarks.cost import prices
from benchmarks.cost.measurements import Story, Use
from benchmarks.cost.template import Standing

HOURS: Final = 730
"""Of a month, as AWS's own examples count."""

GB: Final = 10**9

MB_OF_ONE_PROCESSOR: Final = 1_769
"""Memory that comes with one vCPU; less memory, less of it (Lambda guide, "Memory")."""

AT_ONCE: Final = 64
"""Clusters checked at the same time (functions.check_replication.check)."""

PARAMETER_CALL_SECONDS: Final = 0.02
LOOK_SECONDS: Final = 0.03
SLACK_REQUEST_SECONDS: Final = 0.25
SLACK_REQUESTS: Final = 4
"""Assumed, not measured: how long AWS, a database in the same region and Slack take to answer.

An alert with an attachment is four requests.
"""


@dataclass(frozen=True, slots=True)
class Plan:
    """So many clusters, checked every so many minutes."""

    clusters: int
    minutes: int

    @property
    def runs(self) -> float:
        """A month."""
        return HOURS * 60 / self.minutes


@dataclass(frozen=True, slots=True)
class Line:
    item: str
    dollars: float


def bill(
    plan: Plan, check: Use, healthy: Story, standing: Standing, memory_mb: int
) -> tuple[Line, ...]:
    """A month in which all is well; `check` is CheckReplication of the plan's clusters."""
    runs = plan.runs
    logs_gb = check.log_bytes * runs / GB
    return (
        Line("CloudWatch custom metrics", prices.of_metrics(check.metrics)),
        Line("KMS, passwords decrypted", prices.DECRYPTION.of(check.secrets * runs)),
        Line(
            "CloudWatch Logs, kept for 30 days",
            prices.LOG_INGESTION.of(logs_gb) + prices.LOG_STORAGE.of(logs_gb),
        ),
        Line("Lambda GB-seconds", invocation(check, memory_mb) * runs),
        Line("Lambda requests", prices.LAMBDA_REQUEST.of(runs)),
        Line("Step Functions transitions", prices.STATE_TRANSITION.of(healthy.transitions * runs)),
        Line("DynamoDB reads", prices.READ.of(healthy.reads * runs)),
        Line("X-Ray traces", prices.TRACE.of(runs)),
        Line("EventBridge Scheduler", prices.SCHEDULED_START.of(runs)),
        Line("Dashboard", prices.DASHBOARD.of(standing.dashboards)),
        Line("Alarms", prices.ALARM_METRIC.of(standing.alarm_metrics)),
    )


def total(lines: Iterable[Line]) -> float:
    return sum(line.dollars for line in lines)


def lambda_seconds(use: Use, memory_mb: int) -> float:
    """How long an invocation should take on Lambda with this memory.

    Computing takes longer by the share of a vCPU that comes with the memory; Python uses one at
    most. Waiting is assumed.
    """
    share = min(1.0, memory_mb / MB_OF_ONE_PROCESSOR)
    return use.cpu_seconds / share + _waiting(use)


def invocation(use: Use, memory_mb: int) -> float:
    """Dollars of GB-seconds for one invocation."""
    return prices.LAMBDA_GB_SECOND.of(lambda_seconds(use, memory_mb) * memory_mb / 1024)


def execution(story: Story, notify: Use, memory_mb: int) -> float:
    """Dollars of an execution without its check: transitions, tables, each call of Notify."""
    one = prices.LAMBDA_REQUEST.of(1) + invocation(notify, memory_mb)
    return (
        prices.STATE_TRANSITION.of(story.transitions)
        + prices.READ.of(story.reads + story.notified * notify.reads)
        + prices.WRITE.of(story.writes + story.notified * notify.writes)
        + story.notified * one
    )


def _waiting(use: Use) -> float:
    slack = 0 if use.clusters else SLACK_REQUESTS * SLACK_REQUEST_SECONDS
    looks = math.ceil(use.clusters / AT_ONCE) * LOOK_SECONDS
    return use.parameter_calls * PARAMETER_CALL_SECONDS + looks + slack
