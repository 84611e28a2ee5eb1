"""A table `returns` on both servers of a pair, for faults of copying. Development only."""

from typing import Final

from local.postgres.pair import DATABASE, PUBLICATION, REPLICATOR, Pair
from sandbox.postgres.server import Server

TABLE: Final = "public.returns"


def create_table(pair: Pair, columns: str = "id bigint PRIMARY KEY, reason text") -> None:
    """Empty, on both servers, unless it is there; the publication does not know it yet."""
    for server in (pair.publisher, pair.subscriber):
        server.sql(f"CREATE TABLE IF NOT EXISTS {TABLE} ({columns})", DATABASE)
    pair.publisher.sql(f"GRANT SELECT ON {TABLE} TO {REPLICATOR}", DATABASE)


def insert_return(server: Server) -> None:
    """The one row there is, unless it is there."""
    row = f"INSERT INTO {TABLE} VALUES (1, 'too small') ON CONFLICT DO NOTHING"  # noqa: S608  ours
    server.sql(row, DATABASE)


def publish_table(pair: Pair) -> None:
    """Add it to the publication; the subscription does not know it yet."""
    _set_published(pair, f"public.orders, {TABLE}")


def subscribe_table(pair: Pair) -> None:
    """Publish it and have the subscription begin to copy it."""
    publish_table(pair)
    pair.alter_subscription("REFRESH PUBLICATION")


def remove_table(pair: Pair) -> None:
    """From the publication, the subscription, and both servers."""
    _set_published(pair, "public.orders")
    pair.alter_subscription("REFRESH PUBLICATION")
    for server in (pair.publisher, pair.subscriber):
        server.sql(f"DROP TABLE IF EXISTS {TABLE}", DATABASE)


def _set_published(pair: Pair, tables: str) -> None:
    pair.publisher.sql(f"ALTER PUBLICATION {PUBLICATION} SET TABLE {tables}", DATABASE)
