from typing import Any

import pytest

from scripts.stacks import Stack, obstacle, reasons

OURS = {"SsmParameterPath": "/monitoring"}


@pytest.mark.parametrize(
    "status",
    ["CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "REVIEW_IN_PROGRESS"],
)
def test_a_stack_that_can_be_updated(status: str) -> None:
    assert obstacle(Stack("shop", "id", status, OURS)) is None


@pytest.mark.parametrize(
    ("status", "fix"),
    [
        ("ROLLBACK_COMPLETE", "make undeploy STACK=shop"),
        ("DELETE_FAILED", "make undeploy STACK=shop"),
        ("UPDATE_IN_PROGRESS", "wait for its end"),
        ("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "wait for its end"),
        ("UPDATE_ROLLBACK_FAILED", "continue-update-rollback --stack-name shop"),
    ],
)
def test_a_stack_that_cannot_be_updated(status: str, fix: str) -> None:
    """The state is named, and what leads out of it."""
    said = obstacle(Stack("shop", "id", status, OURS))
    assert said is not None
    assert status in said
    assert fix in said


def test_a_stack_of_somebody_else_is_left_alone() -> None:
    """Deploying into it would delete all it has."""
    said = obstacle(Stack("shop", "id", "CREATE_COMPLETE", {"Vpc": "vpc-1"}))
    assert "the stack shop exists and is not a replication monitor: choose another name" == said


def event(resource: str, status: str, reason: str = "", kind: str = "AWS::SNS::Topic") -> Any:
    return {
        "LogicalResourceId": resource,
        "ResourceType": kind,
        "ResourceStatus": status,
        "ResourceStatusReason": reason,
    }


def test_reasons_are_those_of_the_latest_operation() -> None:
    """First cause first; what was only cancelled with it, and what failed long ago, is left out."""
    stack = "AWS::CloudFormation::Stack"
    newest_first = [
        event("shop", "UPDATE_ROLLBACK_COMPLETE", kind=stack),
        event("shop", "UPDATE_ROLLBACK_IN_PROGRESS", "failed to update: [Topic]", stack),
        event("Queue", "UPDATE_FAILED", "Resource update cancelled"),
        event("Table", "UPDATE_FAILED", "no such key"),
        event("Topic", "UPDATE_FAILED", "not allowed"),
        event("shop", "UPDATE_IN_PROGRESS", "User Initiated", stack),
        event("Old", "CREATE_FAILED", "an earlier one"),
    ]
    expected = ["Topic (AWS::SNS::Topic): not allowed", "Table (AWS::SNS::Topic): no such key"]
    assert expected == reasons(newest_first)
