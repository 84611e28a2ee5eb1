"""An alert as an e-mail has it."""

import json
from dataclasses import replace
from typing import Any

import pytest

from functions.catalogue import CATALOGUE, FilledRemedy, FilledScript, Place
from functions.notify.alert.alert import Alert, Problem
from functions.notify.alert.compose import compose
from functions.notify.alert.facts import Fact
from functions.notify.alert.links import Link
from functions.notify.alert.plain_text import MAX_TEXT, plain_text, subject
from functions.notify.event import NotifyEvent
from functions.notify.log.reading import with_log_read
from tests.unit.notify.logs import START, conflict, row


def script(sql: str, place: Place = Place.SUBSCRIBER, note: str = "") -> FilledScript:
    return FilledScript(sql, place, note, "shop", complete=True)


PROBLEM = Problem(
    subject="orders_sub",
    headline="stopped: a change cannot be applied",
    summary="Applying fails.",
    meaning="Nothing is replicated.",
    facts=(Fact("Lag", "12 minutes"), Fact("Slot", "orders_sub", verbatim=True)),
    remedies=(
        FilledRemedy(
            "Delete the row.",
            "The row is lost.",
            (
                script("SELECT *\nWHERE (id) = (<the key>);", note="look at it"),
                script("DELETE FROM public.orders;"),
            ),
        ),
        FilledRemedy("Drop the slot.", "It is gone.", (script("SELECT 1;", Place.PUBLISHER),)),
    ),
    checks=(script("SELECT 1;"),),
)
ALERT = Alert(
    sign="🔴",
    title="sample-cluster: orders_sub stopped: a change cannot be applied",
    lead="Since 23:34 UTC, 12 minutes.",
    problems=(PROBLEM,),
    unlisted=0,
    checks=(script("SELECT * FROM pg_stat_subscription;"),),
    log_groups=("/aws/rds/cluster/sample-cluster/postgresql",),
    log_note="1 distinct error in the last 30 minutes.",
    not_visible=("what sessions do (GRANT pg_read_all_stats)",),
    muted=("other_sub skip_pending",),
    error="ERROR:  it failed\nCONTEXT",
    links=(Link("Execution", "https://x/#a"), Link("Runbook", "https://y/#b")),
)
EXPECTED = """\
🔴 sample-cluster: orders_sub stopped: a change cannot be applied

Since 23:34 UTC, 12 minutes.

Problem: orders_sub stopped: a change cannot be applied
Applying fails.

    Lag: 12 minutes
    Slot: orders_sub

Remedy 1: Delete the row.
Risk: The row is lost.
On the subscriber, database shop: look at it:
    SELECT *
    WHERE (id) = (<the key>);
On the subscriber, database shop:
    DELETE FROM public.orders;

Remedy 2: Drop the slot.
Risk: It is gone.
On the publisher, database shop:
    SELECT 1;

Description: Nothing is replicated.

Error in the log:
    ERROR:  it failed
    CONTEXT

How to check:
On the subscriber, database shop:
    SELECT * FROM pg_stat_subscription;

Log location:
    - /aws/rds/cluster/sample-cluster/postgresql

1 distinct error in the last 30 minutes.

Not visible to the monitor:
    - what sessions do (GRANT pg_read_all_stats)

Muted:
    - other_sub skip_pending

Execution: https://x/#a
Runbook: https://y/#b"""


def test_everything() -> None:
    """The facts of the Slack message in the order in which one needs them."""
    assert EXPECTED == plain_text(ALERT)


def test_what_is_over() -> None:
    over = replace(
        ALERT,
        sign="🟢",
        title="sample-cluster: replication works again",
        lead="Recovered after 12 minutes.",
        problems=(),
        checks=(),
        log_groups=(),
        not_visible=(),
        muted=(),
        links=(),
        log_note="",
        error=None,
        past=("stopped: a change cannot be applied",),
    )
    expected = (
        "🟢 sample-cluster: replication works again\n\nRecovered after 12 minutes.\n\n"
        "What it was:\n    - stopped: a change cannot be applied"
    )
    assert expected == plain_text(over)


