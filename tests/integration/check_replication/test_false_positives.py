"""Set-ups that seem odd in the catalogs and are healthy: nobody is woken."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from functions.check_replication import probe
from functions.check_replication.diagnosis import Samples
from functions.check_replication.targets import Login
from local.postgres.faults import FAULTS
from local.postgres.pair import DATABASE, MONITOR, MONITOR_PASSWORD, PUBLICATION, Pair
from sandbox.postgres.waiting import wait_until
from tests.unit.check_replication.builders import diagnosed

MAX_LAG_SECONDS = 300.0

LARGE_TRANSACTION = (
    "INSERT INTO public.orders SELECT nextval(pg_get_serial_sequence('public.orders', 'id')), "
    "repeat('x', 200), 1 FROM generate_series(1, 5000)"
)


def sample(
    pair: Pair,
    user: str = MONITOR,
    password: str = MONITOR_PASSWORD,
    pause: Callable[[float], None] = time.sleep,
) -> Samples:
    subscriber = pair.subscriber
    login = Login(subscriber.host, user, DATABASE, None, subscriber.port, "disable")
    return probe.sample(login, password, MAX_LAG_SECONDS, pause=pause)


def causes(samples: Samples) -> list[str]:
    return [finding.cause for finding in diagnosed(samples, MAX_LAG_SECONDS)]


@contextmanager
def subscription(pair: Pair, name: str, options: str, database: str = DATABASE) -> Iterator[None]:
    """A further subscription to the same publication; dropped at the end."""
    pair.subscriber.sql(
        f"CREATE SUBSCRIPTION {name} CONNECTION '{pair.connection_string()}' "
        f"PUBLICATION {PUBLICATION} WITH ({options})",
        database,
    )
    try:
        yield
    finally:
        pair.subscriber.sql(f"DROP SUBSCRIPTION {name}", database)


def test_parallel_apply_workers_are_not_taken_for_the_leader(pair: Pair) -> None:
    """From 16 on: they have a pid and no times, and stay after their transaction."""
    pair.publisher.sql("ALTER SYSTEM SET logical_decoding_work_mem = '64kB'")
    pair.publisher.sql("SELECT pg_reload_conf()")
    pair.subscriber.sql("ALTER SUBSCRIPTION orders_sub SET (streaming = parallel)", DATABASE)
    workers = "SELECT count(*) FROM pg_stat_subscription WHERE leader_pid IS NOT NULL"
    try:
        pair.publisher.sql(LARGE_TRANSACTION, DATABASE)
        wait_until(
            lambda: pair.subscriber.sql(workers) != [[0]],
            that="a parallel apply worker is seen",
            look_at=pair.subscriber.log_tail,
        )
        samples = sample(pair)
        assert ["orders_sub"] == [
            subscription.name for subscription in samples.latest.subscriptions
        ]
        assert [] == causes(samples)
    finally:
        pair.subscriber.sql("ALTER SUBSCRIPTION orders_sub SET (streaming = off)", DATABASE)
        pair.wait_until_replicated()


def test_an_initial_copy_under_way_is_healthy(pair: Pair) -> None:
    """The copy waits for a lock here; its tablesync worker is not the leader."""
    pair.subscriber.sql("CREATE DATABASE copying")
    pair.subscriber.sql(
        "CREATE TABLE public.orders (id bigint PRIMARY KEY, customer text, amount numeric)",
        "copying",
    )
    syncing = "SELECT FROM pg_stat_subscription WHERE subname = 'copy_sub' AND relid IS NOT NULL"
    with pair.subscriber.connect(database="copying") as blocker:
        blocker.run("BEGIN")
        blocker.run("LOCK TABLE public.orders IN SHARE ROW EXCLUSIVE MODE")
        with subscription(pair, "copy_sub", "copy_data = true", "copying"):
            wait_until(
                lambda: bool(pair.subscriber.sql(syncing)),
                that="a tablesync worker is seen",
                look_at=pair.subscriber.log_tail,
            )
            samples = sample(pair)
            blocker.run("ROLLBACK")
    pair.subscriber.sql("DROP DATABASE copying WITH (FORCE)")
    expected = [("copy_sub", "copying"), ("orders_sub", DATABASE)]
    assert expected == [
        (subscription.name, subscription.database) for subscription in samples.latest.subscriptions
    ]
    assert [] == causes(samples)


def test_subscriptions_of_other_databases_are_seen_from_one_connection(pair: Pair) -> None:
    pair.subscriber.sql("CREATE DATABASE elsewhere")
    try:
        with subscription(pair, "stopped_sub", "connect = false", "elsewhere"):
            found = [
                (finding.subscription, finding.cause, finding.evidence["database"])
                for finding in diagnosed(sample(pair), MAX_LAG_SECONDS)
            ]
            pair.subscriber.sql(
                "ALTER SUBSCRIPTION stopped_sub SET (slot_name = NONE)", "elsewhere"
            )
    finally:
        pair.subscriber.sql("DROP DATABASE elsewhere WITH (FORCE)")
    assert [("stopped_sub", "subscription_disabled", "elsewhere")] == found


def test_a_role_with_login_alone_sees_enough(pair: Pair) -> None:
    pair.subscriber.sql("CREATE ROLE plain LOGIN PASSWORD 'made-up'")
    try:
        assert [] == causes(sample(pair, "plain", "made-up"))
    finally:
        pair.subscriber.sql("DROP ROLE plain")


def test_a_worker_that_restarts_between_the_looks_is_healthy(pair: Pair) -> None:
    """The first sample finds no worker; by the second the publisher is back.

    Where errors were counted before, one check cannot tell whether it fails on something else.
    """
    FAULTS["publisher_down"].break_(pair)
    fixes = iter([FAULTS["publisher_down"].fix])
    samples = sample(pair, pause=lambda _: next(fixes, lambda _: None)(pair))
    assert samples.first.subscriptions[0].down
    assert not samples.latest.subscriptions[0].down
    assert {"undecided"} >= set(causes(samples))
