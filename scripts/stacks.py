"""A CloudFormation stack of the monitor: what it is, whether it can be changed, why it failed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from boto3.session import Session
from botocore.exceptions import ClientError

from scripts.aws_errors import code
from scripts.errors import SetupError

_ITSELF: Final = "AWS::CloudFormation::Stack"
_OURS: Final = "SsmParameterPath"
_CONSEQUENCES: Final = ("creation cancelled", "update cancelled", "deletion cancelled")


class StackError(SetupError):
    """There is no such stack, or it is somebody else's, or in a state that allows nothing."""


@dataclass(frozen=True, slots=True)
class Stack:
    """As CloudFormation describes it; a list among the parameters is separated by commas."""

    name: str
    id: str
    status: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    outputs: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_monitor(self) -> bool:
        """Whether it was made from our template, as far as its parameters show."""
        return _OURS in self.parameters


def find(session: Session, name: str) -> Stack | None:
    """The stack of that name, None if there is none."""
    try:
        answer = session.client("cloudformation").describe_stacks(StackName=name)
    except ClientError as error:
        # CloudFormation has no code of its own for a stack that is not there
        if code(error) == "ValidationError" and "does not exist" in str(error):
            return None
        raise
    found = answer["Stacks"][0]
    return Stack(
        name=str(found["StackName"]),
        id=str(found["StackId"]),
        status=str(found["StackStatus"]),
        parameters={
            str(parameter["ParameterKey"]): str(parameter.get("ParameterValue", ""))
            for parameter in found.get("Parameters", [])
        },
        outputs={
            str(output["OutputKey"]): str(output["OutputValue"])
            for output in found.get("Outputs", [])
        },
    )


def existing(session: Session, name: str) -> Stack:
    """The monitor's stack of that name. Raises `StackError` if there is none or it is another's."""
    stack = find(session, name)
    if stack is None:
        raise StackError(
            f"there is no stack {name} in region {session.region_name}: check STACK and REGION"
        )
    if not stack.is_monitor:
        raise StackError(f"the stack {name} is not a replication monitor: check STACK and REGION")
    return stack


def obstacle(stack: Stack) -> str | None:
    """Why a deployment cannot go into this stack, and what to do; None if it can."""
    name, status = stack.name, stack.status
    if not stack.is_monitor:
        return f"the stack {name} exists and is not a replication monitor: choose another name"
    if status == "REVIEW_IN_PROGRESS":  # a change set nobody executed; a deployment starts anew
        return None
    if status.endswith("_IN_PROGRESS"):
        return f"the stack {name} is being changed ({status}): wait for its end and try again"
    if status == "UPDATE_ROLLBACK_FAILED":
        return (
            f"the last update of the stack {name} could not be rolled back ({status}): run "
            f"aws cloudformation continue-update-rollback --stack-name {name}"
        )
    if status in {"ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED", "DELETE_FAILED"}:
        return (
            f"the stack {name} cannot be updated ({status}): remove what is left of it by "
            f"make undeploy STACK={name}, then deploy again"
        )
    return None


def failures(session: Session, stack_id: str) -> list[str]:
    """Why the stack's latest operation failed: one line for each resource, the first one first."""
    pages = session.client("cloudformation").get_paginator("describe_stack_events")
    events = (event for page in pages.paginate(StackName=stack_id) for event in page["StackEvents"])
    return reasons(events)


def reasons(events: Iterable[Mapping[str, object]]) -> list[str]:
    """What failed of itself, out of the events from the newest back to the operation's begin."""
    found = []
    for event in events:
        status, reason = str(event["ResourceStatus"]), str(event.get("ResourceStatusReason", ""))
        if status.endswith("FAILED") and not _is_consequence(reason):
            found.append(f"{event['LogicalResourceId']} ({event['ResourceType']}): {reason}")
        if _begins(event, status):
            break
    return found[::-1]


def _begins(event: Mapping[str, object], status: str) -> bool:
    """A rollback is part of the operation that failed."""
    return event["ResourceType"] == _ITSELF and status in {
        "CREATE_IN_PROGRESS",
        "UPDATE_IN_PROGRESS",
        "DELETE_IN_PROGRESS",
    }


def _is_consequence(reason: str) -> bool:
    return reason.lower().endswith(_CONSEQUENCES)
