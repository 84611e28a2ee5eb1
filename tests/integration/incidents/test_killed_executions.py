"""Executions that die on the way to an alert, after each state in turn, and what the next ones do.

With `pytest -s` it prints a table: what each death leaves behind, and what comes of it.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from rich.console import Console
from rich.table import Table

from sandbox.slack.workspace import BOT_TOKEN
from scripts.definition import definition
from tests.integration.incidents.monitor import Monitor, start_monitor
from tests.integration.incidents.world import FAILS, SLOT_UNUSED

START = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
MOST_MINUTES = 30
TRY_AGAIN_MINUTES = 10

CONFLICT = "🔴 sample-cluster: orders_sub stopped: a replicated row collides with a local one"
TWO = f"{CONFLICT}, and 1 more"
WORKS = "🟢 sample-cluster: replication works again"

TOP = (
    "ReadIncidents",
    "CheckReplication",
    "Remember",
    "AnythingToNotify",
    "NotifyPerCluster",
    "EveryoneNotified",
)
CLAIM = ("PrepareNotification", "NeedsClaim", "Claim", "NeedsLog")
LOG = ("StartQuery", "WaitForQuery", "GetQueryResults", "QueryFinished")
NOTIFY = ("Notify", "WasDelivered", "RecordNotification")
WAIT = ("Notify", "WasDelivered", "RenewClaim", "WaitForSlack", "PublishAlert", "ReleaseClaim")

Play = Callable[[Monitor], object]


def break_(monitor: Monitor) -> None:
    monitor.world.break_(FAILS)


def break_more(monitor: Monitor) -> None:
    monitor.world.break_(SLOT_UNUSED)


def fix(monitor: Monitor) -> None:
    monitor.world.fix()


def notify(monitor: Monitor) -> None:
    """The log needs more than a minute to come."""
    monitor.minutes(3)


def let_an_hour_pass(monitor: Monitor) -> None:
    monitor.clock.run(timedelta(hours=1))


def keep_the_query_running(monitor: Monitor) -> None:
    monitor.queries.script(["Running"])


def silence_slack(monitor: Monitor) -> None:
    monitor.slack_fails()


@dataclass(frozen=True)
class Story:
    """What happens before an execution that dies; and in the end: one message, and one thread.

    `threads` are the first words of each reply, as the thread may have come about.
    """

    before: tuple[Play, ...]
    first: str
    threads: tuple[list[str], ...]


LATE, AT_ONCE = ["The log", "Up to"], ["Up to"]
OPENED = (break_, notify)
STORIES = {
    "opened": Story((break_,), CONFLICT, (LATE, AT_ONCE)),
    "opened, a slow query": Story((break_, keep_the_query_running), CONFLICT, (AT_ONCE,)),
    "changed": Story((*OPENED, break_more), TWO, ([*LATE, "Changed after", "Up to"],)),
    "reminder": Story((*OPENED, let_an_hour_pass), CONFLICT, ([*LATE, "🔴 Still,"],)),
    "resolved": Story((*OPENED, fix), WORKS, ([*LATE, "Recovered after"],)),
    "reopened": Story(
        (*OPENED, fix, notify, break_),
        CONFLICT,
        (
            [*LATE, "Recovered after", "Broken again,", "Up to"],
            [*LATE, "Recovered after", "Broken again,", *LATE],
        ),
    ),
    "opened, Slack down": Story((break_, silence_slack), CONFLICT, (AT_ONCE,)),
    "resolved, Slack down": Story(
        (*OPENED, fix, silence_slack), WORKS, ([*LATE, "Recovered after"],)
    ),
}
STATES = {
    "opened": (*TOP, *CLAIM, *LOG, *NOTIFY),
    "opened, a slow query": ("StopQuery",),
    "changed": (*CLAIM, *LOG, *NOTIFY),
    "reminder": ("Claim", *NOTIFY),
    "resolved": (*CLAIM, *NOTIFY),
    "reopened": ("Claim", *NOTIFY),
    "opened, Slack down": WAIT,
    "resolved, Slack down": WAIT,
}
FAILED_CHECK = ("DecideForMonitor", "AnythingToNotify")
CASES = [(story, state) for story, states in STATES.items() for state in states]


@pytest.fixture(scope="module")
def running() -> Iterator[Monitor]:
    with start_monitor(START) as monitor:
        yield monitor


@pytest.fixture
def monitor(running: Monitor) -> Monitor:
    running.start_over()
    return running


@pytest.fixture(scope="module")
def table() -> Iterator[Table]:
    shown = Table("story", "killed after", "leaves", "minutes", "in the end")
    yield shown
    Console(width=150).print("", shown)


def shown(monitor: Monitor) -> str:
    """The message and the number of its replies, the incident, and how many e-mails were sent."""
    messages = [f"{thread.first.text[:1]} +{len(thread.replies)}" for thread in monitor.threads]
    item = monitor.incident
    marks = [mark for mark in ("claimed_by", "undelivered") if mark in item]
    incident = " ".join([item.get("status", "no incident"), *marks]).replace("_by", "")
    mails = [f"e-mails: {monitor.mailed}"] if monitor.mailed else []
    return ", ".join([*(messages or ["no message"]), incident, *mails])


def kill(monitor: Monitor, state: str) -> None:
    """Have an execution die after a state, while others run every minute."""
    execution = monitor.minute(monitor.killed_after(state))
    for _ in range(MOST_MINUTES):
        if monitor.status(execution) != "RUNNING":
            break
        monitor.minute()
    assert "FAILED" == monitor.status(execution)


def minutes_until_quiet(monitor: Monitor) -> int:
    for minute in range(1, MOST_MINUTES):
        if monitor.is_quiet(monitor.minute()) and "claimed_by" not in monitor.incident:
            return minute
    pytest.fail(f"after {MOST_MINUTES} minutes: {monitor.workspace.heard[-5:]}")


@pytest.mark.parametrize(("name", "state"), CASES)
def test_the_next_executions_make_it_right(
    monitor: Monitor, table: Table, name: str, state: str
) -> None:
    """Slack shows what it would have shown, and nothing was said twice."""
    story = STORIES[name]
    for play in story.before:
        play(monitor)
    kill(monitor, state)
    left, mailed = shown(monitor), monitor.mailed
    monitor.slack_works()
    minutes = minutes_until_quiet(monitor)
    table.add_row(name, state, left, str(minutes), shown(monitor))
    (thread,) = monitor.threads
    item = monitor.incident
    assert story.first == thread.first.text
    assert [" ".join(one.text.split()[:2]) for one in thread.replies] in story.threads
    assert ("closed" if story.first is WORKS else "open") == item["status"]
    assert not {"claimed_by", "undelivered"} & item.keys()
    assert mailed == monitor.mailed <= 1


@pytest.mark.parametrize(
    ("name", "state", "turn", "last_words"),
    [
        ("opened", "Claim", fix, None),
        ("opened", "Notify", fix, "🟢 Recovered after"),
        ("changed", "Notify", fix, "🟢 Recovered after"),
        ("resolved", "Claim", break_, "🔴 Up to"),
        ("resolved", "Notify", break_, "🔴 Up to"),
        ("resolved", "RecordNotification", break_, "🔴 Up to"),
    ],
)
def test_what_turns_out_otherwise_meanwhile_is_told_as_it_is(
    monitor: Monitor, name: str, state: str, turn: Play, last_words: str | None
) -> None:
    """Of an outage that ended before it was reported nobody is notified."""
    for play in STORIES[name].before:
        play(monitor)
    kill(monitor, state)
    turn(monitor)
    minutes_until_quiet(monitor)
    said = [
        " ".join([thread.first.text[0], *thread.replies[-1].text.split()[:2]])
        for thread in monitor.threads
    ]
    assert ([last_words] if last_words else []) == said
    assert ("closed" if turn is fix else "open") == monitor.incident["status"]


@pytest.mark.parametrize(
    ("state", "mails"), [("PublishAlert", 2), ("RenewClaim", 1), ("WaitForSlack", 1)]
)
def test_an_alert_that_slack_goes_on_refusing_is_mailed(
    monitor: Monitor, table: Table, state: str, mails: int
) -> None:
    """Twice only if the execution dies between the e-mail and the note of it: rather than never."""
    monitor.world.break_(FAILS)
    monitor.workspace.token = "revoked"
    try:
        kill(monitor, state)
        left = shown(monitor)
        monitor.minutes(TRY_AGAIN_MINUTES)
    finally:
        monitor.workspace.token = BOT_TOKEN
    assert mails == monitor.mailed
    table.add_row("opened, Slack refuses", state, left, str(TRY_AGAIN_MINUTES), shown(monitor))
    minutes_until_quiet(monitor)
    (thread,) = monitor.threads
    assert CONFLICT == thread.first.text


@pytest.mark.parametrize("state", FAILED_CHECK)
def test_a_check_that_fails_is_told_by_the_next_execution(monitor: Monitor, state: str) -> None:
    """One that dies between the failure and the claim leaves nothing behind."""
    monitor.world.check_fails = True
    monitor.minute()
    kill(monitor, state)
    monitor.minute()
    (thread,) = monitor.threads
    assert thread.first.text.startswith("🟠 the monitor could not be checked")
    monitor.world.check_fails = False
    monitor.minutes(3)
    (thread,) = monitor.threads
    assert thread.first.text.startswith("🟢 the monitor")


def test_no_state_is_forgotten() -> None:
    """Every state that others follow, but the one on the way to an execution that fails anyway."""
    states = set(leading_on(json.loads(definition()))) - {"CheckWithoutMemory"}
    assert states == {state for _, state in CASES} | {*FAILED_CHECK}


def leading_on(machine: dict[str, Any]) -> Iterator[str]:
    for name, state in machine["States"].items():
        if state["Type"] not in ("Succeed", "Fail"):
            yield name
        yield from leading_on(state.get("ItemProcessor", {"States": {}}))
