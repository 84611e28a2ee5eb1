"""What failed half-way goes on where it stopped: nothing is said twice, and nothing is lost."""

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, cast

import pytest

from functions.notify.incident import Posted
from functions.notify.receipts import Receipts
from sandbox.slack import UPLOAD, Failure
from tests.integration.notify.conftest import RECEIPTS
from tests.integration.notify.teller import (
    FAILS,
    GROUP,
    OPENED_AT,
    SILENT_LOG,
    STORIES,
    Story,
    Teller,
)

POST, UPDATE = "chat.postMessage", "chat.update"


def undisturbed(teller: Teller, story: Story) -> tuple[list[str], str]:
    """What Slack shows when the story is told without a failure, about an incident of its own."""
    earlier = OPENED_AT - timedelta(days=1)
    other = Teller(teller.surroundings, teller.workspace, earlier)
    other.notify(other.last_of(story))
    return other.said(), other.first()


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
def test_a_step_that_fails(teller: Teller, story: str, method: str, failure: Failure) -> None:
    """The same event again does what is missing."""
    workspace, (everything, first) = teller.workspace, undisturbed(teller, STORIES[story])
    event = teller.last_of(STORIES[story])
    workspace.fail(method, failure, times=2)
    assert not teller.notify(event)["delivered"]
    workspace.failures.clear()
    updates = workspace.calls[UPDATE]
    assert teller.notify(event)["delivered"]
    assert everything == teller.said()[len(everything) :]
    assert first == teller.first()
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
def test_death_after_each_step(teller: Teller, dynamodb: Any, story: str, steps: list[str]) -> None:
    """The next attempt goes on, until all is told."""
    everything, first = undisturbed(teller, STORIES[story])
    event = teller.last_of(STORIES[story])
    healthy = teller.surroundings
    teller.surroundings = replace(healthy, receipts=DyingReceipts(dynamodb, RECEIPTS))
    for step in steps:
        with pytest.raises(LambdaDiedError) as died:
            teller.notify(event)
        assert (step if step != "all" else event["cluster"]["fingerprint"]) == str(
            died.value
        ).rpartition(" ")[2]
    teller.surroundings = healthy
    assert teller.notify(event)["delivered"]
    assert everything == teller.said()[len(everything) :]
    assert first == teller.first()


def test_death_before_the_answer_is_recorded(teller: Teller) -> None:
    """The next execution gets the same answer, and Slack hears nothing."""
    event = teller.event("opened", FAILS)
    answers = [teller.notify(event)]
    calls = teller.workspace.calls
    answers += [teller.notify(event) for _ in range(2)]
    assert [answers[0]] * 3 == answers
    assert calls == teller.workspace.calls


@pytest.mark.parametrize("dies", [False, True], ids=["at the end", "after the post"])
def test_death_and_then_the_log_tells_more(teller: Teller, dynamodb: Any, *, dies: bool) -> None:
    """What the next attempt reads there nobody has been told, so it does not count as told."""
    healthy = teller.surroundings
    if dies:
        teller.surroundings = replace(healthy, receipts=DyingReceipts(dynamodb, RECEIPTS))
    with pytest.raises(LambdaDiedError) if dies else nullcontext():
        teller.notify(teller.event("opened", FAILS, query=SILENT_LOG))
    teller.surroundings = healthy
    answer = teller.told("opened", FAILS)
    assert (["apply_error"], False) == (answer["causes"], answer["explained"])
    answer = teller.told("changed", FAILS)
    assert (["apply_conflict"], True) == (answer["causes"], answer["explained"])
    assert 1 == sum("The log tells more" in words for words in teller.said())


def test_death_and_then_something_else_is_wrong(teller: Teller) -> None:
    """The next execution finds the first message by the receipt, and tells what changed."""
    before = teller.notify(teller.event("opened", FAILS))
    after = teller.notify(teller.event("opened", {"cause": "no_subscription"}))
    assert before["ts"] == after["ts"]
    assert "🔴 sample-cluster has no subscription" == teller.first()
    assert "Changed after" in teller.said()[2]


def test_a_snippet_that_fails_is_no_failed_alert(teller: Teller) -> None:
    """It is told in the thread, once."""
    teller.workspace.fail(UPLOAD, Failure.server_error(500))
    event = teller.event("opened", FAILS)
    assert ["failed", "none"] == [teller.notify(event)["snippet"] for _ in range(2)]
    missing = f"  The error log could not be attached: HTTP 500. Look in {GROUP}."
    assert [missing] == teller.said()[1:]


def test_a_receipt_that_cannot_be_kept_is_no_failed_alert(teller: Teller, dynamodb: Any) -> None:
    """Read well, and then throttled: the answer says all the same where the message is."""

    class Unwritable:
        get_item = staticmethod(dynamodb.get_item)

        @staticmethod
        def update_item(**arguments: Any) -> Any:
            return dynamodb.update_item(**{**arguments, "TableName": "NoSuchTable"})

    receipts = Receipts(cast("Any", Unwritable()), RECEIPTS)
    teller.surroundings = replace(teller.surroundings, receipts=receipts)
    answer = teller.told("opened", FAILS)
    teller.told("resolved")
    (message,) = teller.workspace.messages(answer["channel"])
    assert answer["ts"] == message.ts
    assert "🟢" in message.text


def test_slack_asks_to_wait(teller: Teller) -> None:
    """The state machine waits, the function does not, and the alert is ready for an e-mail."""
    teller.workspace.fail(POST, Failure.rate_limited(retry_after=3600))
    answer = teller.notify(teller.event("opened", FAILS))
    assert 1 == teller.workspace.calls[POST]
    assert (False, 3600) == (answer["refused"], answer["retry_after_seconds"])
    assert ["apply_conflict"] == answer["causes"]
    assert answer["text"].startswith(f"🔴 {answer['subject']}")
    assert "ALTER SUBSCRIPTION orders_sub SKIP (lsn = '0/17345B8');" in answer["text"]
    assert "O'Neil" not in answer["text"]
