"""The whole local stack, one for all tests here, as fast as in the trials of the faults."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from local.deployment import NOT_IN_THE_TEMPLATE
from local.postgres.faults import FAULTS
from local.stack import Execution, Stack, start_stack
from local.trials.conduct import SETTINGS, SPEED
from sandbox.aws import Clock
from sandbox.slack.workspace import Message
from tests.deployments import Deployer, Deployment, deployer

SHOP = "shop"


@pytest.fixture(scope="package")
def running_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    directory = tmp_path_factory.mktemp("stack")
    with start_stack(directory, settings=SETTINGS, clock=Clock(speed=SPEED)) as stack:
        yield stack


@pytest.fixture(scope="package")
def deploying(running_stack: Stack, package: Path) -> Iterator[Deployer]:
    """Into the stack's account; it lasts as long, whatever is tested between two deployments."""
    own = running_stack.functions["Notify"].environment
    running_stack.aws.uploaded.environment = {name: own[name] for name in NOT_IN_THE_TEMPLATE}
    with deployer(running_stack.aws, package) as found:
        yield found


@pytest.fixture(scope="package")
def shop(deploying: Deployer) -> Deployment:
    return deploying.deploy(SHOP, SCHEDULE="rate(5 minutes)", EMAIL="on-call@shop.example")


@pytest.fixture
def stack(running_stack: Stack) -> Iterator[Stack]:
    """The stack as it was: no incidents, parameters, Slack's failures and membership put back.

    No memory either, so counters begin at 0: of errors of earlier tests one check knows nothing.
    """
    running_stack.forget_incidents()
    running_stack.pair.subscriber.sql("SELECT pg_stat_reset_subscription_stats(NULL)")
    ssm = running_stack.aws.client("ssm")
    before = parameters(running_stack)
    workspace = running_stack.slack.workspace
    slack_before = (workspace.token, workspace.scopes, dict(workspace.channels))
    yield running_stack
    workspace.token, workspace.scopes, workspace.channels = slack_before
    workspace.failures.clear()
    for name in parameters(running_stack).keys() - before.keys():
        ssm.delete_parameter(Name=name)
    for name, (value, type_) in before.items():
        ssm.put_parameter(Name=name, Value=value, Type=type_, Overwrite=True)


def parameters(stack: Stack) -> dict[str, tuple[str, str]]:
    """Every parameter: `{name: (value, type)}`."""
    paginator = stack.aws.client("ssm").get_paginator("get_parameters_by_path")
    pages = paginator.paginate(Path="/", Recursive=True, WithDecryption=True)
    return {
        parameter["Name"]: (parameter["Value"], parameter["Type"])
        for page in pages
        for parameter in page["Parameters"]
    }


def posted(stack: Stack, since: int = 0) -> list[Message]:
    """The messages in the channel, without the first `since`."""
    return stack.slack.workspace.messages(stack.channel)[since:]


def execute(stack: Stack, input_: Any = MappingProxyType({})) -> tuple[Execution, list[Message]]:
    """Run once; the execution and the messages it posted."""
    before = len(posted(stack))
    stack.shipper.flush()
    execution = stack.finished(stack.start(input_))
    return execution, posted(stack, before)


def alert(stack: Stack, input_: Any = MappingProxyType({})) -> tuple[Execution, Message]:
    """The execution that posts an alert, and its one message.

    It is the first, or the second if the first could not check a cluster.
    """
    execution, messages = execute(stack, input_)
    if stack.suspects():
        assert [] == messages
        execution, messages = execute(stack, input_)
    assert "SUCCEEDED" == execution.status, execution.problem
    (message,) = messages
    return execution, message


@contextmanager
def broken(stack: Stack, name: str) -> Iterator[None]:
    """By the fault of this name; fixed at the end."""
    FAULTS[name].break_(stack.pair)
    try:
        yield
    finally:
        FAULTS[name].fix(stack.pair)


def text_of(message: Message) -> str:
    """Everything a message says."""
    return "\n".join([message.text, *_texts(message.blocks)])


def _texts(part: object) -> Iterator[str]:
    if isinstance(part, dict):
        for key, value in part.items():
            if key == "text" and isinstance(value, str):
                yield value
            else:
                yield from _texts(value)
    elif isinstance(part, list | tuple):
        for value in part:
            yield from _texts(value)
