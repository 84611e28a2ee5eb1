import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from functions.notify.log.distinct_errors import MAX_ERRORS, distinct_errors, most_relevant, snippet
from functions.notify.log.error import LogError
from functions.notify.log.events import log_events
from tests.unit.notify.logs import CONFLICT, CONTEXT, START, conflict, line, row

SESSION = "10.0.0.1(54058):bob@shop"


def found(*messages: str) -> tuple[LogError, ...]:
    """What is found in these lines when a query returns them newest first."""
    events = log_events(row(message) for message in reversed(messages))
    return most_relevant(distinct_errors(events))


def at(second: int) -> datetime:
    return START + timedelta(seconds=second)


def test_a_repeated_conflict_is_one_error() -> None:
    """A worker that fails every 5 s, each time with another pid, leaves one entry with a count."""
    attempts = [conflict(second=5 * number, pid=1_000 + number) for number in range(12)]
    (error,) = found(*(message for attempt in attempts for message in attempt))
    assert (12, at(0), at(55), 1_011) == (error.times, error.first, error.last, error.pid)
    assert ("ERROR", CONFLICT, CONTEXT) == (error.severity, error.message, error.parts["CONTEXT"])
    assert error.parts["DETAIL"].endswith("Key (id)=(…); existing local row (…); remote row (…).")


def test_an_attempt_cut_off_by_the_query_counts_too() -> None:
    """The oldest attempt, whose CONTEXT lies beyond the query's limit, is no error of its own."""
    (error,) = found(conflict(0, 1)[0], *conflict(5, 2))
    assert (2, at(0), CONTEXT) == (error.times, error.first, error.parts["CONTEXT"])


def test_different_transactions_are_different_errors() -> None:
    """After one change was skipped, the next may fail with the same words."""
    later = [message.replace("757", "758") for message in conflict(60, 2)]
    assert 2 == len(found(*conflict(0, 1), *later))


def test_parts_in_any_order_within_a_second() -> None:
    first, *others = conflict(0, 1)
    assert found(first, *others) == found(*others, first)


def test_parts_written_when_the_next_second_had_begun() -> None:
    (error,) = found(line("ERROR", "x", 0), line("CONTEXT", CONTEXT, 1))
    assert CONTEXT == error.parts["CONTEXT"]


def test_parts_of_one_session_within_a_second_are_not_guessed() -> None:
    """Two errors with one pid in one second: whose DETAIL it is cannot be known."""
    errors = found(
        line("ERROR", "x", pid=7, who=SESSION),
        line("ERROR", "y", pid=7, who=SESSION),
        line("DETAIL", "Key (id)=(1) already exists.", pid=7, who=SESSION),
    )
    assert {"x": {}, "y": {}} == {error.message: dict(error.parts) for error in errors}


def test_disabled_on_error() -> None:
    """The LOG line with the same pid takes no part from the error that caused it."""
    disabled = 'subscription "orders_sub" has been disabled because of an error'
    errors = found(*conflict(0, 1), line("LOG", disabled, 0, 1))
    assert {CONFLICT: CONTEXT, disabled: None} == {
        error.message: error.parts.get("CONTEXT") for error in errors
    }


def test_newest_first_and_no_more_than_five() -> None:
    errors = found(*(line("ERROR", f"error {number}", number, number) for number in range(9)))
    assert [f"error {number}" for number in (8, 7, 6, 5, 4)] == [error.message for error in errors]


def test_replication_comes_before_sessions() -> None:
    """A busy application's errors do not push out those of replication."""
    errors = found(
        *conflict(0, 1),
        *(line("ERROR", f"error {number}", 9 + number, 7, SESSION) for number in range(9)),
    )
    assert MAX_ERRORS == len(errors)
    assert CONFLICT == errors[-1].message


def test_what_stops_comes_before_remarks() -> None:
    """A flood of conflicts that are only logged does not push out the error that stops."""
    remark = 'conflict detected on relation "public.t{}": conflict=update_missing'
    errors = found(*conflict(0, 1), *(line("LOG", remark.format(n), 9 + n, 7) for n in range(9)))
    assert CONFLICT == errors[-1].message


