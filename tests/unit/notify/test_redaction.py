"""The texts are those of PostgreSQL 15 to 18 (from their logs or sources) and of libpq."""

from collections.abc import Callable

import pytest

from functions.notify.redaction import (
    redact_context,
    redact_detail,
    redact_message,
    redact_secrets,
    redact_statement,
)
from tests.unit.notify.logs import CONFLICT, CONFLICT_DETAIL, CONTEXT


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Key (id)=(42) already exists.", "Key (id)=(…) already exists.", id="unique"),
        pytest.param(
            "Key (lower(mail), (a + 1))=(bob@x.y, (7)) already exists.",
            "Key (lower(mail), (a + 1))=(…) already exists.",
            id="index on expressions",
        ),
        pytest.param(
            'Key (customer_id)=(4) is not present in table "customers".',
            'Key (customer_id)=(…) is not present in table "customers".',
            id="foreign key",
        ),
        pytest.param(
            'Key (id)=(4) is still referenced from table "orders".',
            'Key (id)=(…) is still referenced from table "orders".',
            id="referenced key",
        ),
        pytest.param(
            "Key (room, during)=(1, [a,b)) conflicts with existing key (room, during)=(1, [c,d)).",
            "Key (room, during)=(…) conflicts with existing key (room, during)=(…).",
            id="exclusion",
        ),
        pytest.param("Key (id)=(4) is duplicated.", "Key (id)=(…) is duplicated.", id="new index"),
        pytest.param(
            "Failing row contains (5, bad, null).", "Failing row contains (…).", id="check"
        ),
        pytest.param("Failing row contains (5, b", "Failing row contains (…)", id="cut off"),
        pytest.param(
            "Partition key of the failing row contains (lower(a)) = (x).",
            "Partition key of the failing row contains (…).",
            id="partition",
        ),
        pytest.param(
            CONFLICT_DETAIL,
            'Key already exists in unique index "orders_pkey", modified in transaction 768. '
            "Key (id)=(…); existing local row (…); remote row (…).",
            id="18, insert_exists, values with newlines and parentheses",
        ),
        pytest.param(
            'Key already exists in unique index "t_pkey", modified by origin "pg_16389" in '
            "transaction 788 at 2026-11-22 23:34:08.123456+00.\n"
            "\tKey (id)=(7); existing local row (7, zz); remote row (7, aa); "
            "replica identity (id)=(6).",
            'Key already exists in unique index "t_pkey", modified by origin "pg_16389" in '
            "transaction 788 at 2026-11-22 23:34:08.123456+00. "
            "Key (id)=(…); existing local row (…); remote row (…); replica identity (id)=(…).",
            id="18, update_exists, with origin and commit time",
        ),
        pytest.param(
            "Updating the row that was modified locally in transaction 9 at 2026-11-22 23:34:08+00."
            "\n\tExisting local row (1, a); remote row (1, b); replica identity full (1, c).",
            "Updating the row that was modified locally in transaction 9 at 2026-11-22 23:34:08+00."
            " Existing local row (…); remote row (…); replica identity full (…).",
            id="18, update_origin_differs, replica identity full",
        ),
        pytest.param(
            "Could not find the row to be updated.\n"
            "\tRemote row (1, x); replica identity (id)=(1).",
            "Could not find the row to be updated. Remote row (…).",
            id="18, update_missing",
        ),
        pytest.param(
            "Could not find the row to be deleted.\n\tReplica identity (id)=(1).",
            "Could not find the row to be deleted. Replica identity (id)=(…).",
            id="18, delete_missing",
        ),
        pytest.param(
            "Could not apply remote change: remote row (1, x).\nKey already exists in unique index "
            '"t_pkey", modified in transaction 7: key (id)=(1), local row (1, y).',
            "Could not apply remote change: remote row (…), local row (…).",
            id="19's wording",
        ),
        pytest.param(
            "Existing local row (1, x); remote row (s3cr3t); remote row (2, y).",
            "Existing local row (…); remote row (…); remote row (…).",
            id="a value that looks like the text around it",
        ),
        pytest.param(
            'Failing row contains (1, my key (pin 4711)=x is not present in table "Jane Doe". y).',
            "Failing row contains (…).",
            id="a row that holds what PostgreSQL says of keys",
        ),
        pytest.param(
            'Key (id)=(1 is not present in table "Jane Doe". 2) is not present in table "orders".',
            'Key (id)=(…) is not present in table "orders".',
            id="a value that says it too",
        ),
        pytest.param("parameters: $1 = 'x', $2 = '7'", "parameters: (…)", id="parameters"),
        pytest.param(
            "Process 5 waits for ShareLock on transaction 755; blocked by process 4.\n"
            "\tProcess 5: UPDATE t SET a = 'x' WHERE id = 42",
            "Process 5 waits for ShareLock on transaction 755; blocked by process 4. (…)",
            id="deadlock",
        ),
        pytest.param("Customer Bob owes 7.", "(…).", id="anything unknown"),
    ],
)
def test_detail(text: str, expected: str) -> None:
    assert expected == redact_detail(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(CONTEXT, CONTEXT, id="apply worker"),
        pytest.param(
            'processing remote data for replication origin "pg_1_sync_2" during message type '
            '"UPDATE" for replication target relation "public.t" column "n" in transaction 5',
            'processing remote data for replication origin "pg_1_sync_2" during message type '
            '"UPDATE" for replication target relation "public.t" column "n" in transaction 5',
            id="with a column, before the end is known",
        ),
        pytest.param(
            'COPY orders, line 1, column amount: "ab"c"',
            "COPY orders, line 1, column amount: (…)",
            id="COPY, column",
        ),
        pytest.param('COPY orders, line 1: "7\tbob"', "COPY orders, line 1: (…)", id="COPY, line"),
        pytest.param("JSON data, line 1: {bad", "JSON data, line 1: (…)", id="JSON"),
        pytest.param(
            "SQL statement \"CALL audit('x')\"\n"
            f"PL/pgSQL function audit(integer) line 3 at SQL statement\n{CONTEXT}",
            f"SQL statement (…) PL/pgSQL function audit(integer) line 3 at SQL statement {CONTEXT}",
            id="trigger below an apply worker",
        ),
        pytest.param(
            'COPY cc, line 1: "1\tCOPY x\t4111 1111\ty, line 2"',
            "COPY cc, line 1: (…)",
            id="a row that looks like a CONTEXT",
        ),
        pytest.param(
            f"SQL statement \"CALL audit('a\n\tCOPY card 4111 1111, line 2\n')\"\n{CONTEXT}",
            f"SQL statement (…) {CONTEXT}",
            id="a value whose lines look like a CONTEXT",
        ),
        pytest.param(
            'SQL statement "INSERT …\n\tslot "4111", output plugin "x", in the y callback',
            "SQL statement (…)",
            id="one that is the last line",
        ),
        pytest.param(
            "unnamed portal with parameters: $1 = 'x'",
            "unnamed portal with parameters: (…)",
            id="parameters",
        ),
        pytest.param("while Bob was here", "(…)", id="anything unknown"),
    ],
)
def test_context(text: str, expected: str) -> None:
    assert expected == redact_context(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            'invalid input syntax for type integer: "abc" at character 8',
            'invalid input syntax for type integer: "…" at character 8',
            id="input syntax",
        ),
        pytest.param(
            'invalid input syntax for type integer: "ab',
            'invalid input syntax for type integer: "…"',
            id="cut off",
        ),
        pytest.param(
            'value "99999999999" is out of range for type integer',
            'value "…" is out of range for type integer',
            id="range",
        ),
        pytest.param(
            'syntax error at or near "s3cr3t" at character 3',
            'syntax error at or near "…" at character 3',
            id="syntax",
        ),
        pytest.param(
            'missing "=" after "s3cr3t" in connection info string',
            'missing "=" after "…" in connection info string',
            id="a badly quoted connection string",
        ),
        pytest.param(
            'invalid byte sequence for encoding "UTF8": 0xe9 0x20 0x4b',
            'invalid byte sequence for encoding "UTF8": 0x…',
            id="bytes",
        ),
        pytest.param(
            "{'M': 'duplicate key', 'D': 'Key (id)=(1) already exists.'}",
            "{'M': 'duplicate key', 'D': 'Key (id)=(…)",
            id="an error's fields in another program's log",
        ),
    ],
)
def test_message(text: str, expected: str) -> None:
    assert expected == redact_message(text)


