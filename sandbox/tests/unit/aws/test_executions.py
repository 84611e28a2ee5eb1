"""The stays in states, read from the events of a history."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sandbox.aws.executions import visits

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


class History:
    """Events as GetExecutionHistory gives them, one second apart."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []

    def add(self, kind: str, previous: int, **details: Any) -> int:
        number = len(self.events) + 1
        event = {"id": number, "previousEventId": previous, "type": kind, **details}
        self.events.append({**event, "timestamp": NOON + timedelta(seconds=number)})
        return number

    def enter(self, kind: str, name: str, previous: int) -> int:
        details = {"stateEnteredEventDetails": {"name": name}}
        return self.add(f"{kind}StateEntered", previous, **details)

    def leave(self, kind: str, name: str, previous: int) -> int:
        details = {"stateExitedEventDetails": {"name": name}}
        return self.add(f"{kind}StateExited", previous, **details)


def test_a_stay_lasts_from_entering_to_leaving() -> None:
    history = History()
    started = history.add("ExecutionStarted", 0)
    entered = history.enter("Wait", "WaitForQuery", started)
    history.leave("Wait", "WaitForQuery", entered)
    (visit,) = visits(history.events)
    assert ("WaitForQuery", "Wait", 1.0) == (visit.name, visit.type, visit.duration_seconds)
    assert NOON + timedelta(seconds=2) == visit.entered_at


def test_iterations_are_told_apart_though_their_events_mix() -> None:
    history = History()
    entered = history.enter("Map", "Each", history.add("ExecutionStarted", 0))
    started = history.add("MapStateStarted", entered)
    first, second = (
        history.add("MapIterationStarted", started, mapIterationStartedEventDetails={"index": i})
        for i in (0, 1)
    )
    in_first = history.enter("Task", "Notify", first)
    in_second = history.enter("Task", "Notify", second)
    history.leave("Task", "Notify", in_second)
    out_of_first = history.leave("Task", "Notify", in_first)
    succeeded = history.add("MapStateSucceeded", out_of_first)
    left = history.leave("Map", "Each", succeeded)
    history.enter("Pass", "Done", left)
    shown = [(v.name, v.map_index, v.duration_seconds) for v in visits(history.events)]
    assert [("Each", None, 9), ("Notify", 0, 3), ("Notify", 1, 1), ("Done", None, None)] == shown


def test_an_error_belongs_to_the_stay_in_which_it_happened() -> None:
    """One that was caught leaves a duration, one that was not leaves none."""
    history = History()
    entered = history.enter("Task", "Check", history.add("ExecutionStarted", 0))
    failed = history.add("TaskFailed", entered, taskFailedEventDetails={"error": "Throttled"})
    left = history.leave("Task", "Check", failed)
    entered = history.enter("Fail", "Lost", left)
    history.add("ExecutionFailed", entered, executionFailedEventDetails={"error": "AlertLost"})
    shown = [(v.name, v.error, v.duration_seconds) for v in visits(history.events)]
    assert [("Check", "Throttled", 2), ("Lost", "AlertLost", None)] == shown


def test_an_empty_history_has_no_stays() -> None:
    assert [] == visits([])
