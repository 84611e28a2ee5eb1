"""Start executions, wait for their end, read their history. Development only."""

import json
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from sandbox.aws.json_types import Json
from sandbox.patience import HANG_SECONDS

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient
    from mypy_boto3_stepfunctions.type_defs import DescribeExecutionOutputTypeDef

_POLL_SECONDS: Final = 0.02
_MAP_LEFT: Final = ("MapStateSucceeded", "MapStateFailed", "MapStateAborted", "MapStateExited")


class ExecutionStillRunningError(Exception):
    """An execution did not begin or end within the time allowed."""


@dataclass(frozen=True, slots=True)
class StateVisit:
    """One stay in a state.

    `duration_seconds` is None for a state that was never left (the execution failed in it);
    `map_index` is the iteration of the Map it belongs to; `error` the last one of the stay, caught
    and retried ones included.
    """

    name: str
    type: str
    entered_at: datetime
    duration_seconds: float | None = None
    map_index: int | None = None
    error: str | None = None


def start_execution(client: "SFNClient", arn: str, data: Json, name: str | None = None) -> str:
    """Start an execution of the state machine `arn` with `data` as its input; give its ARN."""
    text = json.dumps(data)
    if name is None:
        return client.start_execution(stateMachineArn=arn, input=text)["executionArn"]
    return client.start_execution(stateMachineArn=arn, input=text, name=name)["executionArn"]


def wait_for_end(
    client: "SFNClient", arn: str, timeout: float = HANG_SECONDS
) -> "DescribeExecutionOutputTypeDef":
    """DescribeExecution's answer once it has ended.

    Raises `ExecutionStillRunningError` after `timeout` seconds, naming the last states.
    """
    deadline = time.monotonic() + timeout
    while (description := client.describe_execution(executionArn=arn))["status"] == "RUNNING":
        if time.monotonic() > deadline:
            last = ", ".join(visit.name for visit in trace(client, arn)[-3:]) or "no state"
            raise ExecutionStillRunningError(f"{arn} runs after {timeout:g} s, last in: {last}")
        time.sleep(_POLL_SECONDS)
    return description


def stop_execution(client: "SFNClient", arn: str) -> None:
    """Stop an execution, as soon as it has begun: moto cannot stop one that it still parses."""
    deadline = time.monotonic() + HANG_SECONDS
    while not client.get_execution_history(executionArn=arn)["events"]:
        if time.monotonic() > deadline:
            raise ExecutionStillRunningError(f"{arn} has not begun within {HANG_SECONDS:g} s")
        time.sleep(_POLL_SECONDS)
    client.stop_execution(executionArn=arn)


def trace(client: "SFNClient", arn: str) -> list[StateVisit]:
    """The states an execution went through, in the order they were entered."""
    try:
        return visits(_history(client, arn))
    except client.exceptions.ClientError as error:
        # moto answers 500 if a task that was given up writes into the history meanwhile.
        if error.response["ResponseMetadata"]["HTTPStatusCode"] != HTTPStatus.INTERNAL_SERVER_ERROR:
            raise
        time.sleep(_POLL_SECONDS)
        return visits(_history(client, arn))


def _history(client: "SFNClient", arn: str) -> list[Mapping[str, Any]]:
    pages = client.get_paginator("get_execution_history").paginate(executionArn=arn)
    return [event for page in pages for event in page["events"]]


def visits(events: Iterable[Mapping[str, Json]]) -> list[StateVisit]:
    """The stays that the events of a history tell of; of a Map within a Map the inner index."""
    stays: list[StateVisit] = []
    iterations: dict[int, int | None] = {0: None}
    for event in events:
        index = _iteration(event, iterations[event["previousEventId"]])
        iterations[event["id"]] = index
        kind = event["type"]
        if kind.endswith("StateEntered"):
            name = event["stateEnteredEventDetails"]["name"]
            type_ = kind.removesuffix("StateEntered")
            stays.append(StateVisit(name, type_, event["timestamp"], map_index=index))
        elif kind.endswith("StateExited"):
            _leave(stays, event, index)
        elif (error := _error(event)) is not None:
            _fail(stays, error, index)
    return stays


def _iteration(event: Mapping[str, Json], previous: int | None) -> int | None:
    if event["type"] == "MapIterationStarted":
        return int(event["mapIterationStartedEventDetails"]["index"])
    return None if event["type"] in _MAP_LEFT else previous


def _leave(stays: list[StateVisit], event: Mapping[str, Json], index: int | None) -> None:
    name = event["stateExitedEventDetails"]["name"]
    for position in _open(stays, index):
        if stays[position].name == name:
            seconds = (event["timestamp"] - stays[position].entered_at).total_seconds()
            stays[position] = replace(stays[position], duration_seconds=seconds)
            return


def _fail(stays: list[StateVisit], error: str, index: int | None) -> None:
    for position in _open(stays, index):
        stays[position] = replace(stays[position], error=error)
        return


def _open(stays: list[StateVisit], index: int | None) -> Iterable[int]:
    """Positions of the stays not yet left in this iteration, the latest first."""
    for position in reversed(range(len(stays))):
        stay = stays[position]
        if stay.duration_seconds is None and stay.map_index == index:
            yield position


def _error(event: Mapping[str, Json]) -> str | None:
    for key, details in event.items():
        if key.endswith("EventDetails") and "error" in details:
            return str(details["error"])
    return None
