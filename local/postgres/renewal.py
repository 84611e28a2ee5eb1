"""Replication from nothing: for damage that leaves no other way. Development only."""

from local.postgres.pair import DATABASE, PUBLICATION, SUBSCRIPTION, Pair
from sandbox.postgres.server import Server
from sandbox.postgres.waiting import wait_until


def start_over(pair: Pair) -> None:
    """Drop subscription, slot and publication, whatever is left of them; copy the orders again."""
    drop_subscription(pair.subscriber, SUBSCRIPTION, DATABASE)
    drop_slot(pair.publisher, SUBSCRIPTION)
    pair.publisher.sql(f"DROP PUBLICATION IF EXISTS {PUBLICATION}", DATABASE)
    pair.subscriber.sql("TRUNCATE public.orders", DATABASE)
    pair.publish()
    pair.subscribe()
    pair.wait_until_copied()
    pair.wait_until_replicated()


def drop_subscription(server: Server, name: str, database: str) -> None:
    """Drop a subscription, if there is one, and leave its slot where it is."""
    if server.sql("SELECT FROM pg_subscription WHERE subname = :name", name=name):
        server.sql(f"ALTER SUBSCRIPTION {name} DISABLE", database)
        server.sql(f"ALTER SUBSCRIPTION {name} SET (slot_name = NONE)", database)
        server.sql(f"DROP SUBSCRIPTION {name}", database)


def drop_slot(server: Server, name: str) -> None:
    """Drop a slot, if there is one; whoever reads it is disconnected."""
    terminate = "SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots"
    server.sql(f"{terminate} WHERE slot_name = :name AND active", name=name)
    wait_until(
        lambda: not slot_is(server, name, "active"),
        that=f"nobody reads slot {name}",
        look_at=server.log_tail,
    )
    drop = "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots"
    server.sql(f"{drop} WHERE slot_name = :name", name=name)


def slot_is(server: Server, name: str, condition: str) -> bool:
    """Whether there is such a slot and `condition`, an SQL expression, holds for it."""
    query = f"SELECT FROM pg_replication_slots WHERE slot_name = :name AND ({condition})"
    return bool(server.sql(query, name=name))
