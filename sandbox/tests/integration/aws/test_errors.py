"""What Retry and Catch match, and how long Retry waits."""

from collections.abc import Iterator
from typing import Any

import pytest

from sandbox.aws import Clock, FunctionError, in_turn
from sandbox.aws.functions import ServiceError, TooManyRequestsError
from sandbox.tests.integration.aws.machines import (
    FAST,
    catch,
    emit,
    invoke,
    machine,
    processor,
    run,
    sdk,
)
from sandbox.tests.integration.aws.queries import StuckQueries

LARGE = "x" * 262_144
HALF = {"text": "x" * 140_000}
TWICE = "{% $states.context.Execution.Input.text & $states.context.Execution.Input.text %}"


def guarded(task: dict[str, Any], *errors: str) -> dict[str, Any]:
    return machine(
        Guarded={**task, "Catch": catch(*errors, to="Caught")}, Caught=emit("{% $states.input %}")
    )


@pytest.mark.parametrize(
    ("failure", "name"),
    [
        (FunctionError("InvalidInput", "no"), "InvalidInput"),
        (TooManyRequestsError(), "Lambda.TooManyRequestsException"),
        (ServiceError(), "Lambda.ServiceException"),
        (FunctionError("Sandbox.Timedout"), "Sandbox.Timedout"),
    ],
    ids=str,
)
def test_an_error_of_a_function_has_its_name(failure: Exception, name: str) -> None:
    functions = {"Work": in_turn(failure)}
    assert name == run(guarded(invoke("Work"), name), functions=functions).output["Error"]
    assert name == run(guarded(invoke("Work"), "States.ALL"), functions=functions).output["Error"]


def test_the_cause_of_a_functions_error_is_its_json() -> None:
    functions = {"Work": in_turn(FunctionError("InvalidInput", 'say "no"'))}
    definition = guarded(invoke("Work"), "InvalidInput")
    definition["States"]["Caught"] = emit("{% $parse($states.input.Cause) %}", End=True)
    output = run(definition, functions=functions).output
    assert {"errorMessage": 'say "no"', "errorType": "InvalidInput"} == output


@pytest.mark.parametrize("task", ["result", "input"])
def test_a_payload_over_the_limit_is_caught_by_its_name_only(task: str) -> None:
    too_large = {
        "result": invoke("Work"),
        "input": invoke("Work", TWICE),
    }[task]
    functions = {"Work": in_turn(LARGE)}
    limit = "States.DataLimitExceeded"
    caught = run(guarded(too_large, limit), HALF, functions)
    assert limit == caught.output["Error"]
    ended = run(guarded(too_large, "States.ALL"), HALF, functions)
    assert ("FAILED", limit) == (ended.status, ended.error)


def test_a_payload_of_the_limit_passes() -> None:
    """262,144 bytes of UTF-8, whatever JSON would make of them."""
    text = "ü" * (262_142 // 2)
    definition = machine(Work=invoke("Work", Output="{% $states.result.Payload %}"))
    # a task's raw result holds more than the payload, so this one is a little smaller
    ran = run(definition, functions={"Work": in_turn(text[:-100])})
    assert text[:-100] == ran.output


def test_a_map_over_the_limit_fails_the_execution() -> None:
    each = processor(Fill=emit("{% $states.context.Execution.Input.text %}"))
    definition = machine(Each={"Type": "Map", "Items": [1, 2], "ItemProcessor": each})
    ran = run(definition, HALF)
    assert ("FAILED", "States.DataLimitExceeded") == (ran.status, ran.error)


@pytest.mark.parametrize("errors", [["States.ALL"], ["States.Runtime"]], ids=str)
def test_a_runtime_error_is_never_caught(errors: list[str]) -> None:
    ran = run(guarded(sdk("nosuchservice:do", {}), *errors))
    assert ("FAILED", "States.Runtime") == (ran.status, ran.error)


def test_an_error_inside_a_map_is_caught_outside() -> None:
    """Under its own name, those of Step Functions included."""
    each = processor(Undefined=emit("{% $states.input.nothing %}"))
    task = {"Type": "Map", "Items": [1, 2], "ItemProcessor": each}
    ran = run(guarded(task, "States.QueryEvaluationError"))
    assert "States.QueryEvaluationError" == ran.output["Error"]


def test_retry_waits_longer_each_time_up_to_its_limit() -> None:
    retry = [
        {
            "ErrorEquals": ["Lambda.TooManyRequestsException"],
            "IntervalSeconds": 2,
            "BackoffRate": 3,
            "MaxAttempts": 4,
            "MaxDelaySeconds": 10,
        }
    ]
    clock = Clock(FAST)
    throttled = [TooManyRequestsError()] * 4
    ran = run(
        machine(Work=invoke("Work", Retry=retry)),
        functions={"Work": in_turn(*throttled, "done")},
        clock=clock,
    )
    assert "done" == ran.output["Payload"]
    assert [2, 6, 10, 10] == clock.retries


def test_full_jitter_waits_at_most_that_long() -> None:
    retry = [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 8, "JitterStrategy": "FULL"}]
    ran = run(
        machine(Work=invoke("Work", Retry=retry)),
        functions={"Work": in_turn(FunctionError("Once"), FunctionError("Twice"), "done")},
    )
    first, second = ran.clock.retries
    assert 0 <= first <= 8
    assert 0 <= second <= 16


@pytest.fixture
def stuck() -> Iterator[StuckQueries]:
    queries = StuckQueries()
    yield queries
    queries.release()


def test_a_task_that_takes_too_long_is_a_timeout(stuck: StuckQueries) -> None:
    definition = guarded(
        {**sdk("cloudwatchlogs:getQueryResults", {"QueryId": "1"}), "TimeoutSeconds": 1},
        "States.Timeout",
    )
    ran = run(definition, queries=stuck, clock=Clock(FAST, timeout_speed=10))
    assert "States.Timeout" == ran.output["Error"]


def test_task_failed_stands_for_all_but_a_timeout(stuck: StuckQueries) -> None:
    definition = guarded(
        {**sdk("cloudwatchlogs:getQueryResults", {"QueryId": "1"}), "TimeoutSeconds": 1},
        "States.TaskFailed",
    )
    ran = run(definition, queries=stuck, clock=Clock(FAST, timeout_speed=10))
    assert ("FAILED", "States.Timeout") == (ran.status, ran.error)


def test_a_machine_that_takes_too_long_times_out() -> None:
    definition = {**machine(Wait={"Type": "Wait", "Seconds": 60}), "TimeoutSeconds": 1}
    ran = run(definition, clock=Clock(speed=1, timeout_speed=10))
    assert "TIMED_OUT" == ran.status
