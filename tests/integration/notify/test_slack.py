"""Posting over HTTP to Slack's stand-in, and everything that can go wrong on the way."""

from dataclasses import replace

import pytest

from functions.notify.alert.message import Message
from functions.notify.event import Posted
from functions.notify.settings import SlackSettings
from functions.notify.slack import Slack, SlackError, SlackRefusedError, SlackUnavailableError
from sandbox.patience import HANG_SECONDS
from sandbox.slack import UPLOAD, Failure, SlackServer, Workspace
from tests.integration.notify.conftest import (
    ALERTS,
    ARCHIVE,
    CHANNEL_PARAMETER,
    FOREIGN,
    TOKEN_PARAMETER,
)

POST = "chat.postMessage"
COMPLETE = "files.completeUploadExternal"
BLOCKS = [{"type": "section", "text": {"type": "plain_text", "text": "it broke"}}]
MESSAGE = Message("it broke", BLOCKS)


@pytest.fixture
def slack(server: SlackServer, settings: SlackSettings) -> Slack:
    return Slack(settings, server.base_url, timeout_seconds=HANG_SECONDS)


@pytest.fixture
def impatient(server: SlackServer, settings: SlackSettings) -> Slack:
    """For what is not answered in any case."""
    return Slack(settings, server.base_url, timeout_seconds=1)


def test_post(slack: Slack, workspace: Workspace) -> None:
    posted = slack.post(MESSAGE)
    (message,) = workspace.messages(ALERTS)
    assert Posted(message.channel, message.ts) == posted
    assert ("it broke", tuple(BLOCKS)) == (message.text, message.blocks)


def test_reply(slack: Slack, workspace: Workspace) -> None:
    posted = slack.post(MESSAGE)
    slack.reply(posted, Message("more"))
    assert ["more"] == [reply.text for reply in workspace.thread(ALERTS, posted.ts)]


def test_a_reply_for_the_channel_too(slack: Slack, workspace: Workspace) -> None:
    posted = slack.post(MESSAGE)
    slack.reply(posted, Message("more"))
    slack.reply(posted, Message("still"), broadcast=True)
    replies = workspace.thread(ALERTS, posted.ts)
    assert [("more", False), ("still", True)] == [
        (reply.text, reply.is_broadcast) for reply in replies
    ]


def test_update(slack: Slack, workspace: Workspace) -> None:
    """Text and blocks are replaced: old blocks beside a new text would be what a reader sees."""
    posted = slack.post(MESSAGE)
    blocks = [{"type": "section", "text": {"type": "plain_text", "text": "fixed"}}]
    slack.update(posted, Message("fixed", blocks))
    (message,) = workspace.messages(ALERTS)
    assert (posted.ts, "fixed", tuple(blocks)) == (message.ts, message.text, message.blocks)


def test_a_message_that_somebody_deleted(slack: Slack, workspace: Workspace) -> None:
    """Can neither be changed nor replied to."""
    posted = slack.post(MESSAGE)
    workspace.delete(workspace.message(ALERTS, posted.ts))
    with pytest.raises(SlackRefusedError) as updated:
        slack.update(posted, MESSAGE)
    with pytest.raises(SlackRefusedError) as replied:
        slack.reply(posted, Message("more"))
    assert updated.value.message_is_gone
    assert replied.value.message_is_gone


def test_attach(slack: Slack, workspace: Workspace) -> None:
    """The snippet is JSON and lies in the message's thread, below its comment."""
    posted = slack.post(MESSAGE)
    slack.attach(posted, "errors.json", '["é 🔴"]', "Up to 5 errors")
    (reply,) = workspace.thread(ALERTS, posted.ts)
    (file,) = reply.files
    assert "Up to 5 errors" == reply.text
    assert ("errors.json", "errors.json", "json") == (file.name, file.title, file.snippet_type)
    assert '["é 🔴"]'.encode() == file.content


@pytest.mark.parametrize(
    "failure",
    [
        Failure.server_error(500),
        Failure.server_error(503),
        Failure.drop_connection(),
    ],
    ids=["500", "503", "connection dropped"],
)
def test_a_passing_failure(slack: Slack, workspace: Workspace, failure: Failure) -> None:
    """One failure of this kind is not noticed."""
    workspace.fail(POST, failure)
    slack.post(MESSAGE)
    assert 2 == workspace.calls[POST]


@pytest.mark.parametrize(
    ("failure", "shown", "calls"),
    [
        pytest.param(Failure.rate_limited(retry_after=1), "ratelimited", 1, id="429"),
        pytest.param(Failure.server_error(500), "HTTP 500", 2, id="500"),
        pytest.param(Failure.server_error(502), "HTTP 502", 1, id="502"),
        pytest.param(Failure.drop_connection(), "Remote end closed", 2, id="connection dropped"),
        pytest.param(Failure.error("internal_error"), "internal_error", 1, id="internal error"),
    ],
)
def test_slack_is_unavailable(
    slack: Slack, workspace: Workspace, failure: Failure, shown: str, calls: int
) -> None:
    """What may work later is an error of its own kind, for the state machine to retry."""
    workspace.fail(POST, failure, times=3)
    with pytest.raises(SlackUnavailableError, match=f"Slack {POST}: .*{shown}"):
        slack.post(MESSAGE)
    assert calls == workspace.calls[POST]


