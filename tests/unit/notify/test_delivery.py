"""Step by step: what Slack has accepted is kept at once, and not posted again."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pytest

from functions.notify.alert.message import Message
from functions.notify.alert.replies import Reply
from functions.notify.decision import Course, Receipt
from functions.notify.delivery import Attachment, Delivery, Notification, Progress, Snippet, deliver
from functions.notify.event import Posted
from functions.notify.log.error import LogError
from functions.notify.slack import SlackError, SlackRefusedError, SlackUnavailableError

KEY = "1 changed 3f0c"
FIRST = Posted("C1", "1.1")
NEW = Posted("C2", "2.2")
ERRORS = (LogError(None, None, "ERROR", "it failed"),)
MORE = Reply("more")
NOTIFICATION = Notification(Message("text", []), MORE, Attachment(ERRORS, 45, ["/group"]))
NO_ERRORS = replace(NOTIFICATION, attachment=replace(NOTIFICATION.attachment, errors=()))
DETAILS = (Message("a", [{"type": "divider"}]), Message("b", [{"type": "divider"}]))
DETAILED = replace(NOTIFICATION, message=Message("text", [], DETAILS))
BUSY = SlackUnavailableError("chat.postMessage", "HTTP 503")
REFUSED = SlackRefusedError("file upload", "not_in_channel", "invite <the> app")
GONE = SlackRefusedError("chat.update", "message_not_found")


@dataclass
class FakeWorkspace:
    """Writes down every call, and lets those of a method fail that is given an error."""

    failures: dict[str, SlackError] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    posted: list[str] = field(default_factory=list)

    def _called(self, method: str, posted: Posted | None = None) -> None:
        self.calls.append(f"{method} {posted.ts}" if posted else method)
        if method in self.failures:
            raise self.failures[method]

    def post(self, message: Message) -> Posted:
        self._called("post")
        self.posted.append(message.text)
        return NEW

    def update(self, posted: Posted, message: Message) -> None:
        self._called("update", posted)
        self.posted.append(message.text)

    def reply(self, posted: Posted, message: Message, *, broadcast: bool = False) -> None:
        kind = "detail" if message.blocks else "broadcast" if broadcast else "reply"
        self._called(kind, posted)
        self.posted.append(message.text)

    def attach(self, posted: Posted, filename: str, content: str, comment: str) -> None:
        self._called("attach", posted)
        self.posted += [filename, content, comment]


@dataclass
class Attempt:
    """A delivery, what was called for it, and the entries that were kept, in order."""

    workspace: FakeWorkspace
    kept: list[tuple[str, Posted]]
    delivery: Delivery | None
    error: SlackError | None

    @property
    def entries(self) -> list[str]:
        return [entry.removeprefix(KEY).strip() or "all" for entry, _ in self.kept]


def attempt(
    course: Course,
    *,
    before: Sequence[str] = (),
    first: Posted | None = FIRST,
    what: Notification = NOTIFICATION,
    **failures: SlackError,
) -> Attempt:
    """Deliver with the steps that were posted `before`."""
    workspace, kept = FakeWorkspace(failures), list[tuple[str, Posted]]()
    entries = (step if step.startswith("detail") else f"{KEY} {step}" for step in before)
    receipt = Receipt("c 1", first, frozenset(entries))
    progress = Progress(KEY, receipt, lambda entry, where: kept.append((entry, where)))
    try:
        delivery = deliver(course, what, workspace, progress)
    except SlackError as error:
        return Attempt(workspace, kept, None, error)
    return Attempt(workspace, kept, delivery, None)


@pytest.mark.parametrize(
    ("tried", "calls", "entries"),
    [
        pytest.param(
            attempt(Course.POST, first=None),
            ["post", "attach 2.2"],
            ["post", "attach", "all"],
            id="a new message",
        ),
        pytest.param(
            attempt(Course.POST, first=None, what=NO_ERRORS),
            ["post"],
            ["post", "all"],
            id="no errors",
        ),
        pytest.param(
            attempt(Course.POST, before=["post"]),
            ["attach 1.1"],
            ["attach", "all"],
            id="posted before",
        ),
        pytest.param(
            attempt(Course.POST, before=["post", "attach"]), [], ["all"], id="all but the record"
        ),
        pytest.param(
            attempt(Course.CONTINUE),
            ["update 1.1", "reply 1.1", "attach 1.1"],
            ["update", "reply", "attach", "all"],
            id="an incident goes on",
        ),
        pytest.param(
            attempt(Course.CONTINUE, what=replace(NO_ERRORS, reply=Reply("still", broadcast=True))),
            ["update 1.1", "broadcast 1.1"],
            ["update", "reply", "all"],
            id="a reminder",
        ),
        pytest.param(
            attempt(Course.CONTINUE, before=["update"]),
            ["reply 1.1", "attach 1.1"],
            ["reply", "attach", "all"],
            id="updated before",
        ),
        pytest.param(
            attempt(Course.CONTINUE, before=["update", "reply"]),
            ["attach 1.1"],
            ["attach", "all"],
            id="replied before",
        ),
        pytest.param(attempt(Course.UPDATE), ["update 1.1"], ["update", "all"], id="muted"),
        pytest.param(
            attempt(Course.CONTINUE, update=GONE),
            ["update 1.1", "post", "attach 2.2"],
            ["post", "attach", "all"],
            id="the first message is gone",
        ),
        pytest.param(
            attempt(Course.CONTINUE, reply=GONE),
            ["update 1.1", "reply 1.1", "post", "attach 2.2"],
            ["update", "post", "attach", "all"],
            id="it goes between two steps",
        ),
        pytest.param(
            attempt(Course.UPDATE, update=GONE), ["update 1.1"], ["all"], id="muted and gone"
        ),
    ],
)
def test_steps(tried: Attempt, calls: list[str], entries: list[str]) -> None:
    assert calls == tried.workspace.calls
    assert entries == tried.entries
    assert tried.delivery is not None


@pytest.mark.parametrize(
    ("tried", "error", "entries"),
    [
        pytest.param(attempt(Course.POST, first=None, post=BUSY), BUSY, [], id="post"),
        pytest.param(attempt(Course.CONTINUE, update=BUSY), BUSY, [], id="update"),
        pytest.param(attempt(Course.UPDATE, update=BUSY), BUSY, [], id="update alone"),
        pytest.param(attempt(Course.CONTINUE, update=GONE, post=BUSY), BUSY, [], id="post anew"),
        pytest.param(attempt(Course.CONTINUE, reply=BUSY), BUSY, ["update"], id="reply"),
    ],
)
def test_a_step_that_fails(tried: Attempt, error: SlackError, entries: list[str]) -> None:
    """What was accepted before is kept, the notification is not complete."""
    assert error is tried.error
    assert entries == tried.entries


@pytest.mark.parametrize("code", ["invalid_auth", "missing_scope"])
@pytest.mark.parametrize("course", [Course.CONTINUE, Course.UPDATE])
def test_a_refusal_that_is_not_the_message_s(course: Course, code: str) -> None:
    """A new message would be refused as well."""
    refusal = SlackRefusedError("chat.update", code)
    tried = attempt(course, update=refusal)
    assert refusal is tried.error
    assert ["update 1.1"] == tried.workspace.calls


@pytest.mark.parametrize(
    ("tried", "first"),
    [
        (attempt(Course.POST, first=None), NEW),
        (attempt(Course.CONTINUE), FIRST),
        (attempt(Course.UPDATE), FIRST),
        (attempt(Course.CONTINUE, update=GONE), NEW),
        (attempt(Course.UPDATE, update=GONE), None),
    ],
    ids=["new", "goes on", "muted", "anew", "muted and gone"],
)
def test_where_the_first_message_is(tried: Attempt, first: Posted | None) -> None:
    """The answer says it, and every entry is kept with it."""
    assert tried.delivery is not None
    assert first == tried.delivery.first
    assert (first or FIRST) == tried.kept[-1][1]


def test_errors_are_attached() -> None:
    tried = attempt(Course.POST, first=None)
    text, filename, content, comment = tried.workspace.posted
    assert ("text", "errors.json") == (text, filename)
    assert [{"times": 1, "severity": "ERROR", "message": "it failed"}] == json.loads(content)
    assert "Up to 5 errors in the last 45 minutes" == comment
    assert Delivery(NEW, Snippet.POSTED) == tried.delivery


def test_no_errors_no_snippet() -> None:
    """Slack refuses an empty file; the message says itself that nothing was found."""
    assert Delivery(NEW, Snippet.NONE) == attempt(Course.POST, first=None, what=NO_ERRORS).delivery


def test_a_failed_upload_is_reported_in_the_thread() -> None:
    tried = attempt(Course.POST, first=None, attach=REFUSED)
    assert Delivery(NEW, Snippet.FAILED, REFUSED) == tried.delivery
    reply = tried.workspace.posted[-1]
    assert "The error log could not be attached: not_in_channel (invite &lt;the&gt; app)." in reply
    assert reply.endswith("Look in /group.")
    assert ["post", "all"] == tried.entries


def test_an_alert_stands_without_anything_in_its_thread() -> None:
    """Neither the upload nor telling of it is worth losing the alert's answer."""
    tried = attempt(Course.POST, first=None, attach=BUSY, reply=REFUSED)
    assert Delivery(NEW, Snippet.FAILED, BUSY) == tried.delivery
    assert ["post", "all"] == tried.entries


