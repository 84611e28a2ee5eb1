"""No piece of a value is shown, wherever a line was cut.

The wordings are those of PostgreSQL 15 to 18, libpq and common extensions that quote a value
(from the format strings of their servers), each with a value that holds quotes, braces, line breaks
and PostgreSQL's own words.
"""

from datetime import UTC, datetime
from typing import Any

import pytest

from functions.notify.alert.compose import compose
from functions.notify.alert.message import draw
from functions.notify.alert.plain_text import plain_text
from functions.notify.event import NotifyEvent
from functions.notify.log.distinct_errors import snippet
from functions.notify.log.reading import with_log_read
from functions.notify.redaction import redact_log_text
from tests.unit.notify.logs import CONTEXT, line, row

VALUE = (
    'zq1 {"zq2": "zq3", "zq4": {"relation": "zq5"}} zq6" is zq7 for "zq8": "zq9" is out of range '
    'for type zq10\n\tzq11 (id)=(zq12); \'zq13\' \\ zq14" not recognized, table "zq15" zq16'
)
LONG = f"{VALUE} {'zq17 ' * 200}"
WORDINGS = (
    'invalid input syntax for type integer: "{}"',
    'invalid input syntax for type integer: "{}" at character 8',
    'invalid input syntax for type json: "{}"',
    'invalid input value for enum mood: "{}"',
    'malformed array literal: "{}"',
    'malformed record literal: "{}"',
    'malformed range literal: "{}"',
    'malformed multirange literal: "{}"',
    'date/time field value out of range: "{}"',
    'interval field value out of range: "{}"',
    'timestamp out of range: "{}"',
    'date out of range: "{}"',
    'time zone displacement out of range: "{}"',
    'time zone "{}" not recognized',
    'numeric time zone "{}" out of range',
    'interval units "{}" not recognized',
    'unit "{}" not recognized for type timestamp with time zone',
    'date/time value "{}" is no longer supported',
    'value "{}" is out of range for type integer',
    'value "{}" is out of range for type integer at character 31',
    '"{}" is out of range for type double precision',
    '"{}" is not a number',
    '"{}" is not a valid binary digit',
    '"{}" is not a valid hexadecimal digit',
    'invalid value "{}" for "HH24"',
    'invalid hexadecimal digit: "{}"',
    'invalid symbol "{}" found while decoding base64 sequence',
    'invalid cidr value: "{}"',
    'invalid octet value in "macaddr" value: "{}"',
    'invalid value for parameter "TimeZone": "{}"',
    'invalid name syntax: "{}"',
    'string is not a valid identifier: "{}"',
    'invalid type name "{}"',
    'invalid enum label "{}"',
    'syntax error in tsquery: "{}"',
    'no operand in tsquery: "{}"',
    'syntax error in tsvector: "{}"',
    'word is too long in tsquery: "{}"',
    'unrecognized weight: "{}"',
    'unrecognized privilege type: "{}"',
    'unrecognized key word: "{}"',
    'unrecognized format() type specifier "{}"',
    'invalid regular expression: "{}"',
    'invalid regular expression "{}": parentheses () not balanced',
    'invalid regis pattern: "{}"',
    'invalid datetime format separator: "{}"',
    'datetime format is not recognized: "{}"',
    'path element at position 1 is not an integer: "{}"',
    'JSON object does not contain key "{}"',
    'could not find jsonpath variable "{}"',
    'syntax error at or near "{}"',
    'syntax error at or near "{}" at character 3',
    'syntax error at or near "{}" of jsonpath input',
    'trailing junk after numeric literal at or near "{}"',
    'unexpected character "{}"',
    'could not parse "{}": incorrect number of elements',
    'query "{}" returned 2 columns',
    'missing "=" after "{}" in connection info string',
    'invalid URI query parameter: "{}"',
    'invalid integer value "{}" for connection option "port"',
    'value for domain positive violates check constraint "positive_check": "{}"',
    'could not receive data from WAL stream: ERROR:  invalid input syntax for type bigint: "{}"',
    'could not start initial contents copy for table "public.t": ERROR:  time zone "{}" not known',
    'parse error - invalid geometry: "{}"',
)


def shown(text: str) -> str:
    return redact_log_text(text)


@pytest.mark.parametrize("wording", WORDINGS)
def test_a_cut_value_is_masked_to_the_end(wording: str) -> None:
    text = wording.replace("{}", LONG)
    start = wording.index("{}")
    for end in (*range(start, start + 260), 560, 600):
        for sign in ("…", '"…'):
            assert "zq" not in shown(f"{text[:end]}{sign}"), (end, sign)


@pytest.mark.parametrize("wording", WORDINGS)
def test_a_value_cut_by_a_query_that_does_not_say_so(wording: str) -> None:
    """A quote that is left open shows it."""
    text = wording.replace("{}", LONG)
    start = wording.index("{}")
    for end in range(start, start + 260):
        if text[:end].count('"') % 2:
            assert "zq" not in shown(text[:end]), end


