"""Starting, naming, listing, stopping and waiting for executions."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from botocore.exceptions import ClientError

from sandbox.aws import Clock, FakeFunctions, LocalAws
from sandbox.aws.executions import (
    ExecutionStillRunningError,
    start_execution,
    stop_execution,
    trace,
    wait_for_end,
)
from sandbox.tests.integration.aws.machines import machine

WAITING = machine(Wait={"Type": "Wait", "Seconds": 3600})
DONE = machine(Done={"Type": "Succeed"})


def test_unnamed_executions_get_names_of_their_own() -> None:
    with LocalAws(FakeFunctions({})) as aws:
        client = aws.client("stepfunctions")
        arn = aws.create_state_machine("machine", DONE)
        arns = {start_execution(client, arn, {}) for _ in range(3)}
        for execution in arns:
            wait_for_end(client, execution)
        listed = client.list_executions(stateMachineArn=arn, statusFilter="SUCCEEDED")
    assert arns == {execution["executionArn"] for execution in listed["executions"]}


def test_the_same_name_and_input_is_the_running_execution() -> None:
    """Another input, or the name of one that has ended, is refused."""
    with LocalAws(FakeFunctions({})) as aws:
        client = aws.client("stepfunctions")
        arn = aws.create_state_machine("machine", WAITING)
        first = start_execution(client, arn, {"a": 1}, name="one")
        assert first == start_execution(client, arn, {"a": 1}, name="one")
        with pytest.raises(client.exceptions.ExecutionAlreadyExists):
            start_execution(client, arn, {"a": 2}, name="one")
        stop_execution(client, first)
        assert "ABORTED" == wait_for_end(client, first)["status"]
        with pytest.raises(client.exceptions.ExecutionAlreadyExists):
            start_execution(client, arn, {"a": 1}, name="one")


def test_many_starts_at_once_under_one_name_are_one_execution() -> None:
    with LocalAws(FakeFunctions({})) as aws, ThreadPoolExecutor(10) as pool:
        client = aws.client("stepfunctions")
        arn = aws.create_state_machine("machine", WAITING)
        arns = set(pool.map(lambda _: start_execution(client, arn, {}, name="one"), range(10)))
        assert 1 == len(arns)
        assert 1 == len(client.list_executions(stateMachineArn=arn)["executions"])


@pytest.mark.parametrize("name", ["a:b", "a b", "x" * 81], ids=["colon", "blank", "too long"])
def test_a_name_aws_forbids_is_refused(name: str) -> None:
    with LocalAws(FakeFunctions({})) as aws:
        client = aws.client("stepfunctions")
        arn = aws.create_state_machine("machine", DONE)
        with pytest.raises((client.exceptions.InvalidName, ClientError)):
            start_execution(client, arn, {}, name=name)


def test_waiting_too_long_names_the_last_state() -> None:
    with LocalAws(FakeFunctions({}), clock=Clock()) as aws:
        client = aws.client("stepfunctions")
        arn = start_execution(client, aws.create_state_machine("machine", WAITING), {})
        with pytest.raises(ExecutionStillRunningError, match="last in: Wait"):
            wait_for_end(client, arn, timeout=0.2)
        (visit,) = trace(client, arn)
    assert ("Wait", "Wait", None) == (visit.name, visit.type, visit.duration_seconds)


def test_each_local_aws_starts_empty() -> None:
    for _ in range(2):
        with LocalAws(FakeFunctions({})) as aws:
            aws.client("ssm").put_parameter(Name="/once", Value="1", Type="String")
            assert [] == aws.client("stepfunctions").list_state_machines()["stateMachines"]
            aws.create_state_machine("machine", DONE)


def test_the_input_is_described_as_given() -> None:
    with LocalAws(FakeFunctions({})) as aws:
        client = aws.client("stepfunctions")
        arn = start_execution(client, aws.create_state_machine("machine", DONE), {"ü": None})
        described = wait_for_end(client, arn)
    assert {"ü": None} == json.loads(described["input"]) == json.loads(described["output"])
