"""State transitions: the deployed definition in the interpreter, its functions as callables.

A transition is a state that is entered (AWS counts each step that is executed), those of the Map's
iterations included.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from benchmarks.cost.measurements import Story
from benchmarks.cost.metered import READS, WRITES
from benchmarks.cost.stories import (
    CHANGED,
    HEALTHY,
    HEALTHY_MANY,
    OPENED,
    QUIET,
    REMINDER,
    RESOLVED,
    SLACK_DOWN,
    TEN_OPENED,
)
from functions.report import ClusterReport, Finding, Status, report
from local.deployment import deploy, functions
from sandbox.aws.executions import start_execution, trace
from sandbox.aws.fake_functions import FakeFunctions
from sandbox.aws.moto_adapters import SimulatedClock
from sandbox.aws.simulation import LocalAws
from sandbox.logs.moto_events import MotoEvents
from sandbox.logs.queries import QueryService

_START: Final = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)


_TOLD: Final = {
    "delivered": True,
    "sent": True,
    "channel": "C1",
    "ts": "1700000000.000100",
    "snippet": "none",
    "explained": True,
}
_DOWN: Final = {
    "delivered": False,
    "error": "SlackUnavailableError",
    "problem": "Slack is down",
    "refused": False,
    "retry_after_seconds": None,
    "text": "the alert",
    "subject": "an alert",
}


def stories() -> list[Story]:
    """One after the other, as an outage goes; then the larger ones, each on its own."""
    with _machine() as machine:
        outage = [
            machine.run(HEALTHY, _clusters(1)),
            machine.run(OPENED, _clusters(1, "apply_error")),
            machine.run(QUIET, _clusters(1, "apply_error")),
            machine.run(CHANGED, _clusters(1, "subscription_disabled")),
            machine.run(REMINDER, _clusters(1, "subscription_disabled"), minutes_later=61),
            machine.run(RESOLVED, _clusters(1)),
        ]
    with _machine() as machine:
        many = machine.run(HEALTHY_MANY, _clusters(1_000))
    with _machine() as machine:
        ten = machine.run(TEN_OPENED, _clusters(10, "apply_error"))
    with _machine() as machine:
        machine.slack_is_down = True
        down = machine.run(SLACK_DOWN, _clusters(1, "apply_error"), lasts=timedelta(minutes=20))
    return [outage[0], many, *outage[1:], ten, down]


class _Machine:
    """The state machine; `aws` is entered by whoever made it."""

    def __init__(self) -> None:
        self.slack_is_down = False
        self._report: dict[str, Any] = {}
        self._clock = SimulatedClock(_START)
        answers = {"CheckReplication": lambda _: self._report, "Notify": self._notify}
        queries = QueryService(MotoEvents(LocalAws.account, LocalAws.region))
        fakes = FakeFunctions(answers)
        self._notified = fakes.events["Notify"]
        self.aws = LocalAws(fakes, queries, self._clock)
        self._arn = ""

    def create(self) -> None:
        for cluster in _clusters(10):
            self.aws.client("logs").create_log_group(logGroupName=cluster.log_groups[0])
        self._arn = deploy(self.aws, functions({}))

    def run(
        self,
        name: str,
        clusters: list[ClusterReport],
        minutes_later: int = 0,
        lasts: timedelta = timedelta(minutes=1),
    ) -> Story:
        """Execute once with this outcome of the check."""
        self._clock.run(timedelta(minutes=minutes_later))
        self._report = report(clusters, self._clock.now())
        calls, told = len(self.aws.gateway.calls), len(self._notified)
        client = self.aws.client("stepfunctions")
        execution = start_execution(client, self._arn, {})
        self._clock.run(lasts)
        actions = [call.action for call in self.aws.gateway.calls[calls:]]
        return Story(
            name,
            transitions=len(trace(client, execution)),
            notified=len(self._notified) - told,
            reads=sum(action in READS for action in actions),
            writes=sum(action in WRITES for action in actions),
        )

    def _notify(self, event: dict[str, Any]) -> dict[str, Any]:
        """As `functions.notify.notification`."""
        causes = [finding["cause"] for finding in event["cluster"]["findings"]]
        return {**(_DOWN if self.slack_is_down else _TOLD), "causes": causes}


@contextmanager
def _machine() -> Iterator[_Machine]:
    machine = _Machine()
    with machine.aws:
        machine.create()
        yield machine


def _clusters(number: int, cause: str | None = None) -> list[ClusterReport]:
    """So many clusters, each with the same finding or with none."""
    findings = (Finding(cause, "A sentence.", "orders_sub"),) if cause else ()
    return [
        ClusterReport(
            cluster=f"cluster-{index:04}",
            status=Status.UNHEALTHY if cause else Status.HEALTHY,
            log_groups=(f"/aws/rds/cluster/cluster-{index:04}/postgresql",),
            findings=findings,
        )
        for index in range(number)
    ]
