import pytest

from functions.notify.log.cause import log_cause
from functions.notify.log.facts import log_facts, qualified
from tests.unit.notify.effort import at_most

DUPLICATE = 'duplicate key value violates unique constraint "t_pkey"'
IN_TRIGGER = "PL/pgSQL function public.refuse() line 1 at RAISE\n\tprocessing remote data"


@pytest.mark.parametrize(
    ("message", "sqlstate", "context", "expected"),
    [
        pytest.param(DUPLICATE, None, "", "apply_conflict", id="by its words"),
        pytest.param("doppelter Schlüsselwert", "23505", "", "apply_conflict", id="by its code"),
        pytest.param("any words", "23514", "", "constraint_violation", id="by the code's class"),
        pytest.param("out of range", "22003", "", "schema_mismatch", id="data exception"),
        pytest.param("order 1 refused", None, IN_TRIGGER, "constraint_violation", id="trigger"),
        pytest.param(DUPLICATE, "23505", IN_TRIGGER, "constraint_violation", id="a trigger's own"),
        pytest.param(
            "permission denied for table audit",
            "42501",
            IN_TRIGGER,
            "permission_denied",
            id="a trigger without rights",
        ),
        pytest.param(
            'could not start WAL streaming: ERROR:  replication slot "s" does not exist',
            "08P01",
            "",
            "slot_missing",
            id="the publisher's answer has no code of its own",
        ),
        pytest.param(
            'could not start initial contents copy for table "a.b": ERROR:  permission denied',
            "08006",
            "",
            None,
            id="of a copy",
        ),
        pytest.param("deadlock detected", "40P01", "", None, id="no cause of ours"),
        pytest.param(
            'refused: replication slot "s" does not exist', "XX000", "", None, id="words inside"
        ),
    ],
)
def test_cause(message: str, sqlstate: str | None, context: str, expected: str | None) -> None:
    """The code where it says enough, else PostgreSQL's words at the message's beginning."""
    assert expected == log_cause(message, sqlstate, context)


@pytest.mark.parametrize(
    ("relation", "expected"),
    [
        ("public.orders", "public.orders"),
        ("public.Orders", 'public."Orders"'),
        ("select.a.b", '"select"."a.b"'),
        ('a"b.c', '"a""b".c'),
        ("orders", "orders"),
    ],
)
def test_qualified(relation: str, expected: str) -> None:
    """The log joins the bare names with a dot; SQL needs them quoted."""
    assert expected == qualified(relation)


@pytest.mark.parametrize("sqlstate", [None, "00000"])
def test_nothing_told(sqlstate: str | None) -> None:
    assert {} == log_facts("x", sqlstate, {"DETAIL": "y", "CONTEXT": "z"})


REMOTE = 'processing remote data for replication origin "pg_1" for replication target relation "'


@pytest.mark.parametrize(
    ("message", "parts"),
    [
        pytest.param('" of relation "' * 270, {}, id="message"),
        pytest.param('null value in column "' + '" of relation "' * 260, {}, id="not null"),
        pytest.param("x", {"CONTEXT": REMOTE + '" column "' * 390}, id="context"),
        pytest.param("x", {"DETAIL": "Key (" * 800}, id="detail"),
    ],
)
def test_no_text_takes_long(message: str, parts: dict[str, str]) -> None:
    """Patterns do not run away on the longest text there is (log_events.MAX_MESSAGE)."""
    with at_most(seconds=5):
        assert log_cause(message, None, parts.get("CONTEXT", "")) is None
        assert "finish_lsn" not in log_facts(message, None, parts)
