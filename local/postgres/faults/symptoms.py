"""What breaks wait for: how damage shows on the subscriber. Development only."""

from collections.abc import Iterator
from contextlib import contextmanager

from local.postgres.pair import SUBSCRIPTION, Pair
from sandbox.postgres.waiting import wait_until


def enabled(pair: Pair) -> bool:
    query = "SELECT subenabled FROM pg_subscription WHERE subname = :name"
    return pair.subscriber.sql(query, name=SUBSCRIPTION) == [[True]]


def leader_is(pair: Pair, condition: str) -> bool:
    """Whether an apply worker runs and `condition`, an SQL expression, holds for it.

    Columns are those of pg_stat_subscription and pg_stat_activity.
    """
    query = f"""
        SELECT FROM pg_stat_subscription JOIN pg_stat_activity USING (pid)
        WHERE subname = :name AND relid IS NULL AND ({condition})
    """
    return bool(pair.subscriber.sql(query, name=SUBSCRIPTION))


def wait_until_leader_is(pair: Pair, condition: str) -> None:
    wait_until(
        lambda: leader_is(pair, condition),
        that=f"{SUBSCRIPTION} has an apply worker for which holds: {condition}",
        look_at=pair.subscriber.log_tail,
    )


def wait_until_worker_is_gone(pair: Pair) -> None:
    wait_until(
        lambda: not leader_is(pair, "true"),
        that=f"{SUBSCRIPTION} has no worker",
        look_at=pair.subscriber.log_tail,
    )


@contextmanager
def counted(pair: Pair, counter: str) -> Iterator[None]:
    """Leave the block only when a column of pg_stat_subscription_stats (15+) has risen in it."""
    before = _count(pair, counter)
    yield
    wait_until(
        lambda: _count(pair, counter) > before,
        that=f"pg_stat_subscription_stats.{counter} rises above {before}",
        look_at=pair.subscriber.log_tail,
    )


def _count(pair: Pair, counter: str) -> int:
    query = f"SELECT {counter} FROM pg_stat_subscription_stats WHERE subname = :name"  # noqa: S608  ours
    [[count]] = pair.subscriber.sql(query, name=SUBSCRIPTION)
    return int(count)
