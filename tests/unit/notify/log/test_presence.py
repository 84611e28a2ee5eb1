from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from functions.notify.log.error import LogError
from functions.notify.log.events import log_events
from functions.notify.log.occurrences import apply_starts
from functions.notify.log.presence import is_present
from functions.report import Evidence, Finding
from tests.unit.notify.logs import START, line, row


def at(second: float) -> datetime:
    return START + timedelta(seconds=second)


def error(second: float) -> LogError:
    return LogError(at(second), at(second), "ERROR", "x", pid=1)


def finding(cause: str, **evidence: Evidence) -> Finding:
    return Finding(cause, "It is.", "a", evidence)


@pytest.mark.parametrize(
    ("cause", "starts", "expected"),
    [
        pytest.param("worker_down", [], True, id="no start known"),
        pytest.param("worker_down", [100], True, id="started, then failed"),
        pytest.param("worker_down", [100.9], True, id="started in the second of the error"),
        pytest.param("worker_down", [160], False, id="started again and has not failed since"),
        pytest.param("worker_down", [50, 149], False, id="has run for longer than the last one"),
        pytest.param("worker_down", [50, 150], True, id="may fail after as long as the last one"),
        pytest.param("worker_down", [50, 60, 155], False, id="longer than the one that failed"),
        pytest.param("worker_down", [50, 110, 155], True, id="one since then ended as well"),
        pytest.param("worker_down", [205], True, id="started after the check began"),
        pytest.param("disabled_on_error", [160], False, id="enabled again since"),
        pytest.param("table_sync_failed", [160], True, id="a copy is another worker"),
        pytest.param("silent_divergence", [160], True, id="divergence outlives a worker"),
    ],
)
def test_what_was_got_over(cause: str, starts: list[float], *, expected: bool) -> None:
    """An error at 100 s, in a check at 200 s."""
    known = {"a": [at(second) for second in starts], "b": [at(190)]}
    assert expected == is_present(error(100.5), finding(cause), known, at(200))


@pytest.mark.parametrize(("start", "expected"), [(99, True), (100.1, False), (160, False)])
def test_a_worker_that_starts_has_found_room(start: float, *, expected: bool) -> None:
    """Even within the second in which there had been none."""
    none = replace(error(100.5), cause="worker_slots_exhausted")
    assert expected == is_present(none, finding("worker_down"), {"a": [at(start)]}, at(200))


@pytest.mark.parametrize(
    ("cause", "seconds", "expected"),
    [("worker_down", 599, True), ("worker_down", 601, False), ("disabled_on_error", 1_700, True)],
)
def test_old_errors(cause: str, seconds: float, *, expected: bool) -> None:
    """A worker that still fails does so every few seconds; one that gave up failed once."""
    assert expected == is_present(error(0), finding(cause), {}, at(seconds))


@pytest.mark.parametrize(
    ("since", "expected"),
    [
        pytest.param("2026-11-22T23:34:05+00:00", True, id="the successor never got a word"),
        pytest.param("2026-11-22T23:41:00+00:00", False, id="silent for another reason"),
        pytest.param(None, False, id="not known"),
    ],
)
def test_a_connection_given_up_before_the_silence(since: str | None, *, expected: bool) -> None:
    silent = finding("publisher_lagging", since=since)
    assert expected == is_present(error(0), silent, {"a": [at(5)]}, at(600))


def test_without_the_time_of_the_check_every_error_counts() -> None:
    assert is_present(error(0), finding("worker_down"), {"a": [at(60)]}, None)


def test_starts_of_apply_workers() -> None:
    """Those of workers that copy a table are not among them."""
    apply = 'logical replication apply worker for subscription "{}" has started'
    copy = 'logical replication table synchronization worker for subscription "a", table "t"'
    lines = [
        line("LOG", apply.format("a"), 9, 3),
        line("LOG", f"{copy} has started", 5, 2),
        line("LOG", apply.format("b"), 3, 1),
        line("LOG", apply.format("a"), 1, 1),
    ]
    expected = {"a": [at(1), at(9)], "b": [at(3)]}
    found = apply_starts(log_events(map(row, lines)))
    assert expected == {name: sorted(starts) for name, starts in found.items()}
