from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from functions.catalogue import CATALOGUE
from functions.notify.alert.alert import Alert
from functions.notify.alert.compose import DEFAULT_CHECK, compose
from functions.notify.event import NotifyEvent
from functions.notify.log.distinct_errors import distinct_errors
from functions.notify.log.events import log_events
from tests.unit.notify.logs import conflict, line, row

NOW = datetime(2026, 11, 22, 23, 46, 8, tzinfo=UTC)
ARN = "arn:aws:states:eu-west-1:123456789012:execution:ReplicationMonitor:4f1c"
APPLY_ERROR = {"cause": "apply_error", "subscription": "orders_sub", "summary": "It fails."}


OPENED_AT = "2026-11-22T23:34:08Z"


def reported(*causes: str, **incident: Any) -> dict[str, Any]:
    """A stored incident that was reported."""
    first = {"channel": "C1", "ts": "1.2"}
    return {"opened_at": OPENED_AT, "causes": list(causes), **first, **incident}


def alert(*findings: dict[str, Any], log: tuple[str, ...] = (), **event: Any) -> Alert:
    """What is said about a cluster with these findings; `status` and other keys of the event."""
    cluster = {"cluster": "sample-cluster", "findings": list(findings)}
    cluster |= {
        key: event.pop(key)
        for key in ("status", "omitted_findings", "muted", "omitted_muted")
        if key in event
    }
    request = NotifyEvent.from_json({"cluster": cluster, **event})
    return compose(request, distinct_errors(log_events(map(row, log))), NOW)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        pytest.param(
            alert(APPLY_ERROR),
            "🔴 sample-cluster: orders_sub stopped: a change cannot be applied",
            id="subscription",
        ),
        pytest.param(
            alert({"cause": "no_subscription"}),
            "🔴 sample-cluster has no subscription",
            id="cluster",
        ),
        pytest.param(
            alert({"cause": "database_unreachable"}, status="unknown"),
            "🟠 sample-cluster could not be checked: the database cannot be reached",
            id="could not be checked",
        ),
        pytest.param(
            alert(APPLY_ERROR, {"cause": "worker_down"}, omitted_findings=5),
            "🔴 sample-cluster: orders_sub stopped: a change cannot be applied, and 6 more",
            id="several",
        ),
        pytest.param(
            alert(muted=[APPLY_ERROR] * 2, omitted_muted=5, transition="resolved"),
            "🔕 sample-cluster (muted): orders_sub stopped: a change cannot be applied, and 6 more",
            id="several muted",
        ),
        pytest.param(alert(), "🔔 sample-cluster (test): replication is healthy", id="test"),
        pytest.param(
            alert(APPLY_ERROR, transition="test"),
            "🔔 sample-cluster (test): orders_sub stopped: a change cannot be applied",
            id="test of an unhealthy cluster",
        ),
        pytest.param(
            alert(APPLY_ERROR, transition="reminder"),
            "🔴 sample-cluster: orders_sub stopped: a change cannot be applied",
            id="reminder",
        ),
        pytest.param(
            alert(APPLY_ERROR, transition="changed"),
            "🔴 sample-cluster: orders_sub stopped: a change cannot be applied",
            id="changed",
        ),
        pytest.param(
            alert(transition="resolved"),
            "🟢 sample-cluster: replication works again",
            id="resolved",
        ),
        pytest.param(
            alert(transition="resolved", incident=reported("apply_error", "database_timeout")),
            "🟢 sample-cluster: replication works again",
            id="resolved, and it had been known what was wrong",
        ),
        pytest.param(
            alert(transition="resolved", incident=reported("database_timeout", "monitor_failed")),
            "🟢 sample-cluster can be checked again",
            id="resolved, and nobody could find out",
        ),
        pytest.param(
            alert(muted=[APPLY_ERROR], transition="resolved", incident=reported("apply_error")),
            "🔕 sample-cluster (muted): orders_sub stopped: a change cannot be applied",
            id="muted while it was open",
        ),
        pytest.param(
            alert(status="unknown", transition="opened"),
            "🟠 sample-cluster: replication could not be checked",
            id="unknown without findings",
        ),
        pytest.param(
            alert(status="unhealthy", transition="opened"),
            "🔴 sample-cluster: replication is unhealthy",
            id="unhealthy without findings",
        ),
        pytest.param(
            alert({"cause": "of_a_later_version"}, status="unknown"),
            "🟠 sample-cluster could not be checked: the monitor itself failed",
            id="unknown cause",
        ),
    ],
)
def test_title(said: Alert, expected: str) -> None:
    """The title names cluster, subscription and cause, worst first."""
    assert expected == f"{said.sign} {said.title}"


