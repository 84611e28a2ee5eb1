"""Builds small state machines, runs them on the local AWS and gives back what came of them."""

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.aws import Clock, FakeFunctions, LocalAws
from sandbox.aws.executions import StateVisit, start_execution, trace, wait_for_end
from sandbox.aws.fake_functions import Answer
from sandbox.aws.gateway import Queries

FAST = 200.0


@dataclass(frozen=True)
class Run:
    """One execution that has ended; `output` is None unless it succeeded."""

    status: str
    output: Any
    error: str | None
    cause: str | None
    visits: list[StateVisit]
    events: list[dict[str, Any]]
    received: dict[str, list[Any]]
    clock: Clock

    @property
    def names(self) -> list[str]:
        return [visit.name for visit in self.visits]


def machine(**states: dict[str, Any]) -> dict[str, Any]:
    """A JSONata machine that starts in the first of `states`; one without Next is an end."""
    return {"QueryLanguage": "JSONata", **processor(**states)}


def processor(**states: dict[str, Any]) -> dict[str, Any]:
    """The inner machine of a Map."""
    for state in states.values():
        if state["Type"] not in ("Choice", "Fail", "Succeed") and "Next" not in state:
            state["End"] = True
    return {"StartAt": next(iter(states)), "States": states}


def invoke(function: str, payload: Any = None, **state: Any) -> dict[str, Any]:
    """A task that invokes a function."""
    arguments = {"FunctionName": function, "Payload": {} if payload is None else payload}
    resource = "arn:aws:states:::lambda:invoke"
    return {"Type": "Task", "Resource": resource, "Arguments": arguments, **state}


def sdk(action: str, arguments: Any, **state: Any) -> dict[str, Any]:
    """A task that calls an AWS API, `service:action`."""
    resource = f"arn:aws:states:::aws-sdk:{action}"
    return {"Type": "Task", "Resource": resource, "Arguments": arguments, **state}


def dynamodb(action: str, arguments: Any, **state: Any) -> dict[str, Any]:
    """A task of the optimized integration with DynamoDB."""
    resource = f"arn:aws:states:::dynamodb:{action}"
    return {"Type": "Task", "Resource": resource, "Arguments": arguments, **state}


def publish(arguments: Any, **state: Any) -> dict[str, Any]:
    """A task that publishes to an SNS topic."""
    resource = "arn:aws:states:::sns:publish"
    return {"Type": "Task", "Resource": resource, "Arguments": arguments, **state}


def emit(output: Any, **state: Any) -> dict[str, Any]:
    """A state whose output is `output`."""
    return {"Type": "Pass", "Output": output, **state}


def catch(*errors: str, to: str, **catcher: Any) -> list[dict[str, Any]]:
    return [{"ErrorEquals": list(errors), "Next": to, **catcher}]


def run(  # noqa: PLR0913  each has a default
    definition: Mapping[str, Any],
    data: Any = None,
    functions: Mapping[str, Answer] | None = None,
    *,
    queries: Queries | None = None,
    clock: Clock | None = None,
    without: Collection[str] = (),
    prepare: Callable[[LocalAws], None] | None = None,
) -> Run:
    """Execute `definition` with the input `data`; waits and retries are sped up by default."""
    fake = FakeFunctions(functions or {})
    clock = clock or Clock(speed=FAST)
    with LocalAws(fake, queries, clock, without) as aws:
        if prepare is not None:
            prepare(aws)
        client = aws.client("stepfunctions")
        machine_arn = aws.create_state_machine("machine", definition)
        arn = start_execution(client, machine_arn, {} if data is None else data)
        ended = wait_for_end(client, arn)
        return Run(
            status=ended["status"],
            output=json.loads(ended["output"]) if "output" in ended else None,
            error=ended.get("error"),
            cause=ended.get("cause"),
            visits=trace(client, arn),
            events=client.get_execution_history(executionArn=arn)["events"],
            received=fake.events,
            clock=clock,
        )
