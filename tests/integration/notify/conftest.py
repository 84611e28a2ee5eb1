"""Slack's stand-in, and the settings that lead to it."""

from collections.abc import Iterator

import pytest

from functions.notify.settings import SlackSettings
from local.slack import Channel, SlackServer, Workspace

ALERTS = "C0ALERTS"
FOREIGN = "C0FOREIGN"
ARCHIVE = "C0ARCHIVE"
TOKEN_PARAMETER = "/monitoring-logical-replication/slack/bot-token"
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
