"""A database `elsewhere` whose subscription copies the orders, too. Development only."""

from typing import Final

from local.postgres.pair import ORDERS, PUBLICATION, Pair
from local.postgres.renewal import drop_slot, drop_subscription
from sandbox.postgres.server import Server
from sandbox.postgres.waiting import wait_until

DATABASE: Final = "elsewhere"
SUBSCRIPTION: Final = "elsewhere_sub"


def create_database(server: Server) -> None:
    if not server.sql("SELECT FROM pg_database WHERE datname = :name", name=DATABASE):
        server.sql(f"CREATE DATABASE {DATABASE}")
        server.sql(ORDERS, DATABASE)


def subscribe(pair: Pair, server: Server, options: str = "copy_data = true") -> None:
    """Have this server's second database subscribe to the pair's publisher, unless it does."""
    if not server.sql("SELECT FROM pg_subscription WHERE subname = :name", name=SUBSCRIPTION):
        server.sql(
            f"CREATE SUBSCRIPTION {SUBSCRIPTION} CONNECTION '{pair.connection_string()}' "
            f"PUBLICATION {PUBLICATION} WITH ({options})",
            DATABASE,
        )


def wait_until_subscription_works(server: Server) -> None:
    """Until a worker runs and every table is copied."""
    working = (
        "SELECT FROM pg_stat_subscription WHERE subname = :name AND latest_end_lsn IS NOT NULL"
    )
    copying = "SELECT FROM pg_subscription_rel WHERE srsubstate <> 'r'"
    wait_until(
        lambda: bool(server.sql(working, name=SUBSCRIPTION)) and not server.sql(copying, DATABASE),
        that=f"{SUBSCRIPTION} works",
        look_at=server.log_tail,
    )


def remove_database(pair: Pair, server: Server) -> None:
    """With its subscription and the slot named after it; without them if there are none."""
    drop_subscription(server, SUBSCRIPTION, DATABASE)
    drop_slot(pair.publisher, SUBSCRIPTION)
    server.sql(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
