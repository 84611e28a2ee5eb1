"""Which prepared transaction an apply worker waits for: prepared.sql on real servers."""

from collections.abc import Iterator

import pytest

from functions.check_replication.handler import PROBES
from functions.check_replication.snapshot import Subscription
from functions.check_replication.targets import Login
from local.postgres.faults.symptoms import wait_until_leader_is
from local.postgres.pair import DATABASE, MONITOR, MONITOR_PASSWORD, Pair
from sandbox.postgres.server import Server

TAKEN = 77
INSERT = f"INSERT INTO public.orders VALUES ({TAKEN}, 'here', 1)"  # noqa: S608  ours


@pytest.fixture(scope="module")
def preparing(pair: Pair) -> Iterator[Pair]:
    pair.subscriber.configure(max_prepared_transactions="5")
    pair.subscriber.restart()
    pair.wait_until_replicated()
    yield pair
    pair.subscriber.configure(max_prepared_transactions=None)
    pair.subscriber.restart()


def prepare(server: Server, gid: str, statement: str) -> None:
    with server.connect(database=DATABASE) as connection:
        connection.run("SET lock_timeout = '5s'")
        for part in ("BEGIN", *statement.split("; "), f"PREPARE TRANSACTION '{gid}'"):
            connection.run(part)


def blocked(pair: Pair) -> Subscription:
    """As the monitor sees it, once the worker waits."""
    wait_until_leader_is(pair, "wait_event_type = 'Lock'")
    server = pair.subscriber
    login = Login(server.host, MONITOR, DATABASE, MONITOR_PASSWORD, server.port, "disable")
    [subscription] = PROBES.subscriber(login, 300.0).latest.subscriptions
    return subscription


@pytest.mark.parametrize(
    "statement",
    [
        pytest.param("LOCK TABLE public.orders IN SHARE MODE", id="table"),
        pytest.param(INSERT, id="row"),
        pytest.param(f"SAVEPOINT one; {INSERT}", id="row of a subtransaction"),
    ],
)
@pytest.mark.parametrize("restarted", [False, True], ids=["", "after a restart"])
def test_the_one_in_the_way_is_named(preparing: Pair, statement: str, *, restarted: bool) -> None:
    """Not an older one that has locked the table too, but is not in the way."""
    pair, server = preparing, preparing.subscriber
    prepare(server, "a reader", "LOCK TABLE public.orders IN ACCESS SHARE MODE")
    prepare(server, "in the way", statement)
    try:
        if restarted:
            server.restart()
        pair.place_order(TAKEN)
        seen = blocked(pair)
        assert (0, "in the way", server.user) == (
            seen.blocker_pid,
            seen.blocker_gid,
            seen.blocker_user,
        )
    finally:
        for [gid] in server.sql("SELECT gid FROM pg_prepared_xacts"):
            server.sql(f"ROLLBACK PREPARED '{gid}'", DATABASE)
        pair.wait_until_replicated()
        pair.publisher.sql(f"DELETE FROM public.orders WHERE id = {TAKEN}", DATABASE)  # noqa: S608  ours
        pair.wait_until_replicated()
