"""The stack `shop`, deployed beside the local stack, whose servers, Slack and account it shares."""

from dataclasses import replace

import pytest

from local.stack import Stack
from sandbox.aws import LocalAws
from tests.deployments import Deployment


@pytest.fixture
def deployed(stack: Stack, shop: Deployment) -> Stack:
    """The local stack with the deployed state machine in the place of its own; nothing reported."""
    return on(shop, stack)


def on(deployment: Deployment, stack: Stack) -> Stack:
    forget(deployment, stack.aws)
    return replace(stack, state_machine=deployment.outputs["StateMachineArn"])


def forget(deployment: Deployment, aws: LocalAws) -> None:
    dynamodb = aws.client("dynamodb")
    for table, key in (("Incidents", "cluster"), ("Receipts", "incident")):
        name = deployment.physical(table)
        for item in dynamodb.scan(TableName=name)["Items"]:
            dynamodb.delete_item(TableName=name, Key={key: item[key]})