def evidence(since: str) -> dict[str, Any]:
    return APPLY_ERROR | {"evidence": {"since": since}}


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        pytest.param(
            alert(evidence("2026-11-22T23:40:00Z"), incident={"opened_at": OPENED_AT}),
            "Since 23:34 UTC, 12 minutes.",
            id="incident",
        ),
        pytest.param(
            alert(evidence("2026-11-22T22:40:00Z"), incident={"opened_at": OPENED_AT}),
            "Since 22:40 UTC, 1 hour 6 minutes.",
            id="evidence of longer than that",
        ),
        pytest.param(
            alert(APPLY_ERROR, incident=reported("apply_error", closed_at="2026-11-22T23:41:00Z")),
            "Since 23:34 UTC, 12 minutes, with a recovery at 23:41 UTC.",
            id="broken again",
        ),
        pytest.param(
            alert(evidence("2026-11-22T23:45:08Z"), evidence("2026-11-21T21:46:08Z")),
            "Since 21 Nov 2026, 21:46 UTC, 1 day 2 hours.",
            id="oldest evidence",
        ),
        pytest.param(
            alert(APPLY_ERROR | {"evidence": {"error_first": "2026-11-22T23:34:00Z"}}),
            "Since 23:34 UTC at the latest, 12 minutes.",
            id="log",
        ),
        pytest.param(
            alert(evidence("noon"), execution={"started_at": "2026-11-22T23:45:00Z"}),
            "Noticed at 23:45 UTC.",
            id="start of the execution",
        ),
        pytest.param(alert(APPLY_ERROR), "Noticed at 23:46 UTC.", id="nothing known"),
        pytest.param(
            alert(APPLY_ERROR, log=tuple(conflict(0, 1))),
            "Noticed at 23:46 UTC.",
            id="errors that explain no finding say nothing",
        ),
        pytest.param(
            alert(transition="resolved", incident=reported("apply_error")),
            "Recovered after 12 minutes, at 23:46 UTC.",
            id="resolved",
        ),
        pytest.param(
            alert(transition="resolved", incident={"opened_at": OPENED_AT, "undelivered": "x"}),
            "Recovered after 12 minutes: it lasted from 23:34 UTC to 23:46 UTC. The alert could "
            "not be delivered to Slack then.",
            id="resolved, never delivered",
        ),
        pytest.param(
            alert(transition="resolved"), "Recovered, at 23:46 UTC.", id="resolved by hand"
        ),
        pytest.param(
            alert(muted=[APPLY_ERROR], incident=reported("apply_error"), transition="changed"),
            "This is muted, as of 23:46 UTC: the monitor goes on checking and says no more about "
            "it.",
            id="muted",
        ),
        pytest.param(alert(), "This is a test, at 23:46 UTC. An alert looks like this.", id="test"),
    ],
)
def test_since_when(said: Alert, expected: str) -> None:
    assert expected == said.lead


def test_every_finding_is_a_problem() -> None:
    """Worst first; findings of one severity keep the report's order."""
    said = alert(*({"cause": cause} for cause in CATALOGUE))
    expected = sorted(CATALOGUE.values(), key=lambda cause: cause.severity.rank)
    assert [cause.headline for cause in expected] == [problem.headline for problem in said.problems]


@pytest.mark.parametrize("cause", CATALOGUE)
def test_every_cause(cause: str) -> None:
    """Each cause of the catalogue comes with its meaning and a way to check."""
    said = alert({"cause": cause, "summary": "It is."})
    (problem,) = said.problems
    assert ("It is.", CATALOGUE[cause].meaning) == (problem.summary, problem.meaning)
    checks = CATALOGUE[cause].checks or (DEFAULT_CHECK,)
    assert [(check.place, check.sql) for check in checks] == [
        (check.place, check.sql) for check in said.checks
    ]


def test_checks_are_not_repeated() -> None:
    assert 1 == len(alert(APPLY_ERROR, APPLY_ERROR).checks)


def test_secrets_and_control_characters_in_a_summary() -> None:
    said = alert({"cause": "database_error", "summary": "no\n\x00 postgresql://u:pw@h/d"})
    assert "no \ufffd postgresql://u:…@h/d" == said.problems[0].summary


CONFLICT = {"error": 'conflict detected on relation "public.orders": conflict=insert_exists'}


