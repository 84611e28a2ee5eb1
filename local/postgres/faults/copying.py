"""Faults of the initial copy of a table. Development only."""

from typing import Final

from local.postgres.faults.fault import Fault
from local.postgres.faults.symptoms import counted, wait_until_leader_is
from local.postgres.pair import Pair
from local.postgres.second_table import (
    create_table,
    insert_return,
    remove_table,
    subscribe_table,
)
from sandbox.postgres.server import Server


def _break_copy(pair: Pair) -> None:
    create_table(pair)
    for server in (pair.publisher, pair.subscriber):
        insert_return(server)
    with counted(pair, "sync_error_count"):
        subscribe_table(pair)


def _fix_copy(pair: Pair) -> None:
    remove_table(pair)
    pair.wait_until_replicated()


def _break_sync_workers(pair: Pair) -> None:
    create_table(pair)
    insert_return(pair.publisher)
    pair.subscriber.configure(max_logical_replication_workers="1")
    pair.subscriber.restart()
    wait_until_leader_is(pair, "latest_end_lsn IS NOT NULL")
    with pair.subscriber.logs("out of logical replication worker slots"):
        subscribe_table(pair)


def _fix_sync_workers(pair: Pair) -> None:
    pair.subscriber.configure(max_logical_replication_workers=None)
    pair.subscriber.restart()
    pair.wait_until_copied()
    _fix_copy(pair)


def _break_publisher_slots(pair: Pair) -> None:
    _take_all_slots(pair.publisher)
    create_table(pair)
    with counted(pair, "sync_error_count"):
        subscribe_table(pair)


def _fix_publisher_slots(pair: Pair) -> None:
    _free_slots(pair.publisher)
    pair.wait_until_copied()
    _fix_copy(pair)


def _take_all_slots(server: Server) -> None:
    """Physical ones that keep no WAL."""
    server.sql("""
        SELECT pg_create_physical_replication_slot('taken_' || number)
        FROM generate_series(
            (SELECT count(*) + 1 FROM pg_replication_slots),
            current_setting('max_replication_slots')::int
        ) AS number
    """)


def _free_slots(server: Server) -> None:
    server.sql("""
        SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots
        WHERE slot_type = 'physical'
    """)


FAULTS: Final = (
    Fault(
        "copy_fails",
        "A table's initial copy meets a row that is already there.",
        "table_sync_failed",
        _break_copy,
        _fix_copy,
    ),
    Fault(
        "sync_workers_gone",
        "No worker is free to copy a new table: max_logical_replication_workers is 1.",
        "table_sync_stalled",
        _break_sync_workers,
        _fix_sync_workers,
    ),
    Fault(
        "publisher_slots_gone",
        "The publisher has no slot left for the copy of a new table.",
        "publisher_slots_exhausted",
        _break_publisher_slots,
        _fix_publisher_slots,
        probe_cause="table_sync_failed",
    ),
)
