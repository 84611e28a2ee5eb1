"""An incident's story in Slack, with real HTTP to Slack, Parameter Store and DynamoDB."""

import json
from typing import Any

import pytest

from functions.catalogue import CATALOGUE
from sandbox.slack import Failure, Message
from tests.integration.notify.conftest import ALERTS, CHANNEL_PARAMETER
from tests.integration.notify.teller import FAILS, LOG, SILENT_LOG, SLOT, Teller

COLLIDES = CATALOGUE["apply_conflict"].headline
UNUSED = CATALOGUE["slot_inactive"].headline
BROKEN = f"🔴 sample-cluster: orders_sub {COLLIDES}"
UNEXPLAINED = f"🔴 sample-cluster: orders_sub {CATALOGUE['apply_error'].headline}"
RECOVERED = "🟢 sample-cluster: replication works again"
SNIPPET = "  Up to 5 errors in the last 30 minutes"


def words(message: Message) -> str:
    return json.dumps(message.blocks, ensure_ascii=False)


def test_a_story(teller: Teller) -> None:
    """Opened, changed, reminded of, resolved and broken again: one message, one thread."""
    answers = [teller.told("opened", FAILS)]
    teller.minute = 5
    answers.append(teller.told("changed", FAILS, SLOT))
    teller.minute = 60
    answers.append(teller.told("reminder", FAILS, SLOT))
    teller.minute = 72
    answers.append(teller.told("resolved"))
    teller.minute = 76
    answers.append(teller.told("opened", FAILS))

    (first,) = teller.workspace.messages(ALERTS)
    assert {(ALERTS, first.ts)} == {(one["channel"], one["ts"]) for one in answers}
    assert ["posted", "posted", "none", "none", "posted"] == [one["snippet"] for one in answers]
    assert [
        BROKEN,
        SNIPPET,
        f"  Changed after 5 minutes.\n*New:*\n• `orders_sub` {UNUSED}",
        SNIPPET,
        f"  🔴 Still, after 1 hour: sample-cluster: orders_sub {COLLIDES}, and 1 more",
        "  Recovered after 1 hour 12 minutes.",
        f"  Broken again, 4 minutes after the recovery:\n• `orders_sub` {COLLIDES}",
        SNIPPET,
    ] == teller.said()
    shown = [*(one.text for one in first.history), first.text]
    assert [BROKEN, f"{BROKEN}, and 1 more", f"{BROKEN}, and 1 more", RECOVERED, BROKEN] == shown
    assert "Since 22 Nov 2026, 23:34 UTC, 1 hour 16 minutes, with a recovery at 00:46" in words(
        first
    )


def test_only_a_reminder_is_seen_in_the_channel(teller: Teller) -> None:
    for transition in ("opened", "changed", "reminder", "resolved"):
        teller.told(transition, *([] if transition == "resolved" else [FAILS, SLOT]))
        teller.incident["fingerprint"] = "another"
    (seen,) = [one.text for one in teller.workspace.everything() if one.is_broadcast]
    assert "Still" in seen


def test_a_green_message(teller: Teller) -> None:
    """How long it lasted and what it was, and nothing of a log that nobody asked."""
    teller.told("opened", FAILS)
    teller.minute = 12
    teller.told("resolved")
    (green,) = teller.workspace.messages(ALERTS)
    assert "Recovered after 12 minutes, at 23:46 UTC." in words(green)
    assert f"*What it was*\\n• {COLLIDES}" in words(green)
    assert "log" not in words(green).lower()
    assert "  Recovered after 12 minutes." == teller.said()[-1]


def test_resolved_while_slack_was_down(teller: Teller) -> None:
    """Slack never had the alert: one green message tells the whole."""
    teller.workspace.fail("chat.postMessage", Failure.server_error(502))
    undelivered = teller.notify(teller.event("opened", FAILS))
    assert not undelivered["delivered"]
    teller.incident |= {"undelivered": "opened apply_error", "causes": undelivered["causes"]}
    teller.minute = 12
    answer = teller.told("resolved")
    (message,) = teller.workspace.everything()
    assert (RECOVERED, message.ts) == (message.text, answer["ts"])
    assert "it lasted from 23:34 UTC to 23:46 UTC" in words(message)
    assert "could not be delivered to Slack" in words(message)
    assert COLLIDES in words(message)