POSTED_A = f"detail 1.1 {DETAILS[0].digest}"
POSTED_B = f"detail 1.1 {DETAILS[1].digest}"


@pytest.mark.parametrize(
    ("tried", "calls", "entries"),
    [
        pytest.param(
            attempt(Course.CONTINUE, what=DETAILED),
            ["update 1.1", "reply 1.1", "detail 1.1", "detail 1.1", "attach 1.1"],
            ["update", "reply", POSTED_A, POSTED_B, "attach", "all"],
            id="below the reply",
        ),
        pytest.param(
            attempt(Course.CONTINUE, what=DETAILED, before=["update", "reply", POSTED_A]),
            ["detail 1.1", "attach 1.1"],
            [POSTED_B, "attach", "all"],
            id="one posted before",
        ),
        pytest.param(
            attempt(Course.CONTINUE, what=DETAILED, before=[POSTED_A, POSTED_B], update=GONE),
            ["update 1.1", "post", "detail 2.2", "detail 2.2", "attach 2.2"],
            [
                "post",
                f"detail 2.2 {DETAILS[0].digest}",
                f"detail 2.2 {DETAILS[1].digest}",
                "attach",
                "all",
            ],
            id="posted below a message that is gone",
        ),
        pytest.param(
            attempt(Course.CONTINUE, what=DETAILED, before=["update", "reply"], detail=BUSY),
            ["detail 1.1"],
            [],
            id="Slack is busy: the next attempt goes on there",
        ),
        pytest.param(
            attempt(Course.CONTINUE, what=DETAILED, before=["update", "reply"], detail=REFUSED),
            ["detail 1.1", "attach 1.1"],
            ["attach", "all"],
            id="an alert without its details is an alert",
        ),
        pytest.param(
            attempt(Course.UPDATE, what=DETAILED), ["update 1.1"], ["update", "all"], id="muted"
        ),
    ],
)
def test_details_there_was_no_room_for(
    tried: Attempt, calls: list[str], entries: list[str]
) -> None:
    assert calls == tried.workspace.calls
    assert entries == tried.entries


def test_by_hand_nothing_is_kept() -> None:
    words = Notification(Message("text", []), None, Attachment((), 30, []))
    assert (
        NEW == deliver(Course.POST, words, FakeWorkspace(), Progress("0 opened f", Receipt())).first
    )
