"""What is to be done about a cluster, from its verdict and its incident."""

from typing import Any

import pytest

from functions.incidents.decision import Verdict
from tests.unit.incidents.decisions import (
    CLAIMED,
    CLOSED,
    DAY,
    EPOCH,
    HEALTHY,
    MONITOR,
    REPORTED,
    SUSPECTED,
    UNKNOWN,
    at,
    decided,
    incident,
    transition,
    typed,
    verdict,
    without,
)

MUTED = ("slot_lost",)
OTHERS = ("slot_missing",)

MISSED = {"unknown_runs": 1, "unknown_since": at(-1)}


@pytest.mark.parametrize(
    ("cluster", "stored", "expected"),
    [
        pytest.param(verdict(status="healthy"), None, "none", id="all is well"),
        pytest.param(verdict(), None, "opened", id="broken for the first time"),
        pytest.param(verdict(), incident(), "none", id="ongoing"),
        pytest.param(verdict(causes=OTHERS), incident(), "changed", id="other causes"),
        pytest.param(verdict(status="healthy"), incident(), "resolved", id="well again"),
        pytest.param(verdict(), CLOSED, "opened", id="broken again at once"),
        pytest.param(verdict(status="healthy"), CLOSED, "none", id="stays well"),
        pytest.param(verdict(causes=(), muted=MUTED), None, "none", id="muted"),
        pytest.param(
            verdict(causes=(), muted=MUTED), incident(), "resolved", id="muted since it opened"
        ),
    ],
)
def test_an_outage_is_opened_once_and_resolved_once(
    cluster: Verdict, stored: dict[str, Any] | None, expected: str
) -> None:
    assert expected == transition(cluster, stored)


@pytest.mark.parametrize(
    ("minutes_open", "minutes_silent", "after", "expected"),
    [
        (59, 59, None, "none"),
        (60, 60, None, "reminder"),
        (100, 59, None, "none"),
        (299, 239, None, "none"),
        (300, 240, None, "reminder"),
        (15, 15, 15, "reminder"),
        (14, 14, 15, "none"),
        (300, 240, 600, "none"),
        (1_260, 600, 600, "reminder"),
        (1_000, 300, 600, "none"),
    ],
)
def test_reminders_come_after_an_hour_and_then_every_four(
    minutes_open: int, minutes_silent: int, after: int | None, expected: str
) -> None:
    """`remind-after-minutes` replaces the hour, and the four if it is longer."""
    stored = incident(opened_at=at(-minutes_open), last_notified_at=at(-minutes_silent))
    cluster = verdict() if after is None else verdict(remind_after_minutes=after)
    assert expected == transition(cluster, stored)


@pytest.mark.parametrize(
    ("cluster", "stored", "expected"),
    [
        pytest.param(verdict(status="unknown"), None, "noted", id="for the first time"),
        pytest.param(verdict(status="unknown"), SUSPECTED, "opened", id="for the second"),
        pytest.param(verdict(status="unknown", unknown_runs=1), None, "opened", id="at once"),
        pytest.param(verdict(status="unknown", unknown_runs=3), SUSPECTED, "noted", id="of three"),
        pytest.param(verdict(status="healthy"), SUSPECTED, "forgotten", id="and well again"),
        pytest.param(verdict(), SUSPECTED, "opened", id="and then unhealthy"),
        pytest.param(verdict(status="unknown"), incident(), "noted", id="after an unhealthy run"),
        pytest.param(
            verdict(status="unknown"), incident(**MISSED), "changed", id="after an unanswered one"
        ),
        pytest.param(
            verdict(), incident(**MISSED), "forgotten", id="unhealthy as before the unanswered one"
        ),
        pytest.param(
            verdict(status="unknown", unknown_runs=1), incident(), "changed", id="told at once"
        ),
        pytest.param(verdict(status="unknown"), CLOSED, "noted", id="soon after an incident"),
        pytest.param(
            verdict(status="unknown"),
            incident(fingerprint=UNKNOWN, decided_at=at(-1)),
            "none",
            id="ongoing",
        ),
    ],
)
def test_no_answer_opens_on_the_second_consecutive_run(
    cluster: Verdict, stored: dict[str, Any] | None, expected: str
) -> None:
    assert expected == transition(cluster, stored)


