"""What the state machine hears."""

from typing import Any

import pytest

from functions.notify.alert.compose import compose
from functions.notify.decision import Course
from functions.notify.delivery import Delivery, Snippet
from functions.notify.event import NotifyEvent, Posted
from functions.notify.notification import delivered, undelivered
from functions.notify.settings import (
    MalformedParameterError,
    MissingParameterError,
    ParameterError,
)
from functions.notify.slack import SlackError, SlackRefusedError, SlackUnavailableError
from tests.unit.notify.logs import START

FIRST = Posted("C1", "1.1")


def event(*findings: dict[str, Any], reported: tuple[str, ...] = ()) -> NotifyEvent:
    incident = {"opened_at": "2026-11-22T23:34:08Z", "causes": list(reported)}
    cluster = {"cluster": "sample-cluster", "findings": list(findings)}
    return NotifyEvent.from_json({"cluster": cluster, "incident": incident})


def test_delivered() -> None:
    """Causes come worst first, each once."""
    asked = event(
        {"cause": "skip_pending"}, {"cause": "no_subscription"}, {"cause": "skip_pending"}
    )
    assert {
        "delivered": True,
        "sent": True,
        "channel": "C1",
        "ts": "1.1",
        "causes": ["no_subscription", "skip_pending"],
        "snippet": "posted",
        "explained": True,
    } == delivered(asked, Course.POST, Delivery(FIRST, Snippet.POSTED), asked.causes)


def test_nobody_was_told() -> None:
    answer = delivered(event(), Course.SILENCE, Delivery(None), ())
    assert (True, None, None, [], "none") == (
        *(answer["delivered"], answer["channel"], answer["ts"]),
        *(answer["causes"], answer["snippet"]),
    )


def test_a_second_look_that_tells_no_more() -> None:
    """What was reported stays as it is stored, and the next reminder comes when it was due."""
    asked = event({"cause": "apply_error"}, reported=("apply_conflict",))
    answer = delivered(asked, Course.NOTHING_NEW, Delivery(FIRST), asked.causes)
    assert (False, ["apply_conflict"]) == (answer["sent"], answer["causes"])


@pytest.mark.parametrize(
    ("findings", "expected"),
    [
        pytest.param([], True, id="none"),
        pytest.param([{"cause": "apply_error"}], False, id="only the log can say"),
        pytest.param([{"cause": "worker_down"}, {"cause": "slot_lost"}], False, id="one of two"),
        pytest.param([{"cause": "apply_conflict"}], True, id="the log said"),
        pytest.param([{"cause": "subscription_disabled"}], True, id="nothing to report"),
        pytest.param([{"cause": "disabled_on_error"}], True, id="the log would only add"),
        pytest.param(
            [{"cause": "apply_error", "evidence": {"error": "it failed"}}],
            True,
            id="the log said what is no cause",
        ),
    ],
)
def test_whether_the_log_may_tell_more(findings: list[dict[str, Any]], *, expected: bool) -> None:
    asked = event(*findings)
    answer = delivered(asked, Course.POST, Delivery(FIRST), asked.causes)
    assert expected == answer["explained"]


def test_an_earlier_attempt_knew_less_of_the_log() -> None:
    """Then the state machine is to ask once more, which makes it news."""
    asked = event({"cause": "apply_conflict"})
    answer = delivered(asked, Course.ALREADY_POSTED, Delivery(FIRST), ("apply_error",))
    assert (["apply_error"], False) == (answer["causes"], answer["explained"])


@pytest.mark.parametrize(
    ("problem", "error", "shown", "refused", "wait"),
    [
        pytest.param(
            SlackUnavailableError("chat.update", "ratelimited", retry_after_seconds=30),
            "SlackUnavailableError",
            "Slack chat.update: ratelimited",
            False,
            30,
            id="busy",
        ),
        pytest.param(
            SlackUnavailableError("chat.update", "HTTP 503"),
            "SlackUnavailableError",
            "Slack chat.update: HTTP 503",
            False,
            None,
            id="down",
        ),
        pytest.param(
            SlackRefusedError("chat.postMessage", "is_archived", "take another"),
            "SlackRefusedError",
            "Slack chat.postMessage: is_archived (take another)",
            True,
            None,
            id="refused",
        ),
        pytest.param(
            MissingParameterError("the SSM parameter /x is missing: create it"),
            "MissingParameterError",
            "the SSM parameter /x is missing: create it",
            True,
            None,
            id="parameter",
        ),
        pytest.param(
            MalformedParameterError("the SSM parameter /slack/bot-token does not hold a token"),
            "MalformedParameterError",
            "the SSM parameter /slack/bot-token does not hold a token",
            True,
            None,
            id="malformed parameter",
        ),
        pytest.param(
            SlackUnavailableError("x", "Invalid header value b'Bearer xoxb-1-s3cr3t'"),
            "SlackUnavailableError",
            "Slack x: Invalid header value b'Bearer ……'",
            False,
            None,
            id="a secret in the error's text",
        ),
    ],
)
def test_undelivered(
    problem: SlackError | ParameterError,
    error: str,
    shown: str,
    *,
    refused: bool,
    wait: int | None,
) -> None:
    """What keeps the alert from Slack, what would help, and the alert for an e-mail."""
    asked = event({"cause": "no_subscription"})
    answer = undelivered(asked, compose(asked, (), START, attached=False), problem)
    text = answer.pop("text")
    assert {
        "delivered": False,
        "error": error,
        "problem": shown,
        "refused": refused,
        "retry_after_seconds": wait,
        "causes": ["no_subscription"],
        "subject": "sample-cluster has no subscription",
    } == answer
    assert text.startswith("🔴 sample-cluster has no subscription\n\nSince 23:34 UTC")
