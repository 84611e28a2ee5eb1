"""An incident's story in Slack, with real HTTP to Slack, Parameter Store and DynamoDB."""

import json
from typing import Any

import pytest

from functions.catalogue import CATALOGUE
from sandbox.slack import Failure, Message
from tests.integration.notify.conftest import ALERTS, CHANNEL_PARAMETER
from tests.integration.notify.notifier import FAILS, LOG, SILENT_LOG, SLOT, Notifier

COLLIDES = CATALOGUE["apply_conflict"].headline
UNUSED = CATALOGUE["slot_inactive"].headline
BROKEN = f"🔴 sample-cluster: orders_sub {COLLIDES}"
UNEXPLAINED = f"🔴 sample-cluster: orders_sub {CATALOGUE['apply_error'].headline}"
RECOVERED = "🟢 sample-cluster: replication works again"
SNIPPET = "  Up to 5 errors in the last 30 minutes"


def text_of(message: Message) -> str:
    return json.dumps(message.blocks, ensure_ascii=False)


def test_a_story(notifier: Notifier) -> None:
    """Opened, changed, reminded of, resolved and broken again: one message, one thread."""
    answers = [notifier.notified("opened", FAILS)]
    notifier.minute = 5
    answers.append(notifier.notified("changed", FAILS, SLOT))
    notifier.minute = 60
    answers.append(notifier.notified("reminder", FAILS, SLOT))
    notifier.minute = 72
    answers.append(notifier.notified("resolved"))
    notifier.minute = 76
    answers.append(notifier.notified("opened", FAILS))

    (first,) = notifier.workspace.messages(ALERTS)
    assert {(ALERTS, first.ts)} == {(answer["channel"], answer["ts"]) for answer in answers}
    assert ["posted", "posted", "none", "none", "posted"] == [
        answer["snippet"] for answer in answers
    ]
    assert [
        BROKEN,
        SNIPPET,
        f"  Changed after 5 minutes.\n*New:*\n• `orders_sub` {UNUSED}",
        SNIPPET,
        f"  🔴 Still, after 1 hour: sample-cluster: orders_sub {COLLIDES}, and 1 more",
        "  Recovered after 1 hour 12 minutes.",
        f"  Broken again, 4 minutes after the recovery:\n• `orders_sub` {COLLIDES}",
        SNIPPET,
    ] == notifier.posted()
    shown = [*(version.text for version in first.history), first.text]
    assert [BROKEN, f"{BROKEN}, and 1 more", f"{BROKEN}, and 1 more", RECOVERED, BROKEN] == shown
    assert "Since 22 Nov 2026, 23:34 UTC, 1 hour 16 minutes, with a recovery at 00:46" in text_of(
        first
    )


def test_only_a_reminder_is_seen_in_the_channel(notifier: Notifier) -> None:
    for transition in ("opened", "changed", "reminder", "resolved"):
        notifier.notified(transition, *([] if transition == "resolved" else [FAILS, SLOT]))
        notifier.incident["fingerprint"] = "another"
    (seen,) = [message.text for message in notifier.workspace.everything() if message.is_broadcast]
    assert "Still" in seen


def test_a_green_message(notifier: Notifier) -> None:
    """How long it lasted and what it was, and nothing of a log that nobody asked."""
    notifier.notified("opened", FAILS)
    notifier.minute = 12
    notifier.notified("resolved")
    (green,) = notifier.workspace.messages(ALERTS)
    assert "Recovered after 12 minutes, at 23:46 UTC." in text_of(green)
    assert f"*What it was*\\n• {COLLIDES}" in text_of(green)
    assert "log" not in text_of(green).lower()
    assert "  Recovered after 12 minutes." == notifier.posted()[-1]


def test_resolved_while_slack_was_down(notifier: Notifier) -> None:
    """Slack never had the alert: one green message has the whole."""
    notifier.workspace.fail("chat.postMessage", Failure.server_error(502))
    undelivered = notifier.notify(notifier.event("opened", FAILS))
    assert not undelivered["delivered"]
    notifier.incident |= {"undelivered": "opened apply_error", "causes": undelivered["causes"]}
    notifier.minute = 12
    answer = notifier.notified("resolved")
    (message,) = notifier.workspace.everything()
    assert (RECOVERED, message.ts) == (message.text, answer["ts"])
    assert "it lasted from 23:34 UTC to 23:46 UTC" in text_of(message)
    assert "could not be delivered to Slack" in text_of(message)
    assert COLLIDES in text_of(message)


