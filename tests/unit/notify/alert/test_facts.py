import pytest

from functions.catalogue import CATALOGUE
from functions.catalogue.evidence import EVIDENCE
from functions.notify.alert.facts import MAX_VALUE, Fact, facts
from functions.report import Evidence, Finding


def found(cause: str, **evidence: Evidence) -> tuple[Fact, ...]:
    return facts(Finding(cause, "It is.", evidence=evidence))


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("lag_seconds", 720.4, Fact("Lag", "12 minutes")),
        ("seconds_left", 7_500, Fact("Time left", "2 hours 5 minutes")),
        ("retained_wal_bytes", 16 * 2**20, Fact("WAL retained", "16.0 MiB")),
        ("apply_error_count", 1234, Fact("Apply errors so far", "1,234")),
        ("worker_pid", 54321, Fact("Worker's pid", "54321")),
        ("received_lsn", "0/17345B8", Fact("Received up to", "0/17345B8", verbatim=True)),
        ("transaction", "757", Fact("Transaction", "757", verbatim=True)),
        (
            "last_msg_send_time",
            "2026-11-22T23:34:08+00:00",
            Fact("Last message sent", "2026-11-22 23:34:08 UTC"),
        ),
        ("last_msg_send_time", "noon", Fact("Last message sent", "noon", verbatim=True)),
        ("slot_name", "a\nb\x00", Fact("Slot", "a b\ufffd", verbatim=True)),
        ("wal_status", "password=hunter2", Fact("State of its WAL", "password=…", verbatim=True)),
    ],
)
def test_fact(key: str, value: Evidence, expected: Fact) -> None:
    """The key's ending says the unit; strings are PostgreSQL's and shown letter by letter."""
    assert (expected,) == found("database_error", **{key: value})


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("received_lsn", None),
        ("worker_pid", None),
        ("sync_error_count", 0),
        ("database", ""),
        ("since", "2026-11-22T23:34:08Z"),
        ("of_a_later_version", "x"),
    ],
)
def test_what_says_nothing_is_not_shown(key: str, value: Evidence) -> None:
    assert () == found("database_error", **{key: value})


def test_only_what_matters_for_the_cause() -> None:
    """A conflict is shown by its row and its transaction, what says most first."""
    evidence: dict[str, Evidence] = {
        "sync_error_count": 3,
        "worker_pid": 7,
        "finish_lsn": "0/17345B8",
        "table": "public.orders",
        "slot_name": "orders_sub",
        "server_version": "18.4",
    }
    labels = [fact.label for fact in found("apply_conflict", **evidence)]
    assert ["Table", "Finish LSN", "PostgreSQL"] == labels


@pytest.mark.parametrize("cause", CATALOGUE)
def test_every_cause_shows_the_database(cause: str) -> None:
    shown = CATALOGUE[cause].keys_shown
    assert {"database"} <= {*shown} <= {key for key, one in EVIDENCE.items() if one.label}


def test_long_values_are_shortened() -> None:
    (fact,) = found("slot_busy", slot_name="v" * 500)
    assert MAX_VALUE == len(fact.value)


@pytest.mark.parametrize(
    ("tables", "expected"),
    [
        ("public.a", ["Table"]),
        (None, ["Table"]),
        ("public.a, public.b", ["Table", "Tables", "Number of tables"]),
    ],
)
def test_nothing_is_told_twice(tables: str | None, expected: list[str]) -> None:
    """A list of tables says nothing where it is the one table named beside it."""
    count = len(tables.split(", ")) if tables else 1
    shown = found("table_sync_failed", table="public.a", tables=tables, table_count=count)
    assert expected == [fact.label for fact in shown]