def test_a_silent_slack_is_unavailable(impatient: Slack, workspace: Workspace) -> None:
    """It is asked once: the answer may be under way."""
    workspace.fail(POST, Failure.timeout())
    with pytest.raises(SlackUnavailableError, match=f"Slack {POST}: .*timed out"):
        impatient.post(MESSAGE)
    assert 1 == workspace.calls[POST]


@pytest.mark.parametrize(
    ("failure", "expected"),
    [(Failure.rate_limited(retry_after=30), 30), (Failure.server_error(502), None)],
    ids=["429", "502"],
)
def test_how_long_slack_asks_to_wait(
    slack: Slack, workspace: Workspace, failure: Failure, expected: int | None
) -> None:
    """The error says it; nobody waits here."""
    workspace.fail(POST, failure)
    with pytest.raises(SlackUnavailableError) as raised:
        slack.post(MESSAGE)
    assert expected == raised.value.retry_after_seconds


def test_nobody_listens(server: SlackServer, settings: SlackSettings) -> None:
    slack = Slack(settings, server.base_url)
    server.close()
    with pytest.raises(SlackUnavailableError, match="Connection refused"):
        slack.post(MESSAGE)


@pytest.mark.parametrize(
    ("change", "shown"),
    [
        pytest.param(
            {"token": "xoxb-wrong"},
            f"invalid_auth (the token in the SSM parameter {TOKEN_PARAMETER} is not valid",
            id="wrong token",
        ),
        pytest.param(
            {"channel": FOREIGN},
            f"not_in_channel (invite the app to the channel {FOREIGN}",
            id="member",
        ),
        pytest.param(
            {"channel": "C0NOWHERE"},
            f"channel_not_found (the SSM parameter {CHANNEL_PARAMETER} must hold the id",
            id="channel",
        ),
        pytest.param({"channel": ARCHIVE}, f"is_archived (the channel {ARCHIVE}", id="archived"),
    ],
)
def test_slack_refuses(
    server: SlackServer, settings: SlackSettings, change: dict[str, str], shown: str
) -> None:
    """Slack's code and what to do stand in the message, and nothing secret does."""
    wrong = replace(settings, **change)
    with pytest.raises(SlackRefusedError) as raised:
        Slack(wrong, server.base_url).post(MESSAGE)
    assert f"Slack {POST}: {shown}" in str(raised.value)
    assert wrong.token not in repr(raised.value) + repr(raised.value.__cause__)


def test_missing_scope(slack: Slack, workspace: Workspace) -> None:
    workspace.scopes = frozenset({"files:write"})
    with pytest.raises(
        SlackRefusedError, match=r"missing_scope \(give the app the scope chat:write"
    ):
        slack.post(MESSAGE)


def test_invalid_blocks(slack: Slack) -> None:
    """Slack names the block it does not accept."""
    with pytest.raises(SlackRefusedError, match=r"invalid_blocks \(a defect of the monitor: .+\)"):
        slack.post(Message("x", [{"type": "section"}]))


@pytest.mark.parametrize(
    ("method", "failure", "shown"),
    [
        pytest.param(
            "files.getUploadURLExternal",
            Failure.error("missing_scope"),
            "missing_scope",
            id="no scope for files",
        ),
        pytest.param(UPLOAD, Failure.server_error(500), "HTTP 500", id="second step refused"),
        pytest.param(UPLOAD, Failure.rate_limited(7), "HTTP 429", id="second step limited"),
        pytest.param(UPLOAD, Failure.drop_connection(), "Remote end", id="second step dropped"),
        pytest.param(COMPLETE, Failure.error("not_in_channel"), "not_in_channel", id="third step"),
    ],
)
def test_upload_fails(
    slack: Slack, workspace: Workspace, method: str, failure: Failure, shown: str
) -> None:
    """Whatever an upload fails of is a `SlackError` with the reason."""
    posted = slack.post(MESSAGE)
    workspace.fail(method, failure, times=2)
    with pytest.raises(SlackError, match=shown):
        slack.attach(posted, "errors.json", "[]", "Up to 5 errors")
    assert [] == workspace.thread(ALERTS, posted.ts)


def test_an_upload_is_not_answered(slack: Slack, impatient: Slack, workspace: Workspace) -> None:
    posted = slack.post(MESSAGE)
    workspace.fail(UPLOAD, Failure.timeout(), times=2)
    with pytest.raises(SlackError, match="timed out"):
        impatient.attach(posted, "errors.json", "[]", "Up to 5 errors")
    assert [] == workspace.thread(ALERTS, posted.ts)
