"""Row data chooses no table, column, key or LSN, and no subscription."""

from typing import Any

import pytest

from functions.notify.log.distinct_errors import distinct_errors
from functions.notify.log.error import LogError
from functions.notify.log.events import log_events
from functions.notify.log.facts import log_facts
from functions.notify.log.occurrences import apply_starts
from functions.notify.log.root_cause import refine
from functions.report import ClusterReport, Finding, Status
from tests.unit.notify.logs import CONFLICT, CONFLICT_DETAIL, CONTEXT, line, row

OWN = {
    "origin": "pg_16407",
    "operation": "INSERT",
    "table": "public.orders",
    "transaction": "757",
    "finish_lsn": "0/17345B8",
}
FORGED = (
    'processing remote data for replication origin "pg_666" during message type "DELETE" for '
    'replication target relation "public.payments" in transaction 9, finished at 0/BAD0BAD'
)
RAISED = f"PL/pgSQL function public.refuse() line 1 at RAISE\n\t{CONTEXT}"
IMITATIONS = (
    'conflict detected on relation "public.payments": conflict=insert_exists',
    'duplicate key value violates unique constraint "payments_pkey"',
    'new row for relation "payments" violates check constraint "payments_check"',
    'null value in column "iban" of relation "payments" violates not-null constraint',
    'insert or update on table "payments" violates foreign key constraint "payments_fkey"',
    'update or delete on table "payments" violates foreign key constraint "f" on table "x"',
    'conflicting key value violates exclusion constraint "payments_excl"',
    'logical replication target relation "public.payments" is missing replicated column: "iban"',
    'logical replication target relation "public.payments" does not exist',
    'could not start initial contents copy for table "public.payments": x',
    'could not start WAL streaming: ERROR:  replication slot "pg_666_sync_9_7" is active for PID 9',
    'replication slot "pg_666_sync_9_7" does not exist',
    'could not create replication slot "pg_666_sync_9_7": ERROR:  x',
    'publication "payments" does not exist',
    'skipped loading publication "payments"',
    'logical replication apply worker for subscription "payments_sub" has started',
    'subscription "payments_sub" has been disabled because of an error',
    'apply worker for subscription "payments_sub" could not connect to the publisher: x',
    'apply worker for subscription "payments_sub", table "t" could not connect to the publisher: x',
    f"x\n\t{FORGED}",
    FORGED,
    "COPY payments, line 1",
)
ROW = "7, x\n\tKey (iban)=(DE1)\n\tKey (payments)=(1"


def found(*messages: str) -> tuple[LogError, ...]:
    return distinct_errors(log_events(row(message) for message in reversed(messages)))


def known_of(error: LogError) -> str:
    return repr((dict(error.facts), error.worker))


@pytest.mark.parametrize("label", ["ERROR", "WARNING", "FATAL"])
@pytest.mark.parametrize("message", IMITATIONS)
def test_what_a_trigger_raises_is_taken_for_its_words_only(message: str, label: str) -> None:
    """`RAISE EXCEPTION '%', NEW.note` can say whatever PostgreSQL says, with any DETAIL."""
    (error,) = found(
        line(label, message), line("DETAIL", "Key (iban)=(1) exists."), line("CONTEXT", RAISED)
    )
    assert OWN == dict(error.facts)
    assert (None, 16407, False) == (
        error.worker.subscription,
        error.worker.subscription_oid,
        error.worker.copies_table,
    )


@pytest.mark.parametrize("message", IMITATIONS)
def test_a_trigger_s_remark_beside_a_conflict(message: str) -> None:
    """Whose part is whose cannot be known within a second; then nothing free is shown."""
    errors = found(
        *(line("LOG", message), line("CONTEXT", RAISED)),
        *(line("ERROR", CONFLICT), line("DETAIL", CONFLICT_DETAIL), line("CONTEXT", CONTEXT)),
    )
    for error in errors:
        assert not {"payments", "iban", "666", "0/BAD0BAD"} & set(known_of(error).split("'"))
        assert "payments" not in repr(dict(error.facts))


@pytest.mark.parametrize("message", IMITATIONS)
def test_an_application_s_errors_are_not_a_worker_s(message: str) -> None:
    session = "10.0.0.1(54058):bob@shop"
    errors = found(
        *(line("ERROR", message, who=session), line("CONTEXT", FORGED, who=session)),
        *(line("ERROR", CONFLICT), line("DETAIL", CONFLICT_DETAIL), line("CONTEXT", CONTEXT)),
    )
    (own,) = (error for error in errors if error.in_background)
    (other,) = (error for error in errors if not error.in_background)
    assert OWN | {
        "key_columns": "id",
        "constraint": "orders_pkey",
        "conflict": "insert_exists",
    } == (dict(own.facts))
    assert {} == dict(other.facts)
    assert other.worker.identity is None


def test_an_application_that_fails_with_a_worker_s_words_does_not_replace_it() -> None:
    """The same key may collide in a session of the subscriber, later."""
    words = 'duplicate key value violates unique constraint "orders_pkey"'
    errors = found(
        *(line("ERROR", words), line("CONTEXT", CONTEXT)),
        line("ERROR", words, 9, 7, "10.0.0.1(54058):bob@shop"),
    )
    assert {(True, 5451), (False, 7)} == {(error.in_background, error.pid) for error in errors}


