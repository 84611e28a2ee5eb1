"""Faults of the initial copy of a table. Development only."""

from typing import Final

from local.postgres.faults.fault import Fault
from local.postgres.faults.symptoms import counted, wait_until_leader_is
from local.postgres.pair import Pair
from local.postgres.second_table import (
    TABLE,
    create_table,
    insert_return,
    remove_table,
    subscribe_table,
)
from local.postgres.sessions import open_transaction
from sandbox.postgres.server import Server
from sandbox.postgres.waiting import wait_until

_TRANSACTION: Final = "a session that a copy waits for"
_MAX_LAG_SECONDS: Final = 3
_PARAMETERS: Final = {"max-lag-seconds": str(_MAX_LAG_SECONDS)}


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


def _break_locked(pair: Pair) -> None:
    _begin_waiting(pair, pair.subscriber, f"LOCK TABLE {TABLE} IN SHARE MODE", "Lock")


def _break_outlasting(pair: Pair) -> None:
    _begin_waiting(pair, pair.publisher, "SELECT pg_current_xact_id()", "Client")


def _begin_waiting(pair: Pair, server: Server, statement: str, wait: str) -> None:
    _fix_waiting(pair)
    create_table(pair)
    insert_return(pair.publisher)
    pair.attachments.attach(_TRANSACTION, open_transaction(server, statement))
    subscribe_table(pair)
    query = """
        SELECT FROM pg_stat_subscription JOIN pg_stat_activity USING (pid)
        WHERE relid IS NOT NULL AND wait_event_type = :wait
            AND backend_start < now() - make_interval(secs => :seconds)
    """
    wait_until(
        lambda: bool(pair.subscriber.sql(query, wait=wait, seconds=str(_MAX_LAG_SECONDS))),
        that="the copy has waited for longer than the limit",
        look_at=pair.subscriber.log_tail,
    )


def _fix_waiting(pair: Pair) -> None:
    pair.attachments.detach(_TRANSACTION)
    pair.wait_until_copied()
    _fix_copy(pair)


FAULTS: Final = (
    Fault(
        "copy_fails",
        "A table's initial copy meets a row that is already there.",
        "table_sync_failed",
        _break_copy,
        _fix_copy,
    ),
    Fault(
        "copy_locked_out",
        "A session on the subscriber has locked the table that is to be copied.",
        "table_sync_blocked",
        _break_locked,
        _fix_waiting,
        parameters=_PARAMETERS,
        watches_publisher=True,
    ),
    Fault(
        "copy_outlasts",
        "A table's copy does not begin before an old transaction of the publisher ends.",
        "table_sync_blocked",
        _break_outlasting,
        _fix_waiting,
        parameters=_PARAMETERS,
        watches_publisher=True,
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
