import pytest

from functions.check_replication.snapshot import Snapshot
from tests.unit.check_replication.builders import HEALTHY, NOW

SERVER = {
    "taken_at": NOW,
    "server_version": "18.4",
    "in_recovery": False,
    "wal_retrieve_retry_ms": 5000,
}
SUBSCRIPTION = {name: getattr(HEALTHY, name) for name in HEALTHY.__slots__}


def test_rows_become_frozen_objects() -> None:
    row = SERVER | SUBSCRIPTION
    seen = Snapshot.from_rows(list(row), [list(row.values())])
    assert Snapshot(NOW, "18.4", False, 5.0, (HEALTHY,)) == seen  # noqa: FBT003  in_recovery


def test_a_row_of_nulls_means_no_subscription() -> None:
    row = SERVER | dict.fromkeys(SUBSCRIPTION)
    assert () == Snapshot.from_rows(list(row), [list(row.values())]).subscriptions


def test_unknown_columns_are_ignored_and_missing_ones_named() -> None:
    row = SERVER | SUBSCRIPTION | {"column_of_20": 1}
    assert (HEALTHY,) == Snapshot.from_rows(list(row), [list(row.values())]).subscriptions
    del row["worker_pid"]
    with pytest.raises(KeyError, match="worker_pid"):
        Snapshot.from_rows(list(row), [list(row.values())])
