from typing import Any

import pytest

from scripts.drill import entered_states, verdict


def test_states_are_those_entered() -> None:
    events: list[dict[str, Any]] = [
        {"type": "ExecutionStarted"},
        {"type": "TaskStateEntered", "stateEnteredEventDetails": {"name": "CheckReplication"}},
        {"type": "TaskStateExited", "stateExitedEventDetails": {"name": "CheckReplication"}},
        {"type": "MapStateEntered", "stateEnteredEventDetails": {"name": "NotifyPerCluster"}},
    ]
    assert ["CheckReplication", "NotifyPerCluster"] == entered_states(events)


@pytest.mark.parametrize(
    ("status", "error", "cause", "entered", "expected"),
    [
        pytest.param("SUCCEEDED", None, None, ["Notify"], None, id="posted"),
        pytest.param("SUCCEEDED", None, None, ["Healthy"], "posted nothing", id="nothing to post"),
        pytest.param(
            "FAILED",
            "AlertLost",
            "shop",
            ["Notify"],
            "ended as FAILED: AlertLost: shop",
            id="failed",
        ),
        pytest.param("ABORTED", None, None, [], "the execution ended as ABORTED", id="aborted"),
    ],
)
def test_verdict(
    status: str, error: str | None, cause: str | None, entered: list[str], expected: str | None
) -> None:
    said = verdict(status, error, cause, entered)
    assert (expected is None) == (said is None)
    assert expected is None or expected in str(said)