@pytest.mark.parametrize("wording", WORDINGS)
@pytest.mark.parametrize("value", [VALUE, f'{VALUE}"', "zq1", 'zq1" is zq2', 'zq1": "zq2', '"zq1"'])
def test_a_whole_value_is_masked(wording: str, value: str) -> None:
    assert "zq" not in shown(wording.replace("{}", value))


@pytest.mark.parametrize("wording", WORDINGS)
@pytest.mark.parametrize("length_known", [True, False], ids=["length known", "not known"])
def test_nothing_of_a_row_is_shown_of_a_line_of_600_characters(
    wording: str, *, length_known: bool
) -> None:
    """In the message, in errors.json and in the e-mail, from every part of an error."""
    texts = {"ERROR": wording.replace("{}", LONG), "HINT": f'Look at "{LONG}"'}
    texts |= {"DETAIL": f"Token {LONG}", "CONTEXT": f'COPY orders, line 1, column v: "{LONG}"'}
    texts |= {"STATEMENT": f"SELECT audit('{LONG.replace(chr(39), chr(39) * 2)}')"}
    posted = everything(
        *(cut(line(label, text), length_known=length_known) for label, text in texts.items())
    )
    assert "zq" not in posted


def cut(text: str, *, length_known: bool) -> list[dict[str, Any]]:
    cells = [{"Field": "message", "Value": text[:600]}]
    return cells + ([{"Field": "length", "Value": str(len(text))}] if length_known else [])


def everything(*rows: list[dict[str, Any]]) -> str:
    """What is posted, attached and mailed."""
    finding = {"cause": "apply_error", "subscription": "orders_sub", "summary": "It fails."}
    document = {
        "cluster": {"cluster": "c", "status": "unhealthy", "findings": [finding]},
        "query": {"status": "Complete", "results": [*rows, row(line("LOG", CONTEXT))]},
    }
    event, errors = with_log_read(NotifyEvent.from_json(document))
    assert errors
    alert = compose(event, errors, datetime.now(UTC))
    message = draw(alert)
    return f"{message.text}{message.blocks}{snippet(errors)}{plain_text(alert)}"


NAMES = (
    'relation "orders" does not exist',
    'null value in column "id" of relation "orders" violates not-null constraint',
    'duplicate key value violates unique constraint "orders_pkey"',
    'conflict detected on relation "public.orders": conflict=insert_exists',
    'could not start WAL streaming: ERROR:  replication slot "orders_sub" does not exist',
    'publication "p" does not exist',
    'could not connect to the publisher: connection to server at "pub.internal" (10.2.3.4) failed',
    'apply worker for subscription "s" could not connect to the publisher: database "d" does not…',
    'password authentication failed for user "repl"',
    'no pg_hba.conf entry for host "10.0.0.1", user "u", database "d", no encryption',
    'role "repl" is not permitted to log in',
    'logical replication target relation "public.t" is missing replicated columns: "v", "w"',
    'user "o" cannot replicate into relation with row-level security enabled: "t"',
    'option "proto_version',
    'invalid byte sequence for encoding "UTF8": 0x…',
    'character with byte sequence 0x…in encoding "UTF8" has no equivalent in encoding "LATIN1"',
    'trigger "t" for relation "orders" does not exist',
)


@pytest.mark.parametrize("text", NAMES)
@pytest.mark.parametrize("end", ["", " and more…"], ids=["whole", "cut"])
def test_names_stay(text: str, end: str) -> None:
    """What a person needs to understand the error is shown as far as it is whole."""
    kept = text if text.count('"') % 2 == 0 else text[: text.rindex('"')]
    assert shown(f"{text}{end}").startswith(kept)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("FATAL: postgresql://u:hunt…", "FATAL: postgresql://u:…"),
        ("it is md50123456…", "it is md5…"),
        ("key -----BEGIN PRIVATE KEY-----…", "key …"),
        ("key -----BEGIN RSA PRI…", "key …"),
        ("password=hun…", "password=…"),
        ('{"password": "hun', '{"…"'),
    ],
)
def test_a_cut_secret(text: str, expected: str) -> None:
    """What would show at its end that it is one."""
    assert expected == shown(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"level":"ERROR","message":"it \\"failed\\"","exception":"zq…', 'it "failed"'),
        (
            '{"level": "ERROR", "message": "it failed", "x": {"message": "zq", "y": "zq…',
            "it failed",
        ),
        ('{"level":"ERROR","message":"zq…', ""),
        ('{"level":"ERR', '{"…"'),
        ('["zq', '["…"'),
    ],
)
def test_a_cut_line_of_the_monitor_itself(text: str, expected: str) -> None:
    """Its fields are shown as far as they are whole."""
    event, errors = with_log_read(
        NotifyEvent.from_json({"cluster": "c", "query": {"results": [row(text, length="900")]}})
    )
    assert event.cluster.cluster == "c"
    assert [expected] == [error.message for error in errors]


def test_an_ellipsis_of_the_log_s_own_is_no_mask() -> None:
    (cells,) = [row(line("ERROR", 'invalid input syntax for type json: "…" zq1 "…"'))]
    assert "zq" not in everything(cells)
