from datetime import UTC, datetime
from typing import Any

import pytest

from functions.incidents.decision import Transition
from functions.notify.event import InvalidEventError, LogQuery, NotifyEvent, Posted
from functions.report import Finding, Status

FINDING = Finding("apply_error", "it fails", "orders_sub").to_json()


@pytest.mark.parametrize(
    "event",
    [{"cluster": {"cluster": "sample-cluster"}}, {"cluster": "sample-cluster"}],
    ids=["object", "name alone"],
)
def test_by_hand(event: dict[str, Any]) -> None:
    """A cluster's name is enough; with nothing wrong it is a test."""
    request = NotifyEvent.from_json(event)
    assert "sample-cluster" == request.cluster.cluster
    assert Status.HEALTHY is request.cluster.status
    assert Transition.TEST is request.transition
    assert (None, None, []) == (request.query.status, request.query.error, request.query.results)
    assert request.incident is None
    assert request.execution.id is None


def test_complete_event() -> None:
    request = NotifyEvent.from_json(
        {
            "cluster": {"cluster": "sample-cluster", "findings": [FINDING]},
            "transition": "reminder",
            "query": {
                "status": "Complete",
                "error": None,
                "results": [[{"Field": "@message", "Value": "x"}]],
                "lookback_minutes": 45,
            },
            "incident": {
                "opened_at": "2026-11-22T23:34:08Z",
                "notifications": 2,
                "fingerprint": "3f0c",
                "causes": ["apply_conflict"],
                "channel": "C1",
                "ts": "1.2",
                "closed_at": "2026-11-22T23:40:00Z",
                "undelivered": "opened 3f0c",
                "claimed_by": "arn:x",
            },
            "execution": {"id": "arn:x", "started_at": "2026-11-22T23:35:00.123Z"},
        }
    )
    assert Transition.REMINDER is request.transition
    assert 45 == request.query.lookback_minutes
    assert 1 == len(request.query.results)
    incident = request.incident
    assert incident is not None
    assert datetime(2026, 11, 22, 23, 34, 8, tzinfo=UTC) == incident.opened_at
    assert datetime(2026, 11, 22, 23, 40, tzinfo=UTC) == incident.closed_at
    assert (2, "3f0c", ("apply_conflict",)) == (
        incident.notifications,
        incident.fingerprint,
        incident.causes,
    )
    assert (Posted("C1", "1.2"), True) == (incident.first, incident.undelivered)
    assert datetime(2026, 11, 22, 23, 35, 0, 123_000, UTC) == request.execution.started_at


@pytest.mark.parametrize(
    "incident",
    [
        {"opened_at": "2026-11-22T23:34:08Z"},
        {"opened_at": "2026-11-22T23:34:08Z", "ts": "1.2", "causes": None, "undelivered": None},
    ],
    ids=["nothing else", "half a place"],
)
def test_an_incident_nobody_was_told_of(incident: dict[str, Any]) -> None:
    read = NotifyEvent.from_json({"cluster": "c", "incident": incident}).incident
    assert read is not None
    assert (0, None, (), None) == (read.notifications, read.fingerprint, read.causes, read.first)
    assert (None, False) == (read.closed_at, read.undelivered)


def test_the_key_of_a_notification() -> None:
    """The same however often it is tried: the log's refined causes do not change it."""
    cluster = {"cluster": "c", "findings": [FINDING], "fingerprint": "3f0c"}
    incident = {"opened_at": "2026-11-22T23:34:08Z", "notifications": 2}
    event = {"cluster": cluster, "transition": "changed", "incident": incident}
    assert "2 changed 3f0c" == NotifyEvent.from_json(event).key


def test_the_fingerprint_is_that_of_the_findings_where_none_is_told() -> None:
    request = NotifyEvent.from_json({"cluster": {"cluster": "c", "findings": [FINDING]}})
    assert request.cluster.fingerprint == request.fingerprint


def test_the_key_of_a_receipt() -> None:
    """As the state machine writes the instant."""
    opened_at = "2026-11-23T03:38:37.120Z"
    incident = NotifyEvent.from_json(
        {"cluster": "c", "incident": {"opened_at": opened_at}}
    ).incident
    assert incident is not None
    assert "the monitor 2026-11-23T03:38:37.120Z" == incident.receipt_of("the monitor")


STOPPED = {"cause": "subscription_disabled", "subscription": "orders_sub"}
FAILS = {"cause": "apply_error", "subscription": "orders_sub"}