def test_resolved_before_anybody_was_told(teller: Teller) -> None:
    answer = teller.notify(teller.event("resolved"))
    assert (True, None, None) == (answer["delivered"], answer["channel"], answer["ts"])
    assert {} == teller.workspace.calls


def test_a_second_look(teller: Teller) -> None:
    """The log came late: what it tells is said, and only that."""
    late = teller.told("opened", FAILS, query=SILENT_LOG)
    not_yet = teller.told("changed", FAILS, query=SILENT_LOG)
    come = teller.told("changed", FAILS, query=LOG)
    assert [False, False, True] == [one["explained"] for one in (late, not_yet, come)]
    assert [True, False, True] == [one["sent"] for one in (late, not_yet, come)]
    assert late["ts"] == not_yet["ts"] == come["ts"]
    more = f"  The log tells more.\n*New:*\n• `orders_sub` {COLLIDES}"
    assert [BROKEN, more, SNIPPET] == teller.said()


def test_a_missing_parameter(teller: Teller, ssm: Any) -> None:
    ssm.delete_parameter(Name=CHANNEL_PARAMETER)
    answer = teller.notify(teller.event("opened", FAILS))
    assert ("MissingParameterError", True) == (answer["error"], answer["refused"])
    assert CHANNEL_PARAMETER in answer["problem"]
    assert "orders_sub" in answer["text"]


def test_muted_while_open(teller: Teller) -> None:
    """The first message says so, once, and the thread nothing."""
    teller.told("opened", FAILS, query=SILENT_LOG)
    assert [UNEXPLAINED] == teller.said()
    event = teller.event("resolved", muted=[FAILS])
    answers = [teller.notify(event) for _ in range(2)]
    (message,) = teller.workspace.everything()
    assert "🔕 sample-cluster (muted): " in message.text
    assert (answers[0], 1) == (answers[1], teller.workspace.calls["chat.update"])
    assert (ALERTS, message.ts) == (answers[0]["channel"], answers[0]["ts"])


def test_muted_by_what_only_the_log_tells(teller: Teller) -> None:
    """Before anybody was told: silence. Afterwards: the first message says so."""
    mute = ["apply_conflict"]
    silent = teller.notify(teller.event("opened", FAILS, mute=mute))
    assert (True, None, []) == (silent["delivered"], silent["channel"], silent["causes"])
    assert [] == teller.said()
    teller.told("opened", FAILS)
    teller.told("changed", FAILS, mute=mute)
    assert [f"🔕 sample-cluster (muted): orders_sub {COLLIDES}", SNIPPET] == teller.said()


def test_another_cause_has_long_been_muted(teller: Teller) -> None:
    """What is resolved is resolved."""
    teller.told("opened", FAILS)
    teller.told("resolved", muted=[{"cause": "skip_pending"}])
    assert RECOVERED == teller.first()
    assert "Recovered" in teller.said()[-1]


def test_a_drill_of_what_is_muted(teller: Teller) -> None:
    """It shows what is muted, and is not the incident's first message."""
    answer = teller.notify(teller.event("opened", FAILS, mute=["orders_sub"], force_notify=True))
    assert "🔔" in teller.first()
    assert (None, None) == (answer["channel"], answer["ts"])


def test_hostile_names_in_every_message(teller: Teller) -> None:
    """Nobody is pinged by what a name or a summary holds."""
    hostile = "<!channel> & <@U1> `x` \x00 \udcff 🔴 " + "x" * 500
    finding = {**FAILS, "subscription": hostile, "summary": hostile}
    for transition in ("opened", "changed", "reminder", "resolved"):
        teller.told(transition, *([] if transition == "resolved" else [finding] * 25))
        teller.incident["fingerprint"] = "another"
    assert "&lt;!channel&gt;" in "\n".join(teller.said())
    assert [] == teller.workspace.pings()


def test_alerts_are_counted(teller: Teller, capsys: pytest.CaptureFixture[str]) -> None:
    """For the dashboard: what Slack was told, and what it did not take."""
    teller.workspace.fail("chat.postMessage", Failure.error("token_revoked"))
    teller.notify(teller.event("opened", FAILS))
    teller.told("opened", FAILS)
    teller.told("changed", FAILS)
    metrics = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    counted = [
        (name, line[name][0])
        for line in metrics
        for name in ("AlertsSent", "AlertsNotAccepted")
        if name in line
    ]
    assert [("AlertsNotAccepted", 1.0), ("AlertsSent", 1.0), ("AlertsSent", 0.0)] == counted