def test_resolved_before_anybody_was_told(notifier: Notifier) -> None:
    answer = notifier.notify(notifier.event("resolved"))
    assert (True, None, None) == (answer["delivered"], answer["channel"], answer["ts"])
    assert {} == notifier.workspace.calls


def test_a_second_look(notifier: Notifier) -> None:
    """The log came late: what it explains is posted, and only that."""
    late = notifier.notified("opened", FAILS, query=SILENT_LOG)
    not_yet = notifier.notified("changed", FAILS, query=SILENT_LOG)
    come = notifier.notified("changed", FAILS, query=LOG)
    assert [False, False, True] == [answer["explained"] for answer in (late, not_yet, come)]
    assert [True, False, True] == [answer["sent"] for answer in (late, not_yet, come)]
    assert late["ts"] == not_yet["ts"] == come["ts"]
    more = f"  The log says more.\n*New:*\n• `orders_sub` {COLLIDES}"
    assert [BROKEN, more, SNIPPET] == notifier.posted()


def test_a_missing_parameter(notifier: Notifier, ssm: Any) -> None:
    ssm.delete_parameter(Name=CHANNEL_PARAMETER)
    answer = notifier.notify(notifier.event("opened", FAILS))
    assert ("MissingParameterError", True) == (answer["error"], answer["refused"])
    assert CHANNEL_PARAMETER in answer["problem"]
    assert "orders_sub" in answer["text"]


def test_muted_while_open(notifier: Notifier) -> None:
    """The first message says so, once, and the thread nothing."""
    notifier.notified("opened", FAILS, query=SILENT_LOG)
    assert [UNEXPLAINED] == notifier.posted()
    event = notifier.event("resolved", muted=[FAILS])
    answers = [notifier.notify(event) for _ in range(2)]
    (message,) = notifier.workspace.everything()
    assert "🔕 sample-cluster (muted): " in message.text
    assert (answers[0], 1) == (answers[1], notifier.workspace.calls["chat.update"])
    assert (ALERTS, message.ts) == (answers[0]["channel"], answers[0]["ts"])


def test_muted_by_what_only_the_log_tells(notifier: Notifier) -> None:
    """Before anything was posted: silence. Afterwards: the first message says so."""
    mute = ["apply_conflict"]
    silent = notifier.notify(notifier.event("opened", FAILS, mute=mute))
    assert (True, None, []) == (silent["delivered"], silent["channel"], silent["causes"])
    assert [] == notifier.posted()
    notifier.notified("opened", FAILS)
    notifier.notified("changed", FAILS, mute=mute)
    assert [f"🔕 sample-cluster (muted): orders_sub {COLLIDES}", SNIPPET] == notifier.posted()


def test_another_cause_has_long_been_muted(notifier: Notifier) -> None:
    """What is resolved is resolved."""
    notifier.notified("opened", FAILS)
    notifier.notified("resolved", muted=[{"cause": "skip_pending"}])
    assert RECOVERED == notifier.first()
    assert "Recovered" in notifier.posted()[-1]


def test_a_drill_of_what_is_muted(notifier: Notifier) -> None:
    """It shows what is muted, and is not the incident's first message."""
    answer = notifier.notify(
        notifier.event("opened", FAILS, mute=["orders_sub"], force_notify=True)
    )
    assert "🔔" in notifier.first()
    assert (None, None) == (answer["channel"], answer["ts"])


def test_hostile_names_in_every_message(notifier: Notifier) -> None:
    """Nobody is pinged by what a name or a summary holds."""
    hostile = "<!channel> & <@U1> `x` \x00 \udcff 🔴 " + "x" * 500
    finding = {**FAILS, "subscription": hostile, "summary": hostile}
    for transition in ("opened", "changed", "reminder", "resolved"):
        notifier.notified(transition, *([] if transition == "resolved" else [finding] * 25))
        notifier.incident["fingerprint"] = "another"
    assert "&lt;!channel&gt;" in "\n".join(notifier.posted())
    assert [] == notifier.workspace.pings()


def test_alerts_are_counted(notifier: Notifier, capsys: pytest.CaptureFixture[str]) -> None:
    """For the dashboard: what was sent to Slack, and what it did not accept."""
    notifier.workspace.fail("chat.postMessage", Failure.error("token_revoked"))
    notifier.notify(notifier.event("opened", FAILS))
    notifier.notified("opened", FAILS)
    notifier.notified("changed", FAILS)
    metrics = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    counted = [
        (name, line[name][0])
        for line in metrics
        for name in ("AlertsSent", "AlertsNotAccepted")
        if name in line
    ]
    assert [("AlertsNotAccepted", 1.0), ("AlertsSent", 1.0), ("AlertsSent", 0.0)] == counted
