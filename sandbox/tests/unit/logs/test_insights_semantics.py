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
        pytest.param(f'@message = "{LOG}"', [LOG], id="equal"),
        pytest.param(f"@message in ['{LOG}', 'x']", [LOG], id="in"),
        pytest.param(f"@message not in ['{LOG}', 'x'] and strlen(@message) > 40", [ERROR], id="in"),
        pytest.param("strlen(@message) < 26", [LOG], id="shorter"),
        pytest.param("strlen(@message) >= 68", [ERROR], id="longer"),
        pytest.param("strlen(@message) <= '25'", [LOG], id="a number in quotes is a number"),
        pytest.param(
            "@message like 'E' or @message like 'L' and @message like 'x'", [ERROR], id="p"
        ),
        pytest.param("(@message like 'E' or @message like 'L') and @message like 'x'", [], id="()"),
        pytest.param("@timestamp = 1795400001000", [ERROR], id="time in milliseconds"),
        pytest.param("ispresent(@log) and isPresent(@message) and @log != ''", None, id="present"),
    ],
)
def test_filter(condition: str, kept: list[str] | None) -> None:
    """`filter` keeps the events for which the condition is true."""
    stored = events(LOG, ERROR)
    expected = [ERROR, LOG] if kept is None else kept
    assert expected == [row["@message"] for row in rows(f"filter {condition}", stored)]


@pytest.mark.parametrize(
    ("condition", "kept"),
    [
        pytest.param("level = 'ERROR'", ["ERROR:  a"], id="comparison"),
        pytest.param("level != 'ERROR'", ["LOG:  c"], id="negated comparison"),
        pytest.param("not level = 'ERROR'", ["LOG:  c"], id="not"),
        pytest.param("level not in ['ERROR']", ["LOG:  c"], id="not in"),
        pytest.param("level not like /ERR/", ["LOG:  c"], id="not like"),
        pytest.param("not ispresent(level)", ["bare b"], id="ispresent"),
        pytest.param("not ispresent(level) or level = 'LOG'", ["LOG:  c", "bare b"], id="or"),
        pytest.param("level = 'LOG' and @message like /./", ["LOG:  c"], id="and"),
        pytest.param("coalesce(level, 'none') = 'none'", ["bare b"], id="coalesce"),
    ],
)
def test_absent_fields_satisfy_no_comparison(condition: str, kept: list[str]) -> None:
    query = f"parse @message '*:  *' as level, what | filter {condition} | display @message"
    stored = events("ERROR:  a", "bare b", "LOG:  c")
    assert kept == [row["@message"] for row in rows(query, stored)]


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        pytest.param("substr(@message, 2)", "Zfoo\N{SNOWMAN}xyZ ", id="substr from"),
        pytest.param("substr(@message, 3, 4)", "foo\N{SNOWMAN}", id="substr from, length"),
        pytest.param("substr(@message, 99, 3)", "", id="substr beyond the end"),
        pytest.param("strlen(@message)", "11", id="strlen counts code points"),
        pytest.param("trim(@message)", "xyZfoo\N{SNOWMAN}xyZ", id="trim"),
        pytest.param("trim(@message, ' xyZ')", "foo\N{SNOWMAN}", id="trim characters"),
        pytest.param("tolower(substr(@message, 0, 3))", "xyz", id="nested tolower"),
        pytest.param("lower('ÄB')", "äb", id="lower"),
        pytest.param("replace(@message, 'xyZ', '')", "foo\N{SNOWMAN} ", id="replace"),
        pytest.param("concat('[', strlen('ab'), '] ', \"c\")", "[2] c", id="concat"),
        pytest.param("coalesce(@logStream, 'x')", "sample-instance-1.0", id="coalesce"),
        pytest.param(r"'a\'b\\c\n'", "a'b\\c\n", id="escapes"),
        pytest.param("-1.5", "-1.5", id="number"),
        pytest.param("@timestamp", "2026-11-23 02:13:20.000", id="a time stays a time"),
    ],
)
def test_expressions(expression: str, value: str) -> None:
    message = "xyZfoo\N{SNOWMAN}xyZ "
    assert [{"made": value}] == rows(f"fields {expression} as made", [event(message)])


