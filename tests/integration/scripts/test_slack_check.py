import time

import pytest

from functions.notify.settings import SlackSettings
from scripts.preflight.outcome import Outcome, Verdict
from scripts.preflight.slack import SlackCheck
from tests.integration.scripts.fake_slack import TOKEN, FakeSlack

CHANNEL = "/monitoring/slack/channel-id"


def outcomes(slack: FakeSlack, token: str = TOKEN, channel: str = "C0123") -> list[Outcome]:
    settings = SlackSettings(token, "/monitoring/slack/bot-token", "", CHANNEL)
    return list(SlackCheck(settings, {channel: CHANNEL}, slack.base_url).outcomes())


def verdicts(found: list[Outcome]) -> list[Verdict]:
    return [outcome.verdict for outcome in found]


def test_all_is_well_and_nobody_sees_a_message() -> None:
    """What was scheduled is withdrawn, and would have been due in a day."""
    with FakeSlack() as slack:
        found = outcomes(slack)
    assert [Verdict.PASSED] * 3 == verdicts(found)
    assert "Slack: the bot is a member of C0123" == found[-1].sentence
    assert {} == slack.scheduled
    assert ["auth.test", "chat.scheduleMessage", "chat.deleteScheduledMessage"] == slack.called


def test_a_wrong_token_fails_and_the_rest_is_not_checked() -> None:
    with FakeSlack() as slack:
        found = outcomes(slack, token="xoxb-wrong")
    assert [Verdict.FAILED, Verdict.NOT_MADE] == verdicts(found)
    assert "invalid_auth" in found[0].sentence
    assert "/monitoring/slack/bot-token" in str(found[0].fix)


@pytest.mark.parametrize(
    ("error", "fix"),
    [
        ("not_in_channel", "invite the app to the channel C0123"),
        ("channel_not_found", f"the SSM parameter {CHANNEL} must hold the id"),
        ("is_archived", "the channel C0123 is archived"),
        ("restricted_action", "see Slack's documentation"),
    ],
)
def test_a_channel_the_bot_cannot_post_to_fails(error: str, fix: str) -> None:
    """Slack's own word for it, and what to do."""
    with FakeSlack(channels={"C0123": error}) as slack:
        last = outcomes(slack)[-1]
    assert Verdict.FAILED is last.verdict
    assert error in last.sentence
    assert fix in str(last.fix)


@pytest.mark.parametrize(
    ("scopes", "verdict", "said"),
    [
        ("chat:write", Verdict.FAILED, "lacks the scopes files:write"),
        ("", Verdict.FAILED, "lacks the scopes chat:write, files:write"),
        ("files:write, chat:write, users:read", Verdict.PASSED, "has the scopes"),
        (None, Verdict.NOT_MADE, "does not name them"),
    ],
)
def test_scopes(scopes: str | None, verdict: Verdict, said: str) -> None:
    with FakeSlack(scopes=scopes) as slack:
        outcome = outcomes(slack)[1]
    assert verdict is outcome.verdict
    assert said in outcome.sentence


@pytest.mark.parametrize(
    "scopes", ["chat:write,files:write,chat:write.public", None], ids=["granted", "unknown"]
)
def test_with_a_scope_that_hides_the_membership_nothing_is_claimed(scopes: str | None) -> None:
    """chat:write.public lets a stranger post, but files are for members."""
    with FakeSlack(scopes=scopes) as slack:
        assert Verdict.NOT_MADE is outcomes(slack)[-1].verdict
    assert ["auth.test"] == slack.called


def test_a_withdrawal_that_fails_once_is_repeated() -> None:
    with FakeSlack(withdrawal_errors=["internal_error"]) as slack:
        assert Verdict.PASSED is outcomes(slack)[-1].verdict
    assert {} == slack.scheduled


def test_a_message_that_stays_is_told_of() -> None:
    """Then somebody may see it tomorrow, and should know what it is."""
    with FakeSlack(withdrawal_errors=["internal_error"] * 3) as slack:
        outcome = outcomes(slack)[-1]
    assert Verdict.FAILED is outcome.verdict
    assert "its scheduled message Q0 could not be withdrawn" in outcome.sentence
    (message,) = slack.scheduled.values()
    assert "please ignore" in message["text"]
    assert int(message["post_at"]) > time.time() + 23 * 60 * 60


def test_a_slack_that_cannot_be_reached_is_not_checked() -> None:
    with FakeSlack() as slack:
        url = slack.base_url
    settings = SlackSettings(TOKEN, "/monitoring/slack/bot-token", "", CHANNEL)
    found = list(SlackCheck(settings, {}, url).outcomes())
    assert [Verdict.NOT_MADE] * 2 == verdicts(found)
