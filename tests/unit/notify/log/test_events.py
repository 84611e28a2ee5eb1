from datetime import UTC, datetime
from typing import Any

import pytest

from functions.notify.log.events import MAX_MESSAGE, log_events
from tests.unit.notify.logs import row

TIME = datetime(2026, 11, 22, 23, 34, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    "cells",
    [
        [{"Field": "@message", "Value": "x"}],
        [{"field": "@message", "value": "x"}],
        [{"Field": "message", "Value": "x"}],
        [{"Field": "@ptr", "Value": "CmEK"}, {"Field": "@message", "Value": "x"}],
    ],
    ids=["Step Functions", "API", "shortened by the query", "with a pointer"],
)
def test_message(cells: list[dict[str, Any]]) -> None:
    """Either casing and either name of the field give the message; the pointer is left out."""
    assert ["x"] == [event.message for event in log_events([cells])]


@pytest.mark.parametrize(
    ("written", "expected"),
    [("2026-11-22 23:34:08.000", TIME), ("yesterday", None), (None, None)],
    ids=["CloudWatch's form", "unreadable", "missing"],
)
def test_time(written: str | None, expected: datetime | None) -> None:
    assert [expected] == [event.time for event in log_events([row("x", written)])]


@pytest.mark.parametrize(
    "cells", [[], [{"Field": "@ptr", "Value": "x"}], [{"Field": "@message", "Value": ""}], [{}]]
)
def test_rows_without_a_message_are_skipped(cells: list[dict[str, Any]]) -> None:
    assert () == log_events([cells])


def test_unprintable_characters() -> None:
    """A NUL and what is no UTF-8 do no harm."""
    assert "a\ufffdb\ufffd" == log_events([row("a\x00b\udcff")])[0].message


def test_a_line_of_200_kb_is_shortened() -> None:
    event = log_events([row("x" * 200_000)])[0]
    assert (MAX_MESSAGE, 200_000, True) == (len(event.message), event.length, event.shortened)


def test_full_length_told_by_the_query() -> None:
    """The query shortens lines itself and says their length."""
    event = log_events([row("x" * 1_000, length="200000")])[0]
    assert (200_000, True) == (event.length, event.shortened)


def test_order_and_number() -> None:
    """10,000 rows, which is as many as a query returns, come in their order."""
    events = log_events(row(str(number)) for number in range(10_000))
    assert [str(number) for number in range(10_000)] == [event.message for event in events]