def test_findings_that_are_not_in_the_report() -> None:
    assert "Also:\n    - 7 more" in plain_text(replace(ALERT, unlisted=7))


@pytest.mark.parametrize(
    "alert",
    [
        pytest.param(
            replace(ALERT, problems=(replace(PROBLEM, summary="x" * 500),) * 60), id="many"
        ),
        pytest.param(
            replace(ALERT, problems=(replace(PROBLEM, meaning="x" * 30_000),)), id="one long"
        ),
    ],
)
def test_limit(alert: Alert) -> None:
    """What helps with the search comes before further details: the last problems are only named."""
    text = plain_text(alert)
    assert MAX_TEXT >= len(text)
    assert "    - orders_sub stopped: a change cannot be applied" in text
    assert text.endswith("Runbook: https://y/#b")


def test_a_text_without_end_is_cut() -> None:
    assert MAX_TEXT == len(plain_text(replace(ALERT, lead="x" * 30_000)))


def test_sql_that_cannot_be_shown_is_not() -> None:
    remedy = replace(PROBLEM.remedies[0], scripts=(script('DROP SUBSCRIPTION "a\u202eb";'),))
    text = plain_text(replace(ALERT, problems=(replace(PROBLEM, remedies=(remedy,)),)))
    assert "DROP SUBSCRIPTION" not in text
    assert "Its SQL holds a name that cannot be shown here: see the runbook." in text


@pytest.mark.parametrize("cause", CATALOGUE)
def test_every_cause(cause: str) -> None:
    """With its remedies, their SQL and their risks."""
    finding = {"cause": cause, "subscription": "orders_sub", "summary": "It is."}
    event = NotifyEvent.from_json({"cluster": {"cluster": "c", "findings": [finding]}})
    alert = compose(event, (), START, attached=False)
    text = plain_text(alert)
    for remedy in alert.problems[0].remedies:
        assert remedy.action in text
        assert f"Risk: {remedy.risk}" in text
        assert all(script.label in text for script in remedy.scripts)
        assert all(line in text for script in remedy.scripts for line in script.sql.splitlines())


def test_neither_row_data_nor_secrets() -> None:
    """The same redaction as in Slack, with the error of a log that is full of values."""
    finding: dict[str, Any] = {
        "cause": "apply_error",
        "subscription": "orders_sub",
        "summary": "It fails: postgresql://u:pw@h/d",
    }
    event, errors = with_log_read(
        NotifyEvent.from_json(
            {
                "cluster": {"cluster": "c", "findings": [finding], "log_groups": ["/g"]},
                "query": {"status": "Complete", "results": [row(line) for line in conflict(0, 1)]},
            }
        )
    )
    text = plain_text(compose(event, errors, START, attached=False))
    assert "conflict detected on relation" in text
    assert "finished at 0/17345B8" in text
    assert "thread" not in text
    assert not [secret for secret in ("O'Neil", "remote;", "pw@") if secret in text]


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        pytest.param(ALERT.title, ALERT.title, id="as it is"),
        pytest.param("a\r\nSubject: b\x00\tc", "a Subject: b? c", id="one line"),
        pytest.param("Übergröße …", "Ubergro?e ...", id="letters"),
        pytest.param("注文: stopped", "??: stopped", id="no letters of ASCII"),
        pytest.param("x" * 150, "x" * 96 + "...", id="long"),
    ],
)
def test_subject(title: str, expected: str) -> None:
    """Printable ASCII on one line, less than 100 characters: SNS takes nothing else."""
    made = subject(replace(ALERT, title=title))
    assert expected == made
    assert made.isprintable()
    assert made.isascii()


def test_text_is_json() -> None:
    """Whatever a name holds, the answer can be encoded."""
    finding = {"cause": "apply_error", "subscription": "a\x00\ud800\u202eb", "summary": "\udcff"}
    event = NotifyEvent.from_json({"cluster": {"cluster": "c", "findings": [finding]}})
    text = plain_text(compose(event, (), START))
    assert json.dumps(text, ensure_ascii=False).encode()
