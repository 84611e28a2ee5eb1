"""The deployed definition in moto's interpreter; Lambdas are callables, time runs fast."""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from functions.check_replication.answer import answer
from functions.check_replication.checked import Checked
from functions.incidents.monitor import decide_failed_check
from functions.report import ClusterReport
from local.definition import filled_in
from sandbox.aws.executions import StateVisit, start_execution, trace, wait_for_end
from sandbox.aws.fake_functions import Answer, FakeFunctions
from sandbox.aws.moto_adapters import Clock, SimulatedClock
from sandbox.aws.simulation import LocalAws
from sandbox.logs.moto_events import MotoEvents
from sandbox.logs.queries import QueryService

logging.getLogger("moto.stepfunctions").setLevel(logging.CRITICAL)

INCIDENTS = "incidents"
MEMORY_OF = "the memory of "
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
    document = {
        "cluster": name,
        "status": status,
        "log_groups": [LOG_GROUP.format(name)],
        "findings": [] if status == "healthy" else [finding],
    }
    return ClusterReport.from_json(document).to_json()


FINGERPRINT: str = cluster()["fingerprint"]


def report(*clusters: dict[str, Any]) -> dict[str, Any]:
    """What a check found; what is to be done about it is decided when it is asked for."""
    return {"clusters": list(clusters)}


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
    """The state machine with these two functions; `run` executes it once.

    What `check_replication` reports is decided about as in the real functions, and so is a check
    that fails; an answer that is no `report` is given as it is.
    """

    def __init__(
        self, check_replication: Answer, notify: Answer = posted, clock: Clock | None = None
    ) -> None:
        self._check_replication, self._notify = check_replication, notify
        self.functions = FakeFunctions(
            {"CheckReplication": self._checked, "Notify": self._notified_or_decided}
        )
        self.queries = QueryService(MotoEvents(LocalAws.account, LocalAws.region))
        self.clock = clock or Clock(speed=200)
        self.aws = LocalAws(self.functions, self.queries, self.clock)

    def _checked(self, event: dict[str, Any]) -> Any:
        found = self._check_replication(event)
        if not isinstance(found, dict) or found.keys() != {"clusters"}:
            return found
        reports = map(ClusterReport.from_json, found["clusters"])
        checked = [Checked(report, has_memory=True) for report in reports]
        answered = answer(event, checked, self.clock.now())
        if answered.get("memory") is None:
            return answered
        return answered | {"memory": f"what {event['execution']['id']} saw"}

    def _notified_or_decided(self, event: dict[str, Any]) -> Any:
        if "decide" in event:
            return decide_failed_check(event["decide"], self.clock.now())
        return self._notify(event)

    @property
    def notified(self) -> list[dict[str, Any]]:
        """The events with which Notify was to notify, of all executions."""
        return [event for event in self.functions.events["Notify"] if "decide" not in event]

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
        return Run(dict(description), trace(client, execution), self.notified)

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
        before = len(self.notified)
        self.clock.run(timedelta(minutes=1))
        client = self.aws.client("stepfunctions")
        description = client.describe_execution(executionArn=execution)
        return Run(dict(description), trace(client, execution), self.notified[before:])

    def incidents(self) -> dict[str, dict[str, Any]]:
        """The items of the table by cluster, as plain values."""
        return {
            name: item for name, item in self._items().items() if not name.startswith(MEMORY_OF)
        }

    def memories(self) -> dict[str, dict[str, Any]]:
        """What is remembered, by what of."""
        items = self._items().items()
        return {
            name.removeprefix(MEMORY_OF): item for name, item in items if name.startswith(MEMORY_OF)
        }

    def put(self, item: dict[str, Any]) -> None:
        """Write an item, in DynamoDB's types, past the state machine."""
        self.aws.client("dynamodb").put_item(TableName=INCIDENTS, Item=item)

    def _items(self) -> dict[str, dict[str, Any]]:
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
    return [_plain(element) for element in value] if kind == "L" else value


MakeMachine = Callable[..., Machine]


@pytest.fixture
def machine() -> Iterator[MakeMachine]:
    """Make one machine a test, from the answers of its functions."""
    made: list[Machine] = []

    def make(
        check_replication: Answer, notify: Answer = posted, clock: Clock | None = None
    ) -> Machine:
        created = Machine(check_replication, notify, clock)
        created.aws.__enter__()
        made.append(created)
        created.create()
        return created

    yield make
    for created in made:
        created.aws.__exit__(None, None, None)
