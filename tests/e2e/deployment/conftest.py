"""The stack `shop`, deployed beside the local stack, whose servers, Slack and account it shares."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from local.deployment import NOT_IN_THE_TEMPLATE
from local.stack import Stack
from sandbox.aws import LocalAws
from tests.deployments import Deployer, Deployment, deployer

SHOP = "shop"


@pytest.fixture(scope="package")
def deploying(running_stack: Stack, package: Path) -> Iterator[Deployer]:
    own = running_stack.functions["Notify"].environment
    running_stack.aws.uploaded.environment = {name: own[name] for name in NOT_IN_THE_TEMPLATE}
    with deployer(running_stack.aws, package) as found:
        yield found


@pytest.fixture(scope="package")
def shop(deploying: Deployer) -> Deployment:
    return deploying.deploy(SHOP, SCHEDULE="rate(5 minutes)", EMAIL="on-call@shop.example")


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