@pytest.mark.parametrize(
    ("stored", "started", "expected"),
    [
        pytest.param(incident(**CLAIMED), -0.1, "none", id="claimed by another execution"),
        pytest.param(
            incident(**CLAIMED | {"claimed_until": at(-0.05)}, fingerprint="another"),
            -0.1,
            "changed",
            id="claimed until a moment ago",
        ),
        pytest.param(
            without(incident(**CLAIMED | {"claimed_until": at(-1)}), *REPORTED),
            -0.1,
            "opened",
            id="its execution died before it notified anybody",
        ),
        pytest.param(
            incident(**CLAIMED | {"claimed_until": at(-1)}, fingerprint="another"),
            -0.1,
            "changed",
            id="its execution died before it notified of a change",
        ),
        pytest.param(
            incident(**CLAIMED | {"claimed_until": at(-1), "claimed_for": "resolved"}),
            -0.1,
            "opened",
            id="its execution died after it notified of a recovery",
        ),
        pytest.param(
            incident(closed_at=at(-4), fingerprint=HEALTHY),
            -0.1,
            "opened",
            id="died while reopening",
        ),
        pytest.param(
            incident(decided_at=at(-0.1), fingerprint="another"), -0.2, "none", id="judged since"
        ),
        pytest.param(SUSPECTED | {"decided_at": at(-0.1)}, -0.2, "none", id="noted since"),
    ],
)
def test_one_execution_at_a_time_notifies_of_an_incident(
    stored: dict[str, Any], started: float, expected: str
) -> None:
    """An execution that began before the last decision may have seen an older world."""
    assert expected == transition(verdict(), stored, started=started)


@pytest.mark.parametrize(
    ("cluster", "stored", "expected"),
    [
        pytest.param(verdict(status="healthy"), None, "test", id="healthy"),
        pytest.param(verdict(), None, "opened", id="broken"),
        pytest.param(verdict(), incident(), "reminder", id="ongoing"),
        pytest.param(verdict(causes=OTHERS), incident(), "changed", id="changed"),
        pytest.param(verdict(status="unknown"), None, "opened", id="unknown for the first time"),
        pytest.param(verdict(), incident(**CLAIMED), "test", id="another execution notifies"),
        pytest.param(verdict(causes=(), muted=MUTED), None, "test", id="muted"),
        pytest.param(verdict(causes=(), muted=MUTED), incident(), "test", id="muted since"),
        pytest.param(verdict(status="healthy"), incident(), "resolved", id="well again"),
    ],
)
def test_force_notify_always_has_something_to_say(
    cluster: Verdict, stored: dict[str, Any] | None, expected: str
) -> None:
    assert expected == transition(cluster, stored, force_notify=True)


@pytest.mark.parametrize(
    ("stored", "expected"),
    [
        (incident(explained="false", last_notified_at=at(-14)), "changed"),
        (incident(explained="false", last_notified_at=at(-16)), "none"),
        (incident(explained="true", last_notified_at=at(-14)), "none"),
    ],
    ids=["unexplained", "for too long", "explained"],
)
def test_a_log_that_is_late_is_asked_again(stored: dict[str, Any], expected: str) -> None:
    """For a while after each notification: an incident may change long after it was opened."""
    assert expected == transition(verdict(), stored)


def test_an_unknown_cluster_s_incident_began_when_it_was_first_missed() -> None:
    [work] = decided([verdict(status="unknown")], [SUSPECTED])
    assert at(-1) == work["incident"]["opened_at"]
    assert not {"unknown_runs", "unknown_since"} & work["incident"].keys()