def started(subscription: str, second: int, pid: int) -> str:
    text = f'logical replication apply worker for subscription "{subscription}" has started'
    return line("LOG", text, second, pid)


def test_the_same_words_of_two_subscriptions_are_two_errors() -> None:
    refused = "could not connect to the publisher: connection refused"
    errors = found(
        *(started("a", 0, 1), line("ERROR", refused, 1, 1)),
        *(started("b", 0, 2), line("ERROR", refused, 1, 2)),
        *(started("a", 5, 3), line("ERROR", refused, 6, 3)),
    )
    assert {("a", 2), ("b", 1)} == {(error.worker.subscription, error.times) for error in errors}


def test_an_attempt_whose_start_was_cut_off_counts_with_the_newest() -> None:
    refused = "could not connect to the publisher: connection refused"
    errors = found(line("ERROR", refused, 0, 9), started("a", 5, 3), line("ERROR", refused, 6, 3))
    assert [("a", 2)] == [(error.worker.subscription, error.times) for error in errors]


def test_uninteresting_lines() -> None:
    """LOG lines of daily life, parts without their error and loose continuations are left out."""
    assert () == found(
        line("LOG", 'logical replication apply worker for subscription "s" has started'),
        line("DETAIL", "Key (id)=(1) already exists."),
        "\tsecond line of a row with ERROR: in it",
    )


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("Task timed out after 3.00 seconds", [(None, "Task timed out after 3.00 seconds")]),
        ('{"level":"ERROR","message":"it failed"}', [("ERROR", "it failed")]),
        (
            '{"level":"ERROR","message":"it failed","exception":"KeyError: 1"}',
            [("ERROR", "it failed\nKeyError: 1")],
        ),
        ('{"level":"INFO","message":"checked"}', []),
        ('{"level":7}', [(None, '{"level":7}')]),
        ("[1]", [(None, "[1]")]),
        ("{", [(None, "{")]),
    ],
    ids=["text", "structured", "with exception", "not an error", "no level", "a list", "no JSON"],
)
def test_lines_of_the_monitor_itself(message: str, expected: list[tuple[str | None, str]]) -> None:
    """What is no line of PostgreSQL is kept as it is, a structured one by its level."""
    assert expected == [(error.severity, error.message) for error in found(message)]


def test_the_query_s_time_counts() -> None:
    """CloudWatch's time has milliseconds, and other programs' lines have no time of ours."""
    (error,) = distinct_errors(log_events([row("failed", "2026-11-22 23:34:08.123")]))
    assert datetime(2026, 11, 22, 23, 34, 8, 123_000, UTC) == error.last


def test_ten_thousand_lines() -> None:
    """As many rows as a query can return make a handful of errors."""
    messages = [message for number in range(3_334) for message in conflict(number, number)]
    (error,) = found(*messages)
    assert 3_334 == error.times


def entries(*messages: str) -> Any:
    return json.loads(snippet(found(*messages)))


def test_snippet() -> None:
    """errors.json is readable for a person and holds neither pointers nor values."""
    assert [
        {
            "first": "2026-11-22T23:34:00Z",
            "last": "2026-11-22T23:34:05Z",
            "times": 2,
            "severity": "ERROR",
            "pid": 2,
            "message": CONFLICT,
            "detail": 'Key already exists in unique index "orders_pkey", modified in transaction '
            "768. Key (id)=(…); existing local row (…); remote row (…).",
            "context": CONTEXT,
        }
    ] == entries(*conflict(0, 1), *conflict(5, 2))


def test_snippet_tells_what_was_shortened() -> None:
    (entry,) = entries(line("ERROR", "x" * 200_000))
    assert entry["characters_in_the_log"] > 200_000
    assert len(entry["message"]) < 4_000


def test_snippet_can_be_encoded() -> None:
    """Emoji stay; a lone surrogate, which no UTF-8 has, does not."""
    text = snippet(found(line("ERROR", "🔴 é \ud800 \x00")))
    assert "🔴 é \ufffd \ufffd" in text.encode().decode()
