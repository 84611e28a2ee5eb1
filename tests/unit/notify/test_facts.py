import pytest

from functions.notify.facts import MAX_VALUE, Fact, facts
from functions.report import Evidence


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("lag_seconds", 720.4, Fact("Lag", "12 minutes")),
        ("retained_wal_bytes", 16 * 2**20, Fact("Retained wal", "16.0 MiB")),
        ("apply_error_count", 1234, Fact("Apply errors so far", "1,234")),
        ("worker_pid", 54321, Fact("Apply worker's pid", "54321")),
        ("worker_pid", None, Fact("Apply worker's pid", "none", verbatim=True)),
        ("received_lsn", "0/17345B8", Fact("Received up to", "0/17345B8", verbatim=True)),
        (
            "last_msg_send_time",
            "2026-11-22T23:34:08+00:00",
            Fact("Last message sent", "2026-11-22 23:34:08 UTC"),
        ),
        ("last_msg_send_time", "noon", Fact("Last message sent", "noon", verbatim=True)),
        ("two_phase", True, Fact("Two phase", "yes")),
        ("slot_name", "a\nb\x00", Fact("Slot", "a b\ufffd", verbatim=True)),
        ("detail", "password=hunter2", Fact("Detail", "password=…", verbatim=True)),
    ],
)
def test_fact(key: str, value: Evidence, expected: Fact) -> None:
    """The key's ending tells the unit; strings are PostgreSQL's and shown letter by letter."""
    assert (expected,) == facts({key: value})


@pytest.mark.parametrize(
    ("key", "value"), [("received_lsn", None), ("database", ""), ("since", "2026-11-22T23:34:08Z")]
)
def test_nothing_to_show(key: str, value: Evidence) -> None:
    assert () == facts({key: value})


def test_long_values_and_keys_are_shortened() -> None:
    (fact,) = facts({"k" * 500: "v" * 500})
    assert (MAX_VALUE, MAX_VALUE) == (len(fact.label), len(fact.value))
