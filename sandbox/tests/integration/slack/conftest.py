"""A stand-in for Slack, and slack_sdk's own client talking to it."""

from collections.abc import Iterator

import pytest
from slack_sdk import WebClient

from sandbox.slack import Channel, SlackServer, Workspace

ALERTS = "C0ALERTS"


@pytest.fixture
def workspace() -> Workspace:
    return Workspace(
        channels=[
            Channel(ALERTS, "alerts"),
            Channel("C0FOREIGN", "foreign", is_member=False),
            Channel("C0ARCHIVE", "archive", is_archived=True),
        ],
    )


@pytest.fixture
def server(workspace: Workspace) -> Iterator[SlackServer]:
    with SlackServer(workspace) as running:
        yield running


@pytest.fixture
def client(server: SlackServer) -> WebClient:
    return WebClient(token=server.workspace.token, base_url=server.base_url, retry_handlers=[])
