"""Failures on demand, as slack_sdk and its retry handlers meet them."""

import threading
import time
from http.client import RemoteDisconnected
from urllib.error import HTTPError

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_handlers import (
    ConnectionErrorRetryHandler,
    RateLimitErrorRetryHandler,
    ServerErrorRetryHandler,
)

from sandbox.slack import UPLOAD, Failure, SlackServer, Workspace
from sandbox.tests.integration.slack.conftest import ALERTS

POST = "chat.postMessage"


@pytest.fixture
def patient(server: SlackServer) -> WebClient:
    """A client with every retry handler slack_sdk has."""
    return WebClient(
        token=server.workspace.token,
        base_url=server.base_url,
        retry_handlers=[
            ConnectionErrorRetryHandler(),
            RateLimitErrorRetryHandler(),
            ServerErrorRetryHandler(),
        ],
    )


@pytest.mark.parametrize(
    "failure",
    [
        Failure.server_error(500),
        Failure.server_error(503),
        Failure.drop_connection(),
    ],
    ids=["500", "503", "dropped connection"],
)
def test_a_failure_that_passes_is_survived_by_retrying(
    patient: WebClient,
    workspace: Workspace,
    failure: Failure,
) -> None:
    """The second call is answered, and the message is there once."""
    workspace.fail(POST, failure)

    patient.chat_postMessage(channel=ALERTS, text="broken")

    assert 2 == workspace.calls[POST]
    assert ["broken"] == [message.text for message in workspace.messages(ALERTS)]


def test_retry_after_is_obeyed(patient: WebClient, workspace: Workspace) -> None:
    """slack_sdk sleeps for as long as the answer says."""
    workspace.fail(POST, Failure.rate_limited(retry_after=1))
    started = time.monotonic()

    patient.chat_postMessage(channel=ALERTS, text="broken")

    assert time.monotonic() - started >= 1
    assert 2 == workspace.calls[POST]
    assert ["broken"] == [message.text for message in workspace.messages(ALERTS)]


def test_failures_come_one_after_the_other_and_only_as_often_as_told(
    client: WebClient,
    workspace: Workspace,
) -> None:
    """Per method, first in first out; then the call succeeds."""
    workspace.fail(POST, Failure.error("not_in_channel"))
    workspace.fail(POST, Failure.error("fatal_error"), times=2)

    errors = []
    for _ in range(3):
        with pytest.raises(SlackApiError) as refused:
            client.chat_postMessage(channel=ALERTS, text="broken")
        errors.append(refused.value.response["error"])

    assert ["not_in_channel", "fatal_error", "fatal_error"] == errors
    posted = client.chat_postMessage(channel=ALERTS, text="broken")
    assert client.chat_update(channel=ALERTS, ts=posted["ts"], text="recovered")["ok"]
    assert {POST: 4, "chat.update": 1} == workspace.calls


@pytest.mark.parametrize(
    ("failure", "status", "error"),
    [
        (Failure.rate_limited(), 429, "ratelimited"),
        (Failure.server_error(500), 500, "upstream error"),
        (Failure.server_error(502), 502, "upstream error"),
    ],
    ids=["429", "500", "502"],
)
def test_without_retries_the_status_reaches_the_caller(
    client: WebClient,
    workspace: Workspace,
    failure: Failure,
    status: int,
    error: str,
) -> None:
    """Nothing is posted."""
    workspace.fail(POST, failure)

    with pytest.raises(SlackApiError, match=error) as refused:
        client.chat_postMessage(channel=ALERTS, text="broken")

    assert status == refused.value.response.status_code
    assert [] == workspace.everything()


def test_a_dropped_connection_without_retries(client: WebClient, workspace: Workspace) -> None:
    """Is Python's own error."""
    workspace.fail(POST, Failure.drop_connection())

    with pytest.raises(RemoteDisconnected):
        client.chat_postMessage(channel=ALERTS, text="broken")


def test_a_silent_slack_runs_into_the_clients_timeout(
    server: SlackServer,
    workspace: Workspace,
) -> None:
    """And the server stops all the same, an hour before Slack would have answered."""
    client = WebClient(
        token=workspace.token, base_url=server.base_url, timeout=1, retry_handlers=[]
    )
    workspace.fail(POST, Failure.timeout())

    with pytest.raises(TimeoutError):
        client.chat_postMessage(channel=ALERTS, text="broken")
    server.close()

    assert [] == workspace.everything()


def test_a_held_call_ends_when_it_is_released(client: WebClient, workspace: Workspace) -> None:
    """Its connection is closed without an answer."""
    silence = Failure.timeout()
    workspace.fail(POST, silence)
    timer = threading.Timer(0.1, silence.release)
    timer.start()

    with pytest.raises(RemoteDisconnected):
        client.chat_postMessage(channel=ALERTS, text="broken")
    timer.join()


@pytest.mark.parametrize("status", [429, 500, 503])
def test_the_uploads_second_step_fails_past_the_retry_handlers(
    patient: WebClient,
    workspace: Workspace,
    status: int,
) -> None:
    """slack_sdk posts the content with urllib alone, so urllib's error comes out."""
    workspace.fail(UPLOAD, Failure.server_error(status))

    with pytest.raises(HTTPError) as refused:
        patient.files_upload_v2(content="x", filename="errors.json", channel=ALERTS)
    refused.value.close()

    assert (status, 1) == (refused.value.code, workspace.calls[UPLOAD])
    assert [] == workspace.everything()
