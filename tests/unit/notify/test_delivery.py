import json
from dataclasses import dataclass, field

import pytest

from functions.notify.delivery import Snippet, Thread, deliver
from functions.notify.log_error import LogError
from functions.notify.message import Message
from functions.notify.slack import Posted
from functions.notify.slack_errors import SlackError, SlackRefusedError, SlackUnavailableError

MESSAGE = Message("text", [])
POSTED = Posted("C1", "1.2")
ERRORS = [LogError(None, None, "ERROR", "it failed")]
REFUSED = SlackRefusedError("file upload", "not_in_channel", "invite <the> app")


@dataclass
class FakeWorkspace:
    """Takes everything, but for the steps that are given an error."""

    on_post: SlackError | None = None
    on_attach: SlackError | None = None
    on_reply: SlackError | None = None
    replies: list[str] = field(default_factory=list)
    attached: list[tuple[str, str, str]] = field(default_factory=list)

    def post(self, message: Message) -> Posted:
        assert MESSAGE is message
        if self.on_post:
            raise self.on_post
        return POSTED

    def reply(self, posted: Posted, text: str) -> None:
        assert POSTED == posted
        if self.on_reply:
            raise self.on_reply
        self.replies.append(text)

    def attach(self, posted: Posted, filename: str, content: str, comment: str) -> None:
        assert POSTED == posted
        if self.on_attach:
            raise self.on_attach
        self.attached.append((filename, content, comment))


def test_errors_are_attached() -> None:
    workspace = FakeWorkspace()
    delivery = deliver(workspace, MESSAGE, Thread(ERRORS, 45, ["/group"]))
    assert (POSTED, Snippet.POSTED, None) == (delivery.posted, delivery.snippet, delivery.problem)
    ((filename, content, comment),) = workspace.attached
    assert "errors.json" == filename
    assert [{"times": 1, "severity": "ERROR", "message": "it failed"}] == json.loads(content)
    assert "Up to 5 errors in the last 45 minutes" == comment


def test_no_errors_no_snippet() -> None:
    """Slack refuses an empty file; the message says itself that nothing was found."""
    workspace = FakeWorkspace()
    assert Snippet.NONE is deliver(workspace, MESSAGE, Thread([], 30, [])).snippet
    assert ([], []) == (workspace.attached, workspace.replies)


def test_a_failed_upload_is_told_in_the_thread() -> None:
    workspace = FakeWorkspace(on_attach=REFUSED)
    delivery = deliver(workspace, MESSAGE, Thread(ERRORS, 30, ["/group"]))
    assert (Snippet.FAILED, REFUSED) == (delivery.snippet, delivery.problem)
    (told,) = workspace.replies
    assert "The error log could not be attached: not_in_channel (invite &lt;the&gt; app)." in told
    assert told.endswith("Look in /group.")


def test_an_alert_stands_without_anything_in_its_thread() -> None:
    """Neither the upload nor telling of it is worth losing the alert's answer."""
    workspace = FakeWorkspace(
        on_attach=SlackUnavailableError("file upload", "HTTP 500"), on_reply=REFUSED
    )
    delivery = deliver(workspace, MESSAGE, Thread(ERRORS, 30, ["/group"]))
    assert (POSTED, Snippet.FAILED) == (delivery.posted, delivery.snippet)


def test_an_alert_that_was_not_posted_is_an_error() -> None:
    with pytest.raises(SlackRefusedError):
        deliver(FakeWorkspace(on_post=REFUSED), MESSAGE, Thread(ERRORS, 30, []))
