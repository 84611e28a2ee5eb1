"""The event as the log tells it."""

from typing import Any

import pytest

from functions.incidents.decision import Transition
from functions.notify.event import NotifyEvent
from functions.notify.log.reading import with_log_read
from tests.unit.notify.logs import conflict, row

FINDING = {"cause": "apply_error", "subscription": "orders_sub", "summary": "It fails."}
INCIDENT = {"opened_at": "2026-11-22T23:34:08Z"}


def read(*, muted: tuple[str, ...] = (), **event: Any) -> NotifyEvent:
    """What becomes of an event about a conflict."""
    cluster = {"cluster": "c", "findings": [FINDING], "mute": list(muted)}
    query = {"status": "Complete", "results": [row(line) for line in conflict(0, 1)]}
    document = {"cluster": cluster, "query": query, "incident": INCIDENT, **event}
    return with_log_read(NotifyEvent.from_json(document))[0]


def test_causes_are_refined_and_the_fingerprint_is_not() -> None:
    event = read()
    assert ("apply_conflict",) == event.causes
    assert (
        NotifyEvent.from_json({"cluster": {"cluster": "c", "findings": [FINDING]}}).key == event.key
    )


def test_a_cause_that_only_the_log_tells_can_be_muted() -> None:
    event = read(muted=("apply_conflict",))
    assert event.is_muted
    assert Transition.OPENED is event.transition


@pytest.mark.parametrize(
    "event",
    [read(muted=("apply_conflict",), force_notify=True), read(transition="test")],
    ids=["what is muted, on demand", "test"],
)
def test_a_test_belongs_to_no_incident(event: NotifyEvent) -> None:
    assert (Transition.TEST, None) == (event.transition, event.incident)


def test_on_demand_an_incident_stays_one() -> None:
    event = read(force_notify=True)
    assert Transition.OPENED is event.transition
    assert event.incident is not None
