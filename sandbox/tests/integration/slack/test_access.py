"""Tokens, scopes and methods: what is checked before a call is carried out."""

from collections.abc import Callable

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from sandbox.slack import SlackServer, Workspace
from sandbox.tests.integration.slack.conftest import ALERTS

CALLS: dict[str, Callable[[WebClient], object]] = {
    "chat:write": lambda client: client.chat_postMessage(channel=ALERTS, text="x"),
    "files:write": lambda client: client.files_getUploadURLExternal(filename="a", length=1),
}


@pytest.mark.parametrize(("scope", "call"), CALLS.items(), ids=CALLS.keys())
def test_a_missing_scope_is_named(
    client: WebClient,
    workspace: Workspace,
    scope: str,
    call: Callable[[WebClient], object],
) -> None:
    """With what the token has instead."""
    workspace.scopes = frozenset({"users:read"})

    with pytest.raises(SlackApiError) as refused:
        call(client)

    response = refused.value.response
    assert ("missing_scope", scope, "users:read") == (
        response["error"],
        response["needed"],
        response["provided"],
    )


@pytest.mark.parametrize(
    ("token", "error"),
    [(None, "not_authed"), ("xoxb-other", "invalid_auth")],
    ids=["no token", "wrong token"],
)
def test_the_token_is_checked_first(server: SlackServer, token: str | None, error: str) -> None:
    """Before the arguments and the scopes."""
    client = WebClient(token=token, base_url=server.base_url)

    with pytest.raises(SlackApiError, match=error):
        client.chat_postMessage(channel="C0NOWHERE", text="x")


def test_an_unknown_method_is_refused(client: WebClient) -> None:
    """By name, so that a new call is noticed."""
    with pytest.raises(SlackApiError, match=r"no method reactions\.add"):
        client.reactions_add(channel=ALERTS, name="eyes", timestamp="1700000000.000100")