@pytest.mark.parametrize(
    ("findings", "muted", "transition", "told", "expected"),
    [
        pytest.param([FAILS], [STOPPED], "opened", [], False, id="something else is wrong"),
        pytest.param([], [STOPPED], "opened", [], True, id="nothing else is wrong"),
        pytest.param([], [STOPPED], "test", [], False, id="test"),
        pytest.param([], [], "resolved", ["apply_error"], False, id="nothing is muted"),
        pytest.param([], [FAILS], "resolved", ["apply_error"], True, id="muted while open"),
        pytest.param(
            [], [FAILS], "resolved", ["apply_conflict"], True, id="muted, told by the log's name"
        ),
        pytest.param(
            [], [STOPPED], "resolved", ["apply_error"], False, id="another one has long been muted"
        ),
    ],
)
def test_what_is_muted(
    findings: list[Any], muted: list[Any], transition: str, told: list[str], *, expected: bool
) -> None:
    """A resolved incident is not muted because something else is."""
    cluster = {"cluster": "c", "findings": findings, "muted": muted}
    incident = {"opened_at": "2026-11-22T23:34:08Z", "causes": told}
    request = NotifyEvent.from_json(
        {"cluster": cluster, "transition": transition, "incident": incident}
    )
    assert expected == request.is_muted


def test_findings_open_an_incident() -> None:
    """Findings without a transition are news."""
    event = {"cluster": {"cluster": "c", "findings": [FINDING]}}
    assert Transition.OPENED is NotifyEvent.from_json(event).transition


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (None, (None, None)),
        ("", (None, None)),
        ("the query did not finish", ("the query did not finish", None)),
        ({"Error": "CloudWatchLogs.X", "Cause": "why"}, ("CloudWatchLogs.X", "why")),
        ({"Error": "CloudWatchLogs.X"}, ("CloudWatchLogs.X", None)),
        ({}, ("unknown error", None)),
    ],
)
def test_query_error(error: object, expected: tuple[str | None, str | None]) -> None:
    """An error is a sentence, or what a Catch of Step Functions puts there."""
    query = LogQuery.from_json({"error": error})
    assert expected == (query.error, query.error_cause)


@pytest.mark.parametrize(
    ("event", "named"),
    [
        pytest.param([], "the event", id="no object"),
        pytest.param({}, '"cluster"', id="no cluster"),
        pytest.param({"cluster": {}}, '"cluster"', id="nameless cluster"),
        pytest.param({"cluster": {"cluster": 7}}, '"cluster"', id="cluster's name no text"),
        pytest.param({"cluster": {"cluster": "c", "status": "ill"}}, "'ill'", id="status"),
        pytest.param({"cluster": {"cluster": "c", "findings": "x"}}, "findings", id="findings"),
        pytest.param({"cluster": {"cluster": "c", "findings": [7]}}, "findings", id="finding"),
        pytest.param(
            {"cluster": {"cluster": "c", "findings": [{"evidence": 7}]}}, '"cluster"', id="evidence"
        ),
        pytest.param({"cluster": "c", "transition": "gone"}, '"transition"', id="transition"),
        pytest.param({"cluster": "c", "transition": "noted"}, "wanted: opened", id="only noted"),
        pytest.param({"cluster": "c", "query": "x"}, '"query"', id="query"),
        pytest.param(
            {"cluster": "c", "query": {"status": 1}}, '"query.status"', id="status no text"
        ),
        pytest.param({"cluster": "c", "query": {"error": 1}}, '"query.error"', id="error"),
        pytest.param({"cluster": "c", "query": {"results": {}}}, '"query.results"', id="results"),
        pytest.param({"cluster": "c", "query": {"results": [{}]}}, '"query.results"', id="row"),
        pytest.param({"cluster": "c", "query": {"results": [[1]]}}, '"query.results"', id="field"),
        pytest.param(
            {"cluster": "c", "query": {"lookback_minutes": "x"}}, "lookback_minutes", id="lookback"
        ),
        pytest.param({"cluster": "c", "incident": []}, '"incident"', id="incident"),
        pytest.param(
            {"cluster": "c", "incident": {"ts": "1"}}, "incident.opened_at", id="unopened"
        ),
        pytest.param(
            {"cluster": "c", "incident": {"opened_at": "2026-11-22T23:34:08Z", "causes": "x"}},
            "incident.causes",
            id="causes",
        ),
        pytest.param(
            {"cluster": "c", "incident": {"opened_at": "2026-11-22T23:34:08Z", "ts": 1}},
            "incident.ts",
            id="ts",
        ),
        pytest.param(
            {
                "cluster": "c",
                "incident": {"opened_at": "2026-11-22T23:34:08Z", "notifications": ""},
            },
            "incident.notifications",
            id="notifications",
        ),
        pytest.param(
            {"cluster": "c", "incident": {"opened_at": "noon"}},
            "incident.opened_at",
            id="opened_at",
        ),
        pytest.param({"cluster": "c", "execution": 7}, '"execution"', id="execution"),
        pytest.param(
            {"cluster": "c", "execution": {"started_at": 7}},
            "execution.started_at",
            id="started_at",
        ),
    ],
)
def test_wrong_event(event: object, named: str) -> None:
    """A wrong event is refused with the key's name in the message."""
    with pytest.raises(InvalidEventError) as raised:
        NotifyEvent.from_json(event)
    assert named in str(raised.value)