def test_the_error_that_explains_the_finding() -> None:
    """It stands in the alert itself, with its context; others, newer or older, do not."""
    other = line("ERROR", "could not connect to the publisher: it is gone", 9, 5)
    said = alert({**APPLY_ERROR, "evidence": CONFLICT}, log=(other, *conflict(0, 1)))
    assert said.error is not None
    assert said.error.startswith("ERROR:  conflict detected on relation")
    assert said.error.endswith("finished at 0/17345B8")


def test_an_error_that_explains_nothing() -> None:
    """It may have been got over long ago."""
    assert alert(APPLY_ERROR, log=tuple(conflict(0, 1))).error is None


def test_what_the_function_wrote_when_the_monitor_failed() -> None:
    timeout = "2026-11-22T23:34:08Z 6f0c Task timed out after 60.00 seconds"
    said = alert({"cause": "monitor_failed"}, log=(timeout,))
    assert said.error is not None
    assert "Task timed out after 60.00 seconds" in said.error


@pytest.mark.parametrize(
    ("said", "past"),
    [
        pytest.param(
            alert(transition="resolved", incident=reported("apply_conflict", "of_a_later_version")),
            (CATALOGUE["apply_conflict"].headline,),
            id="resolved",
        ),
        pytest.param(
            alert(muted=[APPLY_ERROR], transition="resolved", incident=reported("apply_error")),
            (),
            id="muted",
        ),
    ],
)
def test_what_is_over(said: Alert, past: tuple[str, ...]) -> None:
    """It names what it was, and says nothing of a log that nobody asked, nor how to check."""
    assert past == said.past
    assert ("", (), ()) == (said.log_note, said.log_groups, said.checks)


def test_where_the_errors_are() -> None:
    """Only a message they are attached to says so."""
    request = NotifyEvent.from_json(
        {"cluster": {"cluster": "c", "findings": [APPLY_ERROR]}, "query": {"status": "Complete"}}
    )
    errors = distinct_errors(log_events(map(row, conflict(0, 1))))
    found = "1 distinct error in the last 30 minutes"
    assert (
        f"{found}: errors.json in this message's thread." == compose(request, errors, NOW).log_note
    )
    assert f"{found}." == compose(request, errors, NOW, attached=False).log_note


def test_links() -> None:
    """The window of the link is what the query saw; without an execution there are no links."""
    said = alert(APPLY_ERROR, execution={"id": ARN})
    assert ["Execution"] == [link.label for link in said.links]
    assert () == alert(APPLY_ERROR).links


def test_window_of_the_logs_link() -> None:
    request = NotifyEvent.from_json(
        {
            "cluster": {"cluster": "c", "findings": [APPLY_ERROR], "log_groups": ["/g"]},
            "execution": {"id": ARN, "started_at": (NOW - timedelta(minutes=1)).isoformat()},
        }
    )
    url = compose(request, (), NOW).links[1].url
    assert "start$257E$25272026-11-22T23*3a15*3a08.000Z" in url
    assert "end$257E$25272026-11-22T23*3a46*3a08.000Z" in url


def test_link_to_the_runbook() -> None:
    """To the entry of the worst cause."""
    request = NotifyEvent.from_json({"cluster": {"cluster": "c", "findings": [APPLY_ERROR]}})
    (link,) = compose(request, (), NOW, "https://example.com/runbook.md").links
    assert ("Runbook", "https://example.com/runbook.md#apply_error") == (link.label, link.url)


def sql(said: Alert) -> str:
    remedies = said.problems[0].remedies
    return "\n".join(script.sql for remedy in remedies for script in remedy.scripts)


def test_remedies_are_filled_in() -> None:
    evidence = {
        "subscription_oid": 16407,
        "finish_lsn": "0/17184E8",
        "table": "public.orders",
        "key_columns": "id",
        "server_version": "18.4",
    }
    said = alert({"cause": "apply_conflict", "subscription": "Orders", "evidence": evidence})
    assert "DELETE FROM public.orders WHERE (xmin::text, id) IN" in sql(said)
    assert """ALTER SUBSCRIPTION "Orders" SKIP (lsn = '0/17184E8');""" in sql(said)


@pytest.mark.parametrize(
    ("reason", "expected"),
    [("apply_conflict", True), ("publisher_unreachable", False), (None, False)],
)
def test_a_lasting_reason_goes_before_enabling(reason: str | None, *, expected: bool) -> None:
    """Enabling a subscription that disabled itself helps only once its reason is gone."""
    finding = {"cause": "disabled_on_error", "subscription": "s", "evidence": {"reason": reason}}
    actions = [remedy.action.split()[0] for remedy in alert(finding).problems[0].remedies]
    assert "ALTER SUBSCRIPTION s ENABLE;" in sql(alert(finding))
    assert expected == (actions[0] == "Delete")