def test_a_claim_keeps_what_is_known_of_the_incident() -> None:
    [work] = decided([verdict(causes=OTHERS)], [incident()])
    claim = {
        "claimed_by": "arn:me",
        "claimed_for": "changed",
        "claimed_until": at(5),
        "decided_at": at(0),
        "expires_at": EPOCH + 30 * DAY,
        "rests_on_memory": "true",
    }
    assert incident() | claim == work["incident"]
    assert typed(work["incident"]) == work["item"]
    assert ("shop", at(-30)) == (work["cluster"], work["seen"])


def test_what_reopens_keeps_its_beginning_and_its_end() -> None:
    """Also where the cluster gave no answer in between."""
    suspected = CLOSED | {"unknown_runs": 1, "unknown_since": at(-1)}
    [opened] = decided([verdict()], [suspected])
    assert (at(-30), at(-4)) == (opened["incident"]["opened_at"], opened["incident"]["closed_at"])
    [noted] = decided([verdict(status="unknown", unknown_runs=3)], [suspected])
    assert suspected | {"unknown_runs": 2, "decided_at": at(0)} == noted["incident"]
    [forgotten] = decided([verdict(status="healthy")], [suspected])
    assert CLOSED | {"decided_at": at(0)} == forgotten["incident"]


def test_a_suspicion_is_noted_and_forgotten_without_an_incident() -> None:
    [noted] = decided([verdict(status="unknown")], [])
    expected = SUSPECTED | {
        "unknown_since": at(0),
        "decided_at": at(0),
        "expires_at": EPOCH + DAY,
    }
    assert (expected, "never") == (noted["incident"], noted["seen"])
    [forgotten] = decided([verdict(status="healthy")], [SUSPECTED])
    assert EPOCH == forgotten["incident"]["expires_at"]
    assert "unknown_runs" not in forgotten["incident"]


@pytest.mark.parametrize(
    ("status", "stored", "expected"),
    [
        ("healthy", [], []),
        ("healthy", [incident(cluster=MONITOR)], ["resolved"]),
        ("unhealthy", [], ["opened"]),
    ],
)
def test_the_monitor_itself_is_a_cluster(
    status: str, stored: list[dict[str, Any]], expected: list[str]
) -> None:
    """A check that worked ends its incident; a drill says nothing of it."""
    clusters = [verdict(MONITOR, status)] if status != "healthy" else []
    states = decided(clusters, stored)
    assert expected == [work["transition"] for work in states]
    if not stored and status == "healthy":
        assert [] == decided([], [], force_notify=True)
        closed = CLOSED | {"cluster": MONITOR}
        assert [] == decided([], [closed], force_notify=True)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("apply_error", "worker_down"),
        ("table_sync_failed", "table_sync_stalled"),
        ("database_unreachable", "database_timeout"),
        ("publisher_lagging", "apply_lagging"),
    ],
)
def test_one_problem_is_one_incident_whatever_a_sample_shows_of_it(before: str, after: str) -> None:
    reported = verdict(causes=(before,)).report.fingerprint
    assert "none" == transition(verdict(causes=(after,)), incident(fingerprint=reported))
    assert "changed" == transition(verdict(causes=(after, *OTHERS)), incident(fingerprint=reported))


def test_an_update_of_the_monitor_is_no_change_of_a_cluster() -> None:
    """Former fingerprints were of causes; what was reported under one is brought up to date."""
    stopped = verdict(causes=("worker_down",))
    former, now = stopped.report.former_fingerprint, stopped.report.fingerprint
    assert former != now
    assert "none" == transition(stopped, incident(fingerprint=former))
    late = incident(fingerprint=former, explained="false", last_notified_at=at(-14))
    [work] = decided([stopped], [late | {"undelivered": f"opened {former}"}])
    assert ("changed", now) == (work["transition"], work["incident"]["fingerprint"])
    assert f"opened {now}" == work["incident"]["undelivered"]
    assert "changed" == transition(verdict(causes=("apply_error",)), incident(fingerprint=former))
