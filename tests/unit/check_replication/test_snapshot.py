from dataclasses import replace

import pytest

from functions.check_replication.snapshot import Snapshot, Tables
from tests.unit.check_replication.builders import HEALTHY, NOW, snapshot

SERVER = {
    "taken_at": NOW,
    "server_version": "18.4 (Debian 18.4-1)",
    "in_recovery": False,
    "sees_activity": True,
    "wal_retrieve_retry_seconds": 5.0,
    "wal_receiver_timeout_seconds": 60.0,
    "max_workers": 4,
    "workers_in_use": 1,
}
SUBSCRIPTION = {
    name: getattr(HEALTHY, name) for name in HEALTHY.__slots__ if name != "blocker_gid"
} | {
    "publications": ["orders_pub"],
    "tables": {
        "names": [["public", "orders"]],
        "pending": [],
        "copying": {},
        "unfinished": [],
    },
}


def test_rows_become_frozen_objects() -> None:
    row = SERVER | SUBSCRIPTION
    seen = Snapshot.from_rows(list(row), [list(row.values())])
    assert snapshot(HEALTHY) == seen


def test_a_row_of_nulls_means_no_subscription() -> None:
    row = SERVER | dict.fromkeys(SUBSCRIPTION)
    assert () == Snapshot.from_rows(list(row), [list(row.values())]).subscriptions


def test_unknown_columns_are_ignored_and_missing_ones_named() -> None:
    row = SERVER | SUBSCRIPTION | {"column_of_20": 1}
    assert (HEALTHY,) == Snapshot.from_rows(list(row), [list(row.values())]).subscriptions
    del row["worker_pid"]
    with pytest.raises(KeyError, match="worker_pid"):
        Snapshot.from_rows(list(row), [list(row.values())])


def test_tables_are_named_as_they_may_stand_in_sql() -> None:
    """Quoted by us: servers of different versions quote json_table or not."""
    names = [["public", "orders"], ["Sales", 'a"b'], ["public", "json_table"]]
    tables = Tables.from_json(
        {"names": names, "pending": names[1:], "copying": {"5": 7}, "unfinished": [5]}
    )
    assert tables is not None
    assert {"public.orders", '"Sales"."a""b"', 'public."json_table"'} == tables.names
    assert ('"Sales"."a""b"', 'public."json_table"') == tables.pending
    assert (7,) == tables.workers


def test_a_prepared_transaction_is_named_where_one_blocks() -> None:
    """Nowhere else: the answer came a moment later, and a session may be the blocker now."""
    columns = ["oid", "gid", "owner", "age_seconds"]
    rows = [[oid, r"caf\303\251", "shopkeeper", 12.5] for oid in (1, 2)]
    blocked = replace(HEALTHY, oid=1, blocker_pid=0)
    by_a_session = replace(HEALTHY, oid=2, blocker_pid=4242)
    seen = snapshot(blocked, by_a_session, replace(blocked, oid=3)).with_prepared(columns, rows)
    expected = replace(
        blocked, blocker_gid="café", blocker_user="shopkeeper", blocker_age_seconds=12.5
    )
    assert (expected, by_a_session, replace(blocked, oid=3)) == seen.subscriptions
