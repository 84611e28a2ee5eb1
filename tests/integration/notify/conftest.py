"""Slack's stand-in, moto's Parameter Store and DynamoDB, and what leads to them."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer
from slack_sdk.http_retry.builtin_interval_calculators import BackoffRetryIntervalCalculator

from functions.notify.notification import Clients
from functions.notify.receipts import Receipts
from functions.notify.settings import SlackSettings
from sandbox.slack import Channel, SlackServer, Workspace
from tests.integration.notify.notifier import Notifier

ALERTS = "C0ALERTS"
FOREIGN = "C0FOREIGN"
ARCHIVE = "C0ARCHIVE"
TOKEN_PARAMETER = "/monitoring-logical-replication/slack/bot-token"
RECEIPTS = "Receipts"
CHANNEL_PARAMETER = "/monitoring-logical-replication/slack/channel-id"


@pytest.fixture
def workspace() -> Workspace:
    return Workspace(
        channels=[
            Channel(ALERTS, "alerts"),
            Channel(FOREIGN, "foreign", is_member=False),
            Channel(ARCHIVE, "archive", is_archived=True),
        ],
    )


@pytest.fixture
def server(workspace: Workspace) -> Iterator[SlackServer]:
    with SlackServer(workspace) as running:
        yield running


@pytest.fixture
def settings(workspace: Workspace) -> SlackSettings:
    return SlackSettings(workspace.token, TOKEN_PARAMETER, ALERTS, CHANNEL_PARAMETER)


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """slack_sdk repeats a call that failed without waiting up to a second and a half."""
    calculator = BackoffRetryIntervalCalculator
    monkeypatch.setattr(calculator, "calculate_sleep_duration", lambda *_: 0.0)


@pytest.fixture(scope="package")
def aws() -> Iterator[str]:
    """The address of moto's server."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(autouse=True)
def environment(aws: str, server: SlackServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the deployed function finds."""
    for name, value in {
        "AWS_ENDPOINT_URL": aws,
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "SLACK_BASE_URL": server.base_url,
        "RECEIPTS_TABLE": RECEIPTS,
    }.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def ssm(environment: None) -> Iterator[Any]:  # noqa: ARG001 - it must be set first
    client = boto3.client("ssm")
    yield client
    client.close()


@pytest.fixture
def dynamodb(environment: None) -> Iterator[Any]:  # noqa: ARG001 - likewise
    """A client, and the table of receipts as long as the test runs."""
    client = boto3.client("dynamodb")
    client.create_table(
        TableName=RECEIPTS,
        KeySchema=[{"AttributeName": "incident", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "incident", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    yield client
    client.delete_table(TableName=RECEIPTS)
    client.close()


def put(ssm: Any, values: dict[str, str]) -> None:
    for name, value in values.items():
        ssm.put_parameter(Name=name, Value=value, Type="SecureString", Overwrite=True)


@pytest.fixture
def parameters(ssm: Any, workspace: Workspace) -> Iterator[dict[str, str]]:
    """The parameters of a first set-up, in moto's Parameter Store as long as the test runs."""
    values = {TOKEN_PARAMETER: workspace.token, CHANNEL_PARAMETER: ALERTS}
    put(ssm, values)
    yield values
    found = ssm.get_parameters_by_path(Path="/monitoring-logical-replication", Recursive=True)
    if found["Parameters"]:
        ssm.delete_parameters(Names=[parameter["Name"] for parameter in found["Parameters"]])


@pytest.fixture
def clients(ssm: Any, dynamodb: Any, server: SlackServer, parameters: dict[str, str]) -> Clients:
    assert {TOKEN_PARAMETER, CHANNEL_PARAMETER} == parameters.keys()
    return Clients(ssm, Receipts(dynamodb, RECEIPTS), server.base_url)


@pytest.fixture
def notifier(clients: Clients, workspace: Workspace) -> Notifier:
    return Notifier(clients, workspace)
