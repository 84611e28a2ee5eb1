import json
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from boto3.session import Session

from sandbox.aws import LocalAws
from scripts.drill import DrillError, drill
from scripts.stacks import StackError
from tests.integration.scripts.conftest import STACK, MakeStack, console_to

PARAMETERS = {"SsmParameterPath": "/monitoring-logical-replication"}
TOPIC = {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {}}}
POSTS = {
    "CheckReplication": {"Type": "Pass", "Next": "Notify"},
    "Notify": {"Type": "Pass", "Next": "Notified"},
    "Notified": {"Type": "Succeed"},
}


MakeMonitor = Callable[[dict[str, Any]], None]


@pytest.fixture
def make_monitor(aws: LocalAws, make_stack: MakeStack) -> MakeMonitor:
    """A stack whose output is a state machine of these states.

    The machine is not the stack's own, because moto executes none that CloudFormation made.
    """

    def make(states: dict[str, Any]) -> None:
        definition = {"StartAt": "CheckReplication", "States": states}
        arn = aws.create_state_machine("ReplicationMonitor", definition)
        make_stack(PARAMETERS, TOPIC, {"StateMachineArn": {"Value": arn}})

    return make


def inputs(aws: LocalAws) -> list[Any]:
    client = aws.client("stepfunctions")
    (found,) = client.list_state_machines()["stateMachines"]
    executions = client.list_executions(stateMachineArn=found["stateMachineArn"])["executions"]
    described = (
        client.describe_execution(executionArn=execution["executionArn"])
        for execution in executions
    )
    return [json.loads(execution["input"]) for execution in described]


def test_a_drill_is_followed_to_its_end(
    aws: LocalAws, session: Session, make_monitor: MakeMonitor, printed: StringIO
) -> None:
    """Each state once, in order, then the outcome; the console's page of it in between."""
    make_monitor(POSTS)
    drill(STACK, [], session, console_to(printed))
    lines = printed.getvalue().splitlines()
    assert lines[0].startswith("Started drill-")
    assert lines[1].startswith("https://eu-west-1.console.aws.amazon.com/states/home")
    assert ["  CheckReplication", "  Notify", "  Notified"] == lines[-4:-1]
    assert "✔ The drill succeeded: its message is in Slack" == lines[-1]
    assert [{"force_notify": True}] == inputs(aws)


def test_a_drill_of_some_clusters(
    aws: LocalAws, session: Session, make_monitor: MakeMonitor, printed: StringIO
) -> None:
    make_monitor(POSTS)
    drill(STACK, ["shop", "blog"], session, console_to(printed))
    assert [{"force_notify": True, "clusters": ["shop", "blog"]}] == inputs(aws)


@pytest.mark.parametrize(
    ("end", "message"),
    [
        pytest.param(
            {"Type": "Fail", "Error": "AlertLost", "Cause": "Slack says invalid_auth"},
            "the execution ended as FAILED: AlertLost: Slack says invalid_auth",
            id="failed",
        ),
        pytest.param({"Type": "Succeed"}, "posted nothing: no cluster", id="nothing posted"),
    ],
)
def test_a_drill_that_is_no_success(
    session: Session,
    make_monitor: MakeMonitor,
    printed: StringIO,
    end: dict[str, str],
    message: str,
) -> None:
    make_monitor({"CheckReplication": end})
    with pytest.raises(DrillError) as caught:
        drill(STACK, [], session, console_to(printed))
    assert message in str(caught.value)


def test_a_drill_that_does_not_end(
    session: Session, make_monitor: MakeMonitor, printed: StringIO
) -> None:
    """It is left to run; the person is not."""
    waits = {"CheckReplication": {"Type": "Wait", "Seconds": 3600, "End": True}}
    make_monitor(waits)
    with pytest.raises(DrillError, match="the execution still runs"):
        drill(STACK, [], session, console_to(printed), longest_seconds=0)


def test_a_stack_without_a_state_machine(
    session: Session, make_stack: MakeStack, printed: StringIO
) -> None:
    make_stack(PARAMETERS, TOPIC)
    with pytest.raises(DrillError, match="has no state machine"):
        drill(STACK, [], session, console_to(printed))


def test_no_stack(session: Session, printed: StringIO) -> None:
    with pytest.raises(StackError, match=f"there is no stack {STACK} in region eu-west-1"):
        drill(STACK, [], session, console_to(printed))
