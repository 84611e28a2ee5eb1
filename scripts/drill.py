"""Starts an execution that posts even when all is well: `python -m scripts.drill STACK=…`.

It is followed to its end: each state is printed as it is entered, then the outcome.
"""

import json
import sys
import time
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from boto3.session import Session
from rich.console import Console

from functions.notify.alert.links import execution_link
from scripts import stacks
from scripts.account import open_session
from scripts.arguments import members, required
from scripts.errors import SetupError
from scripts.program import run, working

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient
    from mypy_boto3_stepfunctions.type_defs import DescribeExecutionOutputTypeDef

KNOWN: Final = frozenset({"STACK", "CLUSTERS", "REGION"})
LONGEST_SECONDS: Final = 30 * 60
"""An alert is tried for a quarter of an hour while Slack is down; twice that is no drill."""

_POSTING_STATE: Final = "Notify"
_POLL_SECONDS: Final = 1.0


class DrillError(SetupError):
    """The execution failed, posted nothing or did not end; the message has its cause."""


def drill(
    stack: str,
    clusters: list[str],
    session: Session,
    console: Console,
    longest_seconds: float = LONGEST_SECONDS,
) -> None:
    """Start, follow and judge one execution. Raises `SetupError`."""
    client = session.client("stepfunctions")
    arn = client.start_execution(
        stateMachineArn=_state_machine(stack, session),
        name=f"drill-{datetime.now(UTC):%Y%m%dT%H%M%S%f}",
        input=json.dumps({"force_notify": True, **({"clusters": clusters} if clusters else {})}),
    )["executionArn"]
    link = execution_link(arn)
    console.print(f"Started {arn.rpartition(':')[2]}" + (f"\n{link.url}" if link else ""))
    with working(console, "Following it"):
        end, entered = _followed(client, arn, console, time.monotonic() + longest_seconds)
    if problem := verdict(end["status"], end.get("error"), end.get("cause"), entered):
        raise DrillError(problem)
    console.print("✔ The drill succeeded: its message is in Slack")


def entered_states(events: Iterable[Mapping[str, Any]]) -> list[str]:
    """The names of the states an execution entered, in order, out of its history."""
    details = (event.get("stateEnteredEventDetails") for event in events)
    return [str(detail["name"]) for detail in details if detail]


def verdict(status: str, error: str | None, cause: str | None, entered: list[str]) -> str | None:
    """Why the drill is no success; None if it is one."""
    if status != "SUCCEEDED":
        reason = ": ".join(part for part in (error, cause) if part)
        return f"the execution ended as {status}" + (f": {reason}" if reason else "")
    if _POSTING_STATE not in entered:
        return (
            "the execution succeeded and posted nothing: no cluster has parameters; "
            "make configure CLUSTER=<cluster>"
        )
    return None


def _state_machine(name: str, session: Session) -> str:
    stack = stacks.existing(session, name)
    arn = stack.outputs.get("StateMachineArn")
    if arn is None:
        raise DrillError(f"the stack {name} is {stack.status} and has no state machine: deploy it")
    return arn


def _followed(
    client: "SFNClient", arn: str, console: Console, deadline: float
) -> tuple["DescribeExecutionOutputTypeDef", list[str]]:
    shown: list[str] = []
    while True:
        # described first, so that a history read after the end is complete
        execution = client.describe_execution(executionArn=arn)
        pages = client.get_paginator("get_execution_history").paginate(executionArn=arn)
        entered = entered_states(event for page in pages for event in page["events"])
        for name in entered[len(shown) :]:
            console.print(f"  {name}")
        shown = entered
        if execution["status"] != "RUNNING":
            return execution, entered
        if time.monotonic() > deadline:
            last = entered[-1] if entered else "no state"
            raise DrillError(f"the execution still runs, last in {last}: follow it by the link")
        time.sleep(_POLL_SECONDS)


def main(given: Mapping[str, str], console: Console) -> int:
    (stack,) = required(given, "STACK")
    drill(stack, members(given.get("CLUSTERS", "")), open_session(given), console)
    return 0


if __name__ == "__main__":
    sys.exit(run("drill", KNOWN, main))