def test_a_column_without_alias_is_called_as_written() -> None:
    assert [{"strlen( @message )": "2"}] == rows("fields strlen( @message )", [event("ab")])


@pytest.mark.parametrize(
    ("query", "columns"),
    [
        pytest.param("fields @log | fields @message, @log", ["@log", "@message"], id="fields add"),
        pytest.param("fields @log | display @message", ["@message"], id="display shows only"),
        pytest.param("display @log | display @message", ["@message"], id="the last display"),
    ],
)
def test_columns(query: str, columns: list[str]) -> None:
    assert columns == list(rows(query, [event("a")])[0])


@pytest.mark.parametrize(
    ("command", "made"),
    [
        pytest.param(
            "parse @message /finished at (?<lsn>[0-9A-F]+\\/[0-9A-F]+)/",
            [{"lsn": "0/17184E8"}, {}],
            id="regex with a named group",
        ),
        pytest.param(
            "parse @message 'pg_* during message type \"*\" ' as origin, kind",
            [{"origin": "16394", "kind": "INSERT"}, {}],
            id="glob",
        ),
        pytest.param(
            "parse @message 'T\" in *' as rest", [{"rest": "transaction 7"}, {}], id="rest"
        ),
        pytest.param(
            "parse @message '[*]' as pid | parse pid '4*' as last",
            [{"pid": "42", "last": "2"}, {}],
            id="of a parsed field",
        ),
    ],
)
def test_parse(command: str, made: list[dict[str, str]]) -> None:
    """A match makes the fields; an event that does not match stays without them."""
    context = (
        '[42] remote data for replication origin "pg_16394 during message type "INSERT" in '
        "transaction 7\nfinished at 0/17184E8"
    )
    names = sorted({name for row in made for name in row})
    query = f"{command} | sort @timestamp asc | display {', '.join(names)}"
    assert made == rows(query, events(context, LOG))


@pytest.mark.parametrize(
    ("query", "order"),
    [
        pytest.param("sort @message asc", "abc", id="ascending"),
        pytest.param("sort @message", "abc", id="ascending is the default"),
        pytest.param("sort @message desc", "cba", id="descending"),
        pytest.param("sort @timestamp asc", "bca", id="by time"),
        pytest.param("limit 3", "acb", id="newest first without sort"),
        pytest.param("fields strlen(@message) as n | sort n, @message desc", "cba", id="two keys"),
    ],
)
def test_sort(query: str, order: str) -> None:
    assert order == "".join(
        row["@message"] for row in rows(query + "|display @message", events(*"bca"))
    )


def test_sort_is_stable_within_a_second() -> None:
    """Lines of one second keep the order in which they were written."""
    stored = [event(letter, 0, number) for number, letter in enumerate("abc")]
    assert list("abc") == [row["@message"] for row in rows("sort @timestamp asc", stored)]
    assert list("abc") == [row["@message"] for row in rows("sort @timestamp desc", stored)]


@pytest.mark.parametrize(
    ("query", "kept"),
    [
        pytest.param("dedup kind", ["b 4", "bare", "a 2"], id="newest of each; absent ones stay"),
        pytest.param("sort @timestamp asc | dedup kind", ["a 1", "b 3", "bare"], id="sorted first"),
        pytest.param("dedup kind, what", ["b 4", "bare", "b 3", "a 2", "a 1"], id="combination"),
        pytest.param("dedup kind | limit 1", ["b 4"], id="limit after it"),
    ],
)
def test_dedup(query: str, kept: list[str]) -> None:
    stored = events("a 1", "a 2", "b 3", "bare", "b 4")
    parsed = f"display @message | parse @message '* *' as kind, what | {query}"
    assert kept == [row["@message"] for row in rows(parsed, stored)]


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
