"""What was known only by comparison with the last run is not over for a run that cannot compare."""

from typing import Any

import pytest

from functions.incidents.decision import Verdict
from tests.unit.incidents.decisions import (
    BROKEN,
    CLOSED,
    REPORTED,
    at,
    decided,
    incident,
    transition,
    verdict,
    without,
)

REMEMBERED = incident(rests_on_memory="true")
MUTED = ("slot_lost",)


@pytest.mark.parametrize(
    ("cluster", "stored", "expected"),
    [
        pytest.param(verdict(status="healthy"), REMEMBERED, "resolved", id="with memory"),
        pytest.param(
            verdict(status="healthy", has_memory=False), REMEMBERED, "none", id="without memory"
        ),
        pytest.param(
            verdict(status="healthy", has_memory=False), incident(), "resolved", id="never needed"
        ),
        pytest.param(
            verdict(causes=(), muted=MUTED, has_memory=False), REMEMBERED, "none", id="muted"
        ),
        pytest.param(verdict(has_memory=False), REMEMBERED, "none", id="still broken"),
        pytest.param(
            verdict(has_memory=False, causes=("slot_missing",)), REMEMBERED, "changed", id="worse"
        ),
        pytest.param(
            verdict(status="unknown", has_memory=False), REMEMBERED, "noted", id="no answer"
        ),
    ],
)
def test_a_run_without_memory_ends_nothing_that_memory_opened(
    cluster: Verdict, stored: dict[str, Any], expected: str
) -> None:
    assert expected == transition(cluster, stored)


def test_a_forced_run_without_memory_posts_a_test_and_ends_nothing() -> None:
    healthy = verdict(status="healthy", has_memory=False)
    assert "test" == transition(healthy, REMEMBERED, force_notify=True)
    remembering = verdict(status="healthy")
    assert "resolved" == transition(remembering, REMEMBERED, force_notify=True)


@pytest.mark.parametrize(
    ("cluster", "stored", "expected"),
    [
        pytest.param(verdict(), None, "true", id="opens it"),
        pytest.param(verdict(has_memory=False), None, None, id="opens it without"),
        pytest.param(verdict(), incident(fingerprint="other"), "true", id="changes it"),
        pytest.param(verdict(), REMEMBERED | {"fingerprint": "other"}, "true", id="stays"),
        pytest.param(verdict(), CLOSED | {"rests_on_memory": "true"}, "true", id="reopened"),
        pytest.param(
            verdict(),
            incident(opened_at=at(-61), last_notified_at=at(-61)),
            None,
            id="a reminder says nothing new",
        ),
        pytest.param(verdict(status="healthy"), REMEMBERED, "true", id="until it is over"),
        pytest.param(
            verdict(),
            without(incident(), *REPORTED, "channel", "ts"),
            "true",
            id="opened again after its execution died",
        ),
    ],
)
def test_an_incident_keeps_that_it_rests_on_memory(
    cluster: Verdict, stored: dict[str, Any] | None, expected: str | None
) -> None:
    [work] = decided([cluster], [] if stored is None else [stored])
    assert expected == work["incident"].get("rests_on_memory")
    assert expected == work["item"].get("rests_on_memory", {}).get("S")


def test_problems_known_from_memory_and_from_the_sample_are_the_same() -> None:
    assert BROKEN == verdict().report.fingerprint