@pytest.mark.parametrize(
    ("detail", "expected"),
    [
        pytest.param(f"Key (id)=({ROW}) already exists.", "id", id="unique"),
        pytest.param(CONFLICT_DETAIL, "id", id="18"),
        pytest.param(
            'Key already exists in unique index "a", modified by origin "pg_1" in transaction 7 at '
            "2026-11-22 23:34:08.1+00.\n\tKey (id)=(1); existing local row (Key (x)=(1)).",
            "id",
            id="18, with an origin",
        ),
        pytest.param(f"Failing row contains ({ROW}).", None, id="check"),
        pytest.param(f"Failing row contains (x\nKey (iban)=(1\n{FORGED}).", None, id="no tab"),
        pytest.param(
            f"Partition key of the failing row contains (a) = ({ROW}).", None, id="partition"
        ),
        pytest.param(
            f"Could not find the row to be updated.\n\tRemote row ({ROW}); replica identity (id)="
            "(1).",
            None,
            id="18, a row that is missing",
        ),
        pytest.param(
            f"Updating the row that was modified locally.\n\tExisting local row ({ROW}).",
            None,
            id="18, modified here",
        ),
        pytest.param(
            'x\nKey already exists in unique index "payments_pkey".\n\tKey (iban)=(1).',
            None,
            id="not at the beginning",
        ),
        pytest.param(f"Token {ROW} is invalid.", None, id="JSON"),
    ],
)
def test_the_key_is_read_where_postgresql_puts_it(detail: str, expected: str | None) -> None:
    facts = log_facts("x", None, {"DETAIL": detail, "CONTEXT": CONTEXT})
    assert expected == facts.get("key_columns")
    assert "payments_pkey" != facts.get("constraint")


COPIED = f'COPY orders, line 1, column v: "x\n\t{FORGED}\n\tKey (iban)=(1)"'


def test_a_copied_row_chooses_nothing() -> None:
    words = 'invalid input syntax for type integer: "x"'
    (error,) = found(line("ERROR", words), line("CONTEXT", COPIED))
    assert {} == dict(error.facts)
    assert (None, True) == (error.worker.identity, error.worker.copies_table)


@pytest.mark.parametrize("end", range(560, 700, 7))
def test_a_cut_statement_chooses_nothing(end: int) -> None:
    """The query cuts at 600 characters: the worker's own line is then missing."""
    statement = f"SQL statement \"SELECT audit('{'x' * 300}\n\t{FORGED}\n\t{FORGED}')\""
    context = line("CONTEXT", f"{statement}\n\t{CONTEXT}")
    cells = [{"Field": "message", "Value": context[:end]}, {"Field": "length", "Value": "900"}]
    (error,) = distinct_errors(log_events([row(line("ERROR", "x")), cells]))
    assert {} == dict(error.facts)
    assert error.worker.identity is None


def test_the_finding_takes_the_worker_s_own_place() -> None:
    """What is printed into the remedies comes from PostgreSQL alone."""
    statement = f"SQL statement \"SELECT audit('{FORGED}\n\t{FORGED}\n\t')\""
    lines = [
        line("ERROR", CONFLICT),
        line("DETAIL", f"Failing row contains ({ROW})."),
        line("CONTEXT", f"{statement}\n\t{RAISED}"),
    ]
    finding = Finding("apply_error", "It fails.", "orders_sub", {"subscription_oid": 16407})
    victim = Finding("apply_error", "It fails.", "other_sub", {"subscription_oid": 666})
    cluster = ClusterReport("c", Status.UNHEALTHY, findings=(finding, victim))
    mine, other = refine(cluster, found(*lines)).findings
    names = ("table", "finish_lsn", "transaction", "key_columns", "constraint")
    assert ["public.orders", "0/17345B8", "757", None, None] == [
        mine.evidence.get(name) for name in names
    ]
    assert victim == other


def test_an_error_line_is_no_start() -> None:
    """A worker that seems to start has got over its errors: of another subscription, too."""
    forged = 'logical replication apply worker for subscription "payments_sub" has started'
    lines = [line(label, forged) for label in ("ERROR", "WARNING", "DETAIL", "HINT", "CONTEXT")]
    assert {} == apply_starts(log_events(map(row, lines)))


TABLE_COPIES: list[Any] = [
    pytest.param('could not create replication slot "pg_9_sync_5_7": ERROR:  x', 9, id="create"),
    pytest.param('could not drop replication slot "pg_9_sync_5_7" on publisher: x', 9, id="drop"),
    pytest.param(
        'could not start WAL streaming: ERROR:  replication slot "pg_9_sync_5_7" does not exist',
        9,
        id="start",
    ),
    pytest.param('replication slot "pg_9_sync_5_7" does not exist', 9, id="missing"),
    pytest.param('could not start initial contents copy for table "a.b": x', None, id="copy"),
]


@pytest.mark.parametrize(("message", "oid"), TABLE_COPIES)
def test_a_table_s_copy_is_known_by_its_message(message: str, oid: int | None) -> None:
    """Where PostgreSQL wrote it: those of the publisher's answers have no CONTEXT."""
    (error,) = found(line("ERROR", message))
    assert (oid, True) == (error.worker.subscription_oid, error.worker.copies_table)


@pytest.mark.parametrize(
    "message",
    [
        'invalid input syntax for type integer: "replication slot "pg_9_sync_5_7""',
        'value: replication slot "pg_9_sync_5_7" does not exist',
        "column holds could not start initial contents copy for table x",
    ],
)
def test_a_value_is_no_slot(message: str) -> None:
    (error,) = found(line("ERROR", message))
    assert (None, False) == (error.worker.subscription_oid, error.worker.copies_table)
