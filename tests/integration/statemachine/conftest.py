"""The deployed definition in moto's interpreter; Lambdas are callables, time runs fast."""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from local.aws.executions import StateVisit, start_execution, trace, wait_for_end
from local.aws.fake_functions import Answer, FakeFunctions
from local.aws.moto_adapters import Clock
from local.aws.simulation import LocalAws
from local.definition import filled_in
from local.logs.moto_events import MotoEvents
from local.logs.queries import QueryService

logging.getLogger("moto.stepfunctions").setLevel(logging.CRITICAL)

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
    """What Notify answers."""
    return {
        "channel": "C1",
        "ts": "1700000000.000100",
        "causes": [found["cause"] for found in event["cluster"].get("findings", [])],
        "snippet": "posted",
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

    def __init__(self, check_replication: Answer, notify: Answer = posted) -> None:
        self.functions = FakeFunctions({"CheckReplication": check_replication, "Notify": notify})
        self.queries = QueryService(MotoEvents(LocalAws.account, LocalAws.region))
        self.clock = Clock(speed=200)
        self.aws = LocalAws(self.functions, self.queries, self.clock)

    def create(self) -> None:
        for name in ("sample-cluster", "other"):
            group = LOG_GROUP.format(name)
            self.aws.client("logs").create_log_group(logGroupName=group)
        self.aws.client("logs").create_log_group(logGroupName="/aws/lambda/CheckReplication")
        self.arn = self.aws.create_state_machine(
            "ReplicationMonitor",
            filled_in(
                {
                    "CheckReplicationFunctionArn": self.aws.function_arn("CheckReplication"),
                    "CheckReplicationFunctionName": "CheckReplication",
                    "NotifyFunctionArn": self.aws.function_arn("Notify"),
                }
            ),
        )

    def run(self, input_: Any = None) -> Run:
        client = self.aws.client("stepfunctions")
        execution = start_execution(client, self.arn, {} if input_ is None else input_)
        description = wait_for_end(client, execution, timeout=60)
        return Run(dict(description), trace(client, execution), self.functions.events["Notify"])


MakeMachine = Callable[..., Machine]


@pytest.fixture
def machine() -> Iterator[MakeMachine]:
    """Make one machine a test, from the answers of its functions."""
    made: list[Machine] = []

    def make(check_replication: Answer, notify: Answer = posted) -> Machine:
        one = Machine(check_replication, notify)
        one.aws.__enter__()
        made.append(one)
        one.create()
        return one

    yield make
    for one in made:
        one.aws.__exit__(None, None, None)
