"""What an execution may be started with, and the window of time it reads logs of."""

from datetime import datetime
from typing import Any

import pytest

from functions.execution_input import ExecutionInput
from tests.events import EVENTBRIDGE_EVENT
from tests.integration.statemachine.conftest import MakeMachine, cluster, report


def check(event: dict[str, Any]) -> dict[str, Any]:
    """Reads the input as CheckReplication does, and finds one cluster of two broken."""
    ExecutionInput.from_event(event)
    return report(cluster("other", "healthy"), cluster())


@pytest.mark.parametrize(
    "input_",
    [
        pytest.param({}, id="nothing"),
        pytest.param({"Comment": "Insert your JSON here"}, id="console's default"),
        pytest.param(EVENTBRIDGE_EVENT, id="raw EventBridge event"),
        pytest.param({"scheduled_time": "2026-11-22T23:34:00Z"}, id="Scheduler payload"),
        pytest.param({"clusters": ["sample-cluster"]}, id="clusters"),
    ],
)
def test_these_inputs_start_a_check(machine: MakeMachine, input_: dict[str, Any]) -> None:
    made = machine(check)
    run = made.run(input_)
    (event,) = made.functions.events["CheckReplication"]
    assert "SUCCEEDED" == run.status, run.description.get("cause")
    assert ["sample-cluster"] == [event["cluster"]["cluster"] for event in run.notified]
    added = {"execution", "remembered", "incidents"}
    assert input_ == {key: value for key, value in event.items() if key not in added}
    assert added <= event.keys()
    assert run.description["executionArn"] == event["execution"]["id"]


@pytest.mark.parametrize(
    ("input_", "key", "came"),
    [
        pytest.param({"clusters": "a"}, '"clusters"', '"a"', id="clusters"),
        pytest.param({"lookback_minutes": "x"}, '"lookback_minutes"', '"x"', id="lookback"),
        pytest.param({"force_notify": 1}, '"force_notify"', "1", id="force_notify"),
        pytest.param({"shard": [0, 4]}, '"shard"', "[0, 4]", id="shard"),
        pytest.param({"shard": "x"}, '"shard"', '"x"', id="shard a string"),
        pytest.param({"shard": {"index": {"a": [1]}}}, '"shard"', '{"index"', id="an odd shard"),
        pytest.param({"clusters": 3}, '"clusters"', "3", id="clusters a number"),
        pytest.param({"clusters": []}, '"clusters"', "[]", id="no clusters"),
        pytest.param("hello", "the execution input", '"hello"', id="a string"),
        pytest.param([], "the execution input", "[]", id="a list"),
        pytest.param([{"shard": 1}], "the execution input", "[{", id="a list of objects"),
        pytest.param(3, "the execution input", "3", id="a number"),
    ],
)
def test_a_wrong_input_fails_the_execution_by_name(
    machine: MakeMachine, input_: Any, key: str, came: str
) -> None:
    run = machine(check).run(input_)
    assert ("FAILED", "InvalidInput") == (run.status, run.description["error"])
    assert run.description["cause"].startswith(f"{key} must be ")
    assert f"it is {came}" in run.description["cause"]
    assert ["ReadIncidents", "CheckReplication", "RejectInput"] == run.path


@pytest.mark.parametrize("input_", [{"clusters": 3}, {"shard": "x"}, "hello", []])
def test_a_wrong_input_is_rejected_without_the_incidents_too(
    machine: MakeMachine, input_: Any
) -> None:
    made = machine(check)
    made.aws.gateway.fail("dynamodb", "Scan", status=400, code="AccessDeniedException")
    run = made.run(input_)
    assert ("FAILED", "InvalidInput") == (run.status, run.description["error"])
    assert ["ReadIncidents", "CheckWithoutMemory", "RejectInput"] == run.path


@pytest.mark.parametrize(
    ("input_", "minutes"),
    [
        pytest.param({}, 30, id="default"),
        pytest.param({"lookback_minutes": 5}, 5, id="asked for"),
    ],
)
def test_the_window_of_the_log_query_ends_now_and_begins_that_many_minutes_ago(
    machine: MakeMachine, input_: dict[str, Any], minutes: int
) -> None:
    """Also when CheckReplication fails: the state machine computes it."""

    def fails(_: object) -> None:
        raise RuntimeError

    made = machine(fails)
    made.run(input_)
    run = made.run(input_)
    request = made.queries.requests[0].request
    started = datetime.fromisoformat(run.notified[0]["execution"]["started_at"])
    assert int(started.timestamp()) - minutes * 60 == request["startTime"]
    assert 0 <= request["endTime"] - int(started.timestamp()) <= 30
    assert minutes == run.notified[0]["query"]["lookback_minutes"]