@pytest.mark.parametrize(
    "text",
    [
        CONFLICT,
        'duplicate key value violates unique constraint "orders_pkey"',
        'null value in column "id" of relation "orders" violates not-null constraint',
        'relation "nope" does not exist at character 15',
        'replication slot "orders_sub" does not exist',
        'logical replication target relation "public.t" is missing replicated columns: "v", "w"',
        'user "o" cannot replicate into relation with row-level security enabled: "t"',
        'password authentication failed for user "monitor"',
        'could not connect to the publisher: connection to server at "127.0.0.1", port 1 failed: x',
        'no pg_hba.conf entry for host "10.0.0.1", user "u", database "d", no encryption',
    ],
)
def test_message_without_values_stays(text: str) -> None:
    """What a person needs to understand the error is not touched."""
    assert text == redact_message(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("select 'abc'::int", "select '…'::int"),
        ("values (1, 'it''s', 2.5e3, -7)", "values (…, '…', …, -…)"),
        (r"select E'a\'b', 'c'", "select '…', '…'"),
        ("select $tag$ don't $tag$, 'x'", "select '…', '…'"),
        ("-- it's\nselect 'x' /* 'y' */", "/*…*/\nselect '…' /*…*/"),
        ("select * from t2 where c3 = $1", "select * from t2 where c3 = $1"),
        ("select \"it's\", 'x'", "select \"it's\", '…'"),
        ("where a = 'multi\n\tline", "where a = '…'"),
        ("alter role bob password 'hunter2'", "alter role bob password '…'"),
    ],
)
def test_statement(text: str, expected: str) -> None:
    """Literals go, also when the line was cut off within one; names and parameters stay."""
    assert expected == redact_statement(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("host=h password=hunter2 dbname=d", "host=h password=… dbname=d"),
        ("password='a b\\'c' user=u", "password=… user=u"),
        ("PASSWORD = hunter2", "PASSWORD = …"),
        ('{"password": "hunter2", "user": "u"}', '{"password": …, "user": "u"}'),
        ("ALTER ROLE u PASSWORD 'hunter2'", "ALTER ROLE u PASSWORD '…'"),
        ("postgresql://u:p@ss/w@h:5432/d", "postgresql://u:…@h:5432/d"),
        ("postgres://h/d?user=u&password=p&x=1", "postgres://h/d?user=u&password=…&x=1"),
        (
            "h:5432/?Action=connect&X-Amz-Credential=AKIA/2026&X-Amz-Signature=0a1b&x=1",
            "h:5432/?Action=connect&X-Amz-Credential=…&X-Amz-Signature=…&x=1",
        ),
        ("key ASIAIOSFODNN7EXAMPLE used", "key AKIA… used"),
        ("token xoxb-1-2-abc sent", "token xoxb-… sent"),
        ("Authorization: Bearer abc.def-1", "Authorization: Bearer …"),
        ("Authorization: Basic czNjcjN0 failed", "Authorization: Basic … failed"),
        ("{'Authorization': 'Basic czNjcjN0='}", "{'Authorization': 'Basic …'}"),
        ("api_key=s3cr3t x-api-key: s3cr3t", "api_key=… x-api-key: …"),
        ("at https://hooks.slack.com/services/T0/B0/s3cr3t", "at https://hooks.slack.com/…"),
        ("a basic check, keyed by id", "a basic check, keyed by id"),
        ("stored SCRAM-SHA-256$4096:c2FsdA==$a:b", "stored SCRAM-SHA-256$…"),
        ("md50123456789abcdef0123456789abcdef", "md5…"),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIE\n", "…"),
        ("password authentication failed", "password authentication failed"),
    ],
)
def test_secrets(text: str, expected: str) -> None:
    assert expected == redact_secrets(text)


@pytest.mark.parametrize(
    "redact", [redact_message, redact_detail, redact_context, redact_statement, redact_secrets]
)
@pytest.mark.parametrize(
    "text", ['"' * 4_000, "(" * 4_000, "Key (" * 800, "'" * 4_001, ": " * 2_000]
)
@pytest.mark.timeout(5)
def test_no_text_takes_long(redact: Callable[[str], str], text: str) -> None:
    """Patterns do not run away on the longest text there is (log_events.MAX_MESSAGE)."""
    assert len(redact(text)) <= 2 * len(text)
