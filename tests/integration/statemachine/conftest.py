"""The deployed definition in moto's interpreter; Lambdas are callables, time runs fast."""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from local.definition import filled_in
from sandbox.aws.executions import StateVisit, start_execution, trace, wait_for_end
from sandbox.aws.fake_functions import Answer, FakeFunctions
from sandbox.aws.moto_adapters import Clock, SimulatedClock
from sandbox.aws.simulation import LocalAws
from sandbox.logs.moto_events import MotoEvents
from sandbox.logs.queries import QueryService

logging.getLogger("moto.stepfunctions").setLevel(logging.CRITICAL)

INCIDENTS = "incidents"
LOG_GROUP = "/aws/rds/cluster/{}/postgresql"


def cluster(name: str = "sample-cluster", status: str = "unhealthy") -> dict[str, Any]:
    """One cluster of a report."""
    finding = {
        "cause": "apply_error",
        "severity": "critical",
        "subscription": "orders_sub",
        "summary": 'says "quoted" \\ and\nmore',
        "evidence": {"apply_error_count": 8},
    }
    return {
        "cluster": name,
        "status": status,
        "fingerprint": "3f0c",
        "log_groups": [LOG_GROUP.format(name)],
        "findings": [] if status == "healthy" else [finding],
    }


def report(*clusters: dict[str, Any]) -> dict[str, Any]:
    return {
        "checked_at": "2026-11-22T23:34:08Z",
        "healthy": all(one["status"] == "healthy" for one in clusters),
        "clusters": list(clusters),
    }


def posted(event: dict[str, Any]) -> dict[str, Any]:
    """What Notify answers when Slack took the message."""
    return {
        "delivered": True,
        "sent": True,
        "channel": "C1",
        "ts": "1700000000.000100",
        "causes": [found["cause"] for found in event["cluster"].get("findings", [])],
        "explained": True,
        "snippet": "posted",
    }


def undelivered(*, refused: bool = False, retry_after_seconds: int | None = None) -> dict[str, Any]:
    """What Notify answers when Slack did not."""
    return {
        "delivered": False,
        "error": "SlackRefusedError" if refused else "SlackUnavailableError",
        "problem": "Slack chat.postMessage: no_such_luck",
        "refused": refused,
        "retry_after_seconds": retry_after_seconds,
        "causes": ["apply_error"],
        "subject": "sample-cluster: orders_sub stopped",
        "text": "orders_sub stopped.\nRemedy: …",
    }


@dataclass(frozen=True)
class Run:
    """An execution that has ended."""

    description: dict[str, Any]
    visits: list[StateVisit]
    notified: list[dict[str, Any]]

    @property
    def status(self) -> str:
        return str(self.description["status"])

    @property
    def path(self) -> list[str]:
        return [visit.name for visit in self.visits]


class Machine:
    """The state machine with these two functions; `run` executes it once."""

    def __init__(
        self, check_replication: Answer, notify: Answer = posted, clock: Clock | None = None
    ) -> None:
        self.functions = FakeFunctions({"CheckReplication": check_replication, "Notify": notify})
        self.queries = QueryService(MotoEvents(LocalAws.account, LocalAws.region))
        self.clock = clock or Clock(speed=200)
        self.aws = LocalAws(self.functions, self.queries, self.clock)

    def create(self) -> None:
        for name in ("sample-cluster", "other"):
            group = LOG_GROUP.format(name)
            self.aws.client("logs").create_log_group(logGroupName=group)
        self.aws.client("logs").create_log_group(logGroupName="/aws/lambda/CheckReplication")
        self.aws.create_table(INCIDENTS, "cluster", "expires_at")
        self.topic = self.aws.create_topic("alerts")
        self.arn = self.aws.create_state_machine(
            "ReplicationMonitor",
            filled_in(
                {
                    "IncidentsTableName": INCIDENTS,
                    "AlertTopicArn": self.topic,
                    "CheckReplicationFunctionArn": self.aws.function_arn("CheckReplication"),
                    "CheckReplicationFunctionName": "CheckReplication",
                    "NotifyFunctionArn": self.aws.function_arn("Notify"),
                }
            ),
        )

    def run(self, input_: Any = None) -> Run:
        client = self.aws.client("stepfunctions")
        execution = start_execution(client, self.arn, {} if input_ is None else input_)
        description = wait_for_end(client, execution)
        return Run(dict(description), trace(client, execution), self.functions.events["Notify"])

    def start(self, input_: Any = None) -> str:
        """Start an execution and leave it running; its ARN."""
        client = self.aws.client("stepfunctions")
        return start_execution(client, self.arn, {} if input_ is None else input_)

    def minute(self, input_: Any = None) -> Run:
        """On a simulated clock: start an execution, and let a minute pass.

        It may still be running then, as one that waits for Slack is.
        """
        assert isinstance(self.clock, SimulatedClock)
        execution = self.start(input_)
        before = len(self.functions.events["Notify"])
        self.clock.run(timedelta(minutes=1))
        client = self.aws.client("stepfunctions")
        description = client.describe_execution(executionArn=execution)
        events = self.functions.events["Notify"][before:]
        return Run(dict(description), trace(client, execution), events)

    def incidents(self) -> dict[str, dict[str, Any]]:
        """The items of the table by cluster, as plain values."""
        items = self.aws.client("dynamodb").scan(TableName=INCIDENTS)["Items"]
        plain = [{key: _plain(value) for key, value in item.items()} for item in items]
        return {item["cluster"]: item for item in plain}

    @property
    def published(self) -> list[tuple[str, str]]:
        """Subject and text of what was published to the topic."""
        return self.aws.published(self.topic)


def _plain(attribute: dict[str, Any]) -> Any:
    ((kind, value),) = attribute.items()
    if kind == "N":
        return int(value)
    return [_plain(one) for one in value] if kind == "L" else value


MakeMachine = Callable[..., Machine]


@pytest.fixture
def machine() -> Iterator[MakeMachine]:
    """Make one machine a test, from the answers of its functions."""
    made: list[Machine] = []

    def make(
        check_replication: Answer, notify: Answer = posted, clock: Clock | None = None
    ) -> Machine:
        one = Machine(check_replication, notify, clock)
        one.aws.__enter__()
        made.append(one)
        one.create()
        return one

    yield make
    for one in made:
        one.aws.__exit__(None, None, None)
