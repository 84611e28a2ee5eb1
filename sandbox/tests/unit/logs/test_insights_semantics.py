"""What queries of the supported language return."""

import pytest

from sandbox.logs.insights import parse
from sandbox.tests.unit.logs.fakes import GROUP, event, events, rows

ERROR = 'ERROR:  duplicate key value violates unique constraint "orders_pkey"'
LOG = "LOG:  checkpoint complete"
STORED = events(LOG, ERROR, "DETAIL:  Key (id)=(7) already exists.")


def test_default_columns_order_and_pointer() -> None:
    """Without `fields` a row is time and message; newest first; `@ptr` comes last, always."""
    result = parse("limit 2").run(STORED)
    assert [
        [
            {"field": "@timestamp", "value": "2026-11-23 02:13:22.000"},
            {"field": "@message", "value": "DETAIL:  Key (id)=(7) already exists."},
            {"field": "@ptr", "value": STORED[2].pointer},
        ],
        [
            {"field": "@timestamp", "value": "2026-11-23 02:13:21.000"},
            {"field": "@message", "value": ERROR},
            {"field": "@ptr", "value": STORED[1].pointer},
        ],
    ] == result.rows


def test_the_articles_query() -> None:
    """The oldest errors come first, at most five."""
    query = 'fields @timestamp, @message | filter @message like "ERROR" | sort @timestamp asc'
    stored = events(*(f"ERROR:  number {number}" for number in range(7)), LOG)
    assert [f"ERROR:  number {number}" for number in range(5)] == [
        row["@message"] for row in rows(query + " | limit 5", stored)
    ]


def test_every_field_of_an_event() -> None:
    assert [
        {
            "@timestamp": "2026-11-23 02:13:20.000",
            "@message": LOG,
            "@logStream": "sample-instance-1.0",
            "@log": f"123456789012:{GROUP}",
            "@ingestionTime": "2026-11-23 02:13:20.250",
        }
    ] == rows("fields @timestamp, @message, @logStream, @log, @ingestionTime", [event(LOG)])


@pytest.mark.parametrize(
    ("condition", "kept"),
    [
        pytest.param('@message like "ERROR"', [ERROR], id="substring"),
        pytest.param('@message like "error"', [], id="substring, case matters"),
        pytest.param('@message like "orders_pke."', [], id="a string is no pattern"),
        pytest.param("@message like /orders_pke./", [ERROR], id="regex"),
        pytest.param("@message like /(?i)error:/", [ERROR], id="regex, any case"),
        pytest.param("@message like /^(ERROR|LOG):/", [ERROR, LOG], id="alternatives"),
        pytest.param("@message not like /DETAIL|LOG/", [ERROR], id="not like"),
        pytest.param("not @message like /DETAIL|LOG/", [ERROR], id="not before it"),
        pytest.param(
            "@message like 'E' or @message like 'L' and @message like 'x'", [ERROR], id="p"
        ),
        pytest.param("(@message like 'E' or @message like 'L') and @message like 'x'", [], id="()"),
    ],
)
def test_filter(condition: str, kept: list[str]) -> None:
    """`filter` keeps the events for which the condition is true."""
    stored = events(LOG, ERROR)
    assert kept == [row["@message"] for row in rows(f"filter {condition}", stored)]


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        pytest.param("substr(@message, 2)", "Zfoo\N{SNOWMAN}xyZ ", id="substr from"),
        pytest.param("substr(@message, 3, 4)", "foo\N{SNOWMAN}", id="substr from, length"),
        pytest.param("substr(@message, 99, 3)", "", id="substr beyond the end"),
        pytest.param("strlen(@message)", "11", id="strlen counts code points"),
        pytest.param("strlen(substr(@message, 3, 4))", "4", id="nested"),
        pytest.param("@timestamp", "2026-11-23 02:13:20.000", id="a time stays a time"),
    ],
)
def test_expressions(expression: str, value: str) -> None:
    message = "xyZfoo\N{SNOWMAN}xyZ "
    assert [{"made": value}] == rows(f"fields {expression} as made", [event(message)])


def test_a_column_without_alias_is_called_as_written() -> None:
    assert [{"strlen( @message )": "2"}] == rows("fields strlen( @message )", [event("ab")])


def test_further_fields_are_further_columns() -> None:
    """Each once."""
    made = rows("fields @log | fields @message, @log", [event("a")])
    assert ["@log", "@message"] == list(made[0])


@pytest.mark.parametrize(
    ("query", "order"),
    [
        pytest.param("sort @timestamp asc", "bca", id="ascending"),
        pytest.param("sort @timestamp", "bca", id="ascending is the default"),
        pytest.param("sort @timestamp desc", "acb", id="descending"),
        pytest.param("limit 3", "acb", id="newest first without sort"),
    ],
)
def test_sort(query: str, order: str) -> None:
    assert order == "".join(row["@message"] for row in rows(query, events(*"bca")))


def test_sort_is_stable_within_a_second() -> None:
    """Lines of one second keep the order in which they were written."""
    stored = [event(letter, 0, number) for number, letter in enumerate("abc")]
    assert list("abc") == [row["@message"] for row in rows("sort @timestamp asc", stored)]
    assert list("abc") == [row["@message"] for row in rows("sort @timestamp desc", stored)]


def test_comments_and_line_breaks() -> None:
    """`#` starts a comment outside of strings and regular expressions, up to the line's end."""
    query = """
        # the newest errors
        fields @message  # columns | limit 1
        | filter @message like "#1" and @message like /#[0-9]/
    """
    assert [{"@message": "ERROR #1"}] == rows(query, events("ERROR #1", "ERROR #2"))


def test_limits_and_count_of_matches() -> None:
    """10,000 rows without a limit; `matched` counts what the filter let through."""
    stored = events(*(f"ERROR {number}" for number in range(10_050)), "LOG")
    result = parse("filter @message like /ERROR/").run(stored)
    assert (10_000, 10_050) == (len(result.rows), result.matched)
    bounded = parse("filter @message like /ERROR/ | limit 5").run(stored, limit=3)
    assert (3, 10_050) == (len(bounded.rows), bounded.matched)
