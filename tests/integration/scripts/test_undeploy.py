import subprocess
import sys
from collections.abc import Callable
from io import StringIO

import pytest
from boto3.session import Session

from sandbox.aws import LocalAws
from scripts.stacks import StackError
from scripts.undeploy import undeploy
from tests.integration.scripts.conftest import PATH, STACK, MakeStack, console_to
from tests.integration.scripts.terminal import Terminal

PARAMETERS = {"SsmParameterPath": PATH.removesuffix("/")}
CODE = {
    "Topic": {
        "Type": "AWS::SNS::Topic",
        "Properties": {},
        "Metadata": {"CodeUri": f"s3://code/logical-replication-monitor/{STACK}/0a1b"},
    }
}

Put = Callable[[dict[str, str]], None]


def stacks(aws: LocalAws) -> list[str]:
    pages = aws.client("cloudformation").list_stacks()["StackSummaries"]
    return [
        str(summary["StackName"])
        for summary in pages
        if summary["StackStatus"] != "DELETE_COMPLETE"
    ]


def test_a_stack_goes_and_what_it_leaves_is_told(
    aws: LocalAws, session: Session, make_stack: MakeStack, put: Put, printed: StringIO
) -> None:
    """With commands for it; none of it is removed, because another stack may use it."""
    put({"shop/hostname": "h", "slack/channel-id": "C0123"})
    aws.client("logs").create_log_group(logGroupName=f"/aws/lambda/{STACK}-Notify")
    make_stack(PARAMETERS, CODE)
    undeploy(STACK, session, console_to(printed), confirmed=True)
    text = printed.getvalue()
    assert [] == stacks(aws)
    assert f"✔ {STACK} is deleted" in text
    names = f"{PATH}shop/hostname {PATH}slack/channel-id"
    assert f"  aws ssm delete-parameters --names {names} --region eu-west-1" in text
    assert f"aws s3 rm --recursive s3://code/logical-replication-monitor/{STACK}/" in text
    assert f"aws logs delete-log-group --log-group-name /aws/lambda/{STACK}-Notify" in text
    assert f"{STACK}-CheckReplication" not in text
    assert 2 == len(aws.client("ssm").describe_parameters()["Parameters"])


def run_undeploy(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "scripts.undeploy", *words],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.usefixtures("environment")
def test_without_a_terminal_nothing_is_deleted_unless_it_says_yes(
    aws: LocalAws, make_stack: MakeStack
) -> None:
    make_stack(PARAMETERS, CODE)
    done = run_undeploy(f"STACK={STACK}")
    assert (1, [STACK]) == (done.returncode, stacks(aws))
    assert "add YES=1" in done.stderr
    done = run_undeploy(f"STACK={STACK}", "YES=1")
    assert (0, []) == (done.returncode, stacks(aws)), done.stderr


@pytest.mark.usefixtures("environment")
@pytest.mark.parametrize(
    ("typed", "status", "left"),
    [("shop", 0, []), ("shpo", 1, [STACK]), ("", 1, [STACK]), ("\x03", 130, [STACK])],
    ids=["the name", "another name", "Enter", "Ctrl-C"],
)
def test_the_name_must_be_typed(
    aws: LocalAws, make_stack: MakeStack, typed: str, status: int, left: list[str]
) -> None:
    make_stack(PARAMETERS, CODE)
    with Terminal("scripts.undeploy", f"STACK={STACK}") as terminal:
        terminal.expect("Type the stack's name to delete it: ")
        terminal.type(f"{typed}\n")
        assert status == terminal.exit_status(), terminal.shown
    assert left == stacks(aws)


def test_a_stack_of_something_else_is_left_alone(
    aws: LocalAws, session: Session, make_stack: MakeStack, printed: StringIO
) -> None:
    make_stack({"Color": "red"}, CODE)
    with pytest.raises(StackError, match="is not a replication monitor"):
        undeploy(STACK, session, console_to(printed), confirmed=True)
    assert [STACK] == stacks(aws)
