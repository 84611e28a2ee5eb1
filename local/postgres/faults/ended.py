"""Faults of workers that a timeout or a signal ends again and again. Development only."""

from typing import Final

from local.postgres.faults.fault import Fault
from local.postgres.faults.symptoms import counted, wait_until_leader_is, wait_until_worker_is_gone
from local.postgres.killing import workers_are_killed
from local.postgres.pair import DATABASE, REPLICATOR, Pair
from local.postgres.second_table import (
    TABLE,
    create_table,
    insert_return,
    remove_table,
    subscribe_table,
)
from local.postgres.sessions import open_transaction
from local.postgres.slow_table import make_fast, make_slow
from sandbox.postgres.server import Server

_BLOCKER: Final = "a session with a lock on the orders"
_KILLER: Final = "somebody who kills apply workers"
_KILLED_AFTER_SECONDS: Final = 3
_SLOW: Final = "public.look_slowly"


def _break_lock_timeout(pair: Pair) -> None:
    _set_for_role(pair.subscriber, pair.subscriber.user, "lock_timeout", "200ms")
    _restart_worker(pair)
    lock = "LOCK TABLE public.orders IN SHARE MODE"
    pair.attachments.attach(_BLOCKER, open_transaction(pair.subscriber, lock))
    with counted(pair, "apply_error_count"):
        pair.place_order()


def _fix_lock_timeout(pair: Pair) -> None:
    pair.attachments.detach(_BLOCKER)
    _reset_for_role(pair.subscriber, pair.subscriber.user, "lock_timeout")
    _restart_worker(pair)
    pair.wait_until_replicated()


def _break_transaction_timeout(pair: Pair) -> None:
    _set_for_role(pair.subscriber, pair.subscriber.user, "transaction_timeout", "300ms")
    _restart_worker(pair)
    make_slow(pair.subscriber, "public.orders", seconds=1)
    with pair.subscriber.logs("terminating connection due to transaction timeout"):
        pair.place_order()


def _fix_transaction_timeout(pair: Pair) -> None:
    _reset_for_role(pair.subscriber, pair.subscriber.user, "transaction_timeout")
    _restart_worker(pair)
    make_fast(pair.subscriber, "public.orders")
    pair.wait_until_replicated()


def _break_copy_timeout(pair: Pair) -> None:
    """A policy of the publisher makes it slow: its role reads no table past one.

    Replaced in one transaction: without any, a copy under way would find no row, and be done.
    """
    create_table(pair)
    insert_return(pair.publisher)
    slow = "BEGIN PERFORM pg_sleep(1); RETURN true; END"
    for statement in (
        f"CREATE OR REPLACE FUNCTION {_SLOW}() RETURNS boolean LANGUAGE plpgsql AS '{slow}'",
        f"DROP POLICY IF EXISTS slow ON {TABLE}; CREATE POLICY slow ON {TABLE} USING ({_SLOW}())",
        f"ALTER TABLE {TABLE} ENABLE ROW LEVEL SECURITY",
    ):
        pair.publisher.sql(statement, DATABASE)
    _set_for_role(pair.publisher, REPLICATOR, "statement_timeout", "500ms")
    with counted(pair, "sync_error_count"):
        subscribe_table(pair)


def _fix_copy_timeout(pair: Pair) -> None:
    _reset_for_role(pair.publisher, REPLICATOR, "statement_timeout")
    remove_table(pair)
    pair.publisher.sql(f"DROP FUNCTION IF EXISTS {_SLOW}", DATABASE)
    pair.wait_until_replicated()


def _set_for_role(server: Server, role: str, setting: str, value: str) -> None:
    """New sessions, and workers that start, have it in the shop's database."""
    server.sql(f"ALTER ROLE {role} IN DATABASE {DATABASE} SET {setting} = '{value}'")


def _reset_for_role(server: Server, role: str, setting: str) -> None:
    server.sql(f"ALTER ROLE {role} IN DATABASE {DATABASE} RESET {setting}")


def _restart_worker(pair: Pair) -> None:
    """The one that starts has the settings there are now."""
    pair.alter_subscription("DISABLE")
    wait_until_worker_is_gone(pair)
    pair.alter_subscription("ENABLE")
    wait_until_leader_is(pair, "true")


def _break_killed(pair: Pair) -> None:
    with pair.subscriber.logs("database system is ready to accept connections"):
        killer = workers_are_killed(pair.subscriber, _KILLED_AFTER_SECONDS)
        pair.attachments.attach(_KILLER, killer)


def _fix_killed(pair: Pair) -> None:
    pair.attachments.detach(_KILLER)
    pair.wait_until_replicated()


FAULTS: Final = (
    Fault(
        "lock_timeout",
        "The subscription's owner has a lock_timeout, and a session keeps a lock on the table.",
        "worker_timeout",
        _break_lock_timeout,
        _fix_lock_timeout,
        probe_cause="apply_error",
    ),
    Fault(
        "copy_timeout",
        "The publisher's statement_timeout ends the copy of a new table, whose rows come slowly.",
        "worker_timeout",
        _break_copy_timeout,
        _fix_copy_timeout,
        probe_cause="table_sync_failed",
    ),
    Fault(
        "transaction_timeout",
        "The subscription's owner has a transaction_timeout, which is over before a change is.",
        "worker_timeout",
        _break_transaction_timeout,
        _fix_transaction_timeout,
        probe_cause="worker_restarting",
        versions=frozenset({"17", "18"}),
    ),
    Fault(
        "worker_killed",
        "Each apply worker is killed some seconds after its start, and the whole server with it.",
        "server_crashed",
        _break_killed,
        _fix_killed,
        pause_seconds=_KILLED_AFTER_SECONDS,
        probe_cause="worker_restarting",
    ),
)
