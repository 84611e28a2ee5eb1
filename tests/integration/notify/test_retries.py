"""What failed half-way goes on where it stopped: nothing is posted twice, and nothing is lost."""

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, cast

import pytest

from functions.notify.event import Posted
from functions.notify.receipts import Receipts
from sandbox.slack import UPLOAD, Failure
from tests.integration.notify.conftest import RECEIPTS
from tests.integration.notify.notifier import (
    FAILS,
    GROUP,
    OPENED_AT,
    SILENT_LOG,
    STORIES,
    Notifier,
    Story,
)

POST, UPDATE = "chat.postMessage", "chat.update"


def undisturbed(notifier: Notifier, story: Story) -> tuple[list[str], str]:
    """What Slack shows when the story is played without a failure, about an incident of its own."""
    earlier = OPENED_AT - timedelta(days=1)
    other = Notifier(notifier.clients, notifier.workspace, earlier)
    other.notify(other.last_of(story))
    return other.posted(), other.first()


@pytest.mark.parametrize(
    ("story", "method"),
    [
        ("opened", POST),
        ("changed", UPDATE),
        ("changed", POST),
        ("reminder", UPDATE),
        ("reminder", POST),
        ("resolved", UPDATE),
        ("resolved", POST),
        ("reopened", UPDATE),
        ("reopened", POST),
    ],
)
@pytest.mark.parametrize(
    "failure",
    [Failure.server_error(503), Failure.rate_limited(30), Failure.error("token_revoked")],
    ids=["503", "429", "revoked"],
)
def test_a_step_that_fails(notifier: Notifier, story: str, method: str, failure: Failure) -> None:
    """The same event again does what is missing."""
    workspace, (everything, first) = notifier.workspace, undisturbed(notifier, STORIES[story])
    event = notifier.last_of(STORIES[story])
    workspace.fail(method, failure, times=2)
    assert not notifier.notify(event)["delivered"]
    workspace.failures.clear()
    updates = workspace.calls[UPDATE]
    assert notifier.notify(event)["delivered"]
    assert everything == notifier.posted()[len(everything) :]
    assert first == notifier.first()
    assert (1 if method == UPDATE else 0) == workspace.calls[UPDATE] - updates


class LambdaDiedError(Exception):
    """In the middle of its work."""


class DyingReceipts(Receipts):
    """Keeps one entry, and dies."""

    def keep(
        self, incident: str, now: datetime, causes: Sequence[str], entry: str, first: Posted
    ) -> None:
        super().keep(incident, now, causes, entry, first)
        raise LambdaDiedError(entry)


@pytest.mark.parametrize(
    ("story", "steps"),
    [
        ("opened", ["post", "attach", "all"]),
        ("changed", ["update", "reply", "attach", "all"]),
        ("reminder", ["update", "reply", "all"]),
        ("resolved", ["update", "reply", "all"]),
        ("reopened", ["update", "reply", "attach", "all"]),
    ],
)
def test_death_after_each_step(
    notifier: Notifier, dynamodb: Any, story: str, steps: list[str]
) -> None:
    """The next attempt goes on, until all is posted."""
    everything, first = undisturbed(notifier, STORIES[story])
    event = notifier.last_of(STORIES[story])
    healthy = notifier.clients
    notifier.clients = replace(healthy, receipts=DyingReceipts(dynamodb, RECEIPTS))
    for step in steps:
        with pytest.raises(LambdaDiedError) as died:
            notifier.notify(event)
        assert (step if step != "all" else event["cluster"]["fingerprint"]) == str(
            died.value
        ).rpartition(" ")[2]
    notifier.clients = healthy
    assert notifier.notify(event)["delivered"]
    assert everything == notifier.posted()[len(everything) :]
    assert first == notifier.first()


def test_death_before_the_answer_is_recorded(notifier: Notifier) -> None:
    """The next execution gets the same answer, and Slack hears nothing."""
    event = notifier.event("opened", FAILS)
    answers = [notifier.notify(event)]
    calls = notifier.workspace.calls
    answers += [notifier.notify(event) for _ in range(2)]
    assert [answers[0]] * 3 == answers
    assert calls == notifier.workspace.calls


@pytest.mark.parametrize("dies", [False, True], ids=["at the end", "after the post"])
def test_death_and_then_the_log_tells_more(
    notifier: Notifier, dynamodb: Any, *, dies: bool
) -> None:
    """What the next attempt reads there was not posted, so it does not count as reported."""
    healthy = notifier.clients
    if dies:
        notifier.clients = replace(healthy, receipts=DyingReceipts(dynamodb, RECEIPTS))
    with pytest.raises(LambdaDiedError) if dies else nullcontext():
        notifier.notify(notifier.event("opened", FAILS, query=SILENT_LOG))
    notifier.clients = healthy
    answer = notifier.notified("opened", FAILS)
    assert (["apply_error"], False) == (answer["causes"], answer["explained"])
    answer = notifier.notified("changed", FAILS)
    assert (["apply_conflict"], True) == (answer["causes"], answer["explained"])
    assert 1 == sum("The log says more" in words for words in notifier.posted())


def test_death_and_then_something_else_is_wrong(notifier: Notifier) -> None:
    """The next execution finds the first message by the receipt, and reports what changed."""
    before = notifier.notify(notifier.event("opened", FAILS))
    after = notifier.notify(notifier.event("opened", {"cause": "no_subscription"}))
    assert before["ts"] == after["ts"]
    assert "🔴 sample-cluster has no subscription" == notifier.first()
    assert "Changed after" in notifier.posted()[2]


def test_a_snippet_that_fails_is_no_failed_alert(notifier: Notifier) -> None:
    """It is reported in the thread, once."""
    notifier.workspace.fail(UPLOAD, Failure.server_error(500))
    event = notifier.event("opened", FAILS)
    assert ["failed", "none"] == [notifier.notify(event)["snippet"] for _ in range(2)]
    missing = f"  The error log could not be attached: HTTP 500. Look in {GROUP}."
    assert [missing] == notifier.posted()[1:]


def test_a_receipt_that_cannot_be_kept_is_no_failed_alert(
    notifier: Notifier, dynamodb: Any
) -> None:
    """Read well, and then throttled: the answer says all the same where the message is."""

    class Unwritable:
        get_item = staticmethod(dynamodb.get_item)

        @staticmethod
        def update_item(**arguments: Any) -> Any:
            return dynamodb.update_item(**{**arguments, "TableName": "NoSuchTable"})

    receipts = Receipts(cast("Any", Unwritable()), RECEIPTS)
    notifier.clients = replace(notifier.clients, receipts=receipts)
    answer = notifier.notified("opened", FAILS)
    notifier.notified("resolved")
    (message,) = notifier.workspace.messages(answer["channel"])
    assert answer["ts"] == message.ts
    assert "🟢" in message.text


def test_slack_asks_to_wait(notifier: Notifier) -> None:
    """The state machine waits, the function does not, and the alert is ready for an e-mail."""
    notifier.workspace.fail(POST, Failure.rate_limited(retry_after=3600))
    answer = notifier.notify(notifier.event("opened", FAILS))
    assert 1 == notifier.workspace.calls[POST]
    assert (False, 3600) == (answer["refused"], answer["retry_after_seconds"])
    assert ["apply_conflict"] == answer["causes"]
    assert answer["text"].startswith(f"🔴 {answer['subject']}")
    assert "ALTER SUBSCRIPTION orders_sub SKIP (lsn = '0/17345B8');" in answer["text"]
    assert "O'Neil" not in answer["text"]
