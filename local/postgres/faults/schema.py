"""Faults of the subscriber's schema and of rights on it. Development only."""

from typing import Final

from local.postgres.faults.fault import Fault
from local.postgres.faults.symptoms import counted
from local.postgres.pair import DATABASE, SUBSCRIPTION, Pair
from sandbox.postgres.server import Server

_OWNER: Final = "shopkeeper"


def _break_missing_table(pair: Pair) -> None:
    _alter(pair.subscriber, "RENAME TO orders_of_last_year")
    with counted(pair, "apply_error_count"):
        pair.place_order()


def _fix_missing_table(pair: Pair) -> None:
    rename = "ALTER TABLE IF EXISTS public.orders_of_last_year RENAME TO orders"
    pair.subscriber.sql(rename, DATABASE)
    pair.wait_until_replicated()


def _break_missing_column(pair: Pair) -> None:
    _alter(pair.publisher, "ADD COLUMN IF NOT EXISTS note text")
    with counted(pair, "apply_error_count"):
        pair.place_order()


def _fix_missing_column(pair: Pair) -> None:
    """Orders with the column may wait to be applied: it can go when they have been."""
    _alter(pair.subscriber, "ADD COLUMN IF NOT EXISTS note text")
    pair.wait_until_replicated()
    for server in (pair.publisher, pair.subscriber):
        _alter(server, "DROP COLUMN IF EXISTS note")
    pair.wait_until_replicated()


def _alter(server: Server, change: str) -> None:
    server.sql(f"ALTER TABLE IF EXISTS public.orders {change}", DATABASE)


def _break_owner(pair: Pair) -> None:
    """Before 16 only a superuser can be made the owner, but he need not stay one."""
    subscriber = pair.subscriber
    if not subscriber.sql("SELECT FROM pg_roles WHERE rolname = :name", name=_OWNER):
        subscriber.sql(f"CREATE ROLE {_OWNER} LOGIN SUPERUSER")
        pair.alter_subscription(f"OWNER TO {_OWNER}")
        subscriber.sql(f"ALTER ROLE {_OWNER} NOSUPERUSER")
    with subscriber.logs("processing remote data for replication origin"):
        pair.place_order()


def _fix_owner(pair: Pair) -> None:
    pair.alter_subscription(f"OWNER TO {pair.subscriber.user}")
    pair.subscriber.sql(f"DROP ROLE IF EXISTS {_OWNER}")
    pair.wait_until_replicated()


FAULTS: Final = (
    Fault(
        "missing_table",
        "Somebody renamed the subscriber's table.",
        "schema_mismatch",
        _break_missing_table,
        _fix_missing_table,
        probe_cause="apply_error",
    ),
    Fault(
        "missing_column",
        "The publisher's table has a column that the subscriber's lacks.",
        "schema_mismatch",
        _break_missing_column,
        _fix_missing_column,
        probe_cause="apply_error",
    ),
    Fault(
        "owner_without_rights",
        f"The owner of {SUBSCRIPTION} may not write the table any more.",
        "permission_denied",
        _break_owner,
        _fix_owner,
        probe_cause="apply_error",
    ),
)
