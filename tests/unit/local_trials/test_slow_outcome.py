from datetime import UTC, datetime, timedelta

import pytest

from local.trials.slow.failing import KINDS, SlowFailure
from local.trials.slow.outcome import Ran, judge

BEGIN = datetime(2026, 11, 26, 2, 0, tzinfo=UTC)
KIND = {kind.name: kind for kind in KINDS}


def at(second: float) -> datetime:
    return BEGIN + timedelta(seconds=second)


def runs(**transitions: int) -> list[Ran]:
    """One every ten seconds that takes one; `transitions` say in which second a run began."""
    by_second = {second: name.rstrip("_") for name, second in transitions.items()}
    return [Ran(at(n), at(n + 1), ("x",), by_second.get(n)) for n in range(0, 200, 10)]


FAILURES = [at(15), at(35), at(55)]
FIXED = at(60)


@pytest.mark.parametrize(
    ("seen", "counted", "expected", "passed"),
    [
        pytest.param(runs(opened=20, resolved=80), True, (1, 1, 0, 1), True, id="at once"),
        pytest.param(runs(opened=30, resolved=80), True, (2, 1, 0, 1), True, id="second run"),
        pytest.param(runs(opened=40, resolved=80), True, (3, 1, 0, 1), False, id="too late"),
        pytest.param(runs(opened=50, resolved=80), False, (2, 1, 0, 1), True, id="second end"),
        pytest.param(runs(opened=20, resolved=80), False, (0, 1, 0, 1), True, id="even before"),
        pytest.param(
            runs(opened=20, changed=40, resolved=80), True, (1, 2, 0, 1), False, id="again"
        ),
        pytest.param(
            runs(opened=20, resolved_=40, opened_=50, resolved=80),
            True,
            (1, 2, 1, 1),
            False,
            id="called healthy too early",
        ),
        pytest.param(runs(opened=20), True, (1, 1, 0, 0), False, id="for ever"),
        pytest.param(
            runs(opened=20, resolved=80, opened_=90, resolved_=100),
            True,
            (1, 2, 0, 2),
            False,
            id="came back",
        ),
        pytest.param(runs(), True, (None, 0, 0, 0), False, id="never"),
        pytest.param(runs(noted=10, opened=20, resolved=80), True, (1, 1, 0, 1), True, id="noted"),
    ],
)
def test_what_a_monitor_made_of_it(
    seen: list[Ran],
    counted: bool,  # noqa: FBT001  a column of the table
    expected: tuple[int | None, int, int, int],
    passed: bool,  # noqa: FBT001  a column of the table
) -> None:
    found = judge(seen, FAILURES, FIXED, counted=counted)
    assert expected == (found.opened_by_run, found.alerts, found.too_early, found.resolved)
    assert passed == found.passed


def test_a_failure_after_the_fix_was_under_way_and_counts() -> None:
    late = judge(runs(opened=20, resolved=80), [*FAILURES, at(85)], FIXED, counted=True)
    assert (1, 0) == (late.too_early, late.resolved)


def test_the_time_of_the_recovery_is_from_the_end() -> None:
    found = judge(runs(opened=20, resolved=80), FAILURES, FIXED, counted=True)
    assert (21.0, 3) == (found.resolved_seconds, found.resolved_by_run)


def test_all_that_was_said_can_be_read() -> None:
    found = judge(runs(opened=20, resolved=80), FAILURES, FIXED, counted=True)
    assert ("02:00:21 opened x", "02:01:21 resolved x") == found.said


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("apply", "ERROR:  duplicate key value violates unique constraint"),
        ("copy", 'ERROR:  conflict detected on relation "public.returns": conflict=insert_exists'),
        ("FATAL", "FATAL:  terminating logical replication worker due to administrator command"),
        ("killed", 'LOG:  background worker "x" (PID 6) was terminated by signal 9: Killed'),
    ],
)
def test_when_it_failed_stands_in_the_log(kind: str, text: str) -> None:
    log = "\n".join(
        [
            "2026-11-26 02:00:01.000 UTC::@:[1]:LOG:  database system is ready to accept",
            f"2026-11-26 02:00:02.500 UTC::@:[6]:{text}",
            f"2026-11-26 02:00:03.000 UTC:127.0.0.1(5):app@shop:[7]:{text}",
            f"\t{text}",
        ]
    )
    assert [at(2.5)] == SlowFailure(KIND[kind], 0).failures(log)
