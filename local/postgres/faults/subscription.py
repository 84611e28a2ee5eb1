"""Faults of the subscription's definition: somebody disabled or dropped it. Development only."""

from typing import Final

from local.postgres.faults.fault import Fault
from local.postgres.pair import DATABASE, SUBSCRIPTION, Pair
from local.postgres.waiting import wait_until


def alter_subscription(pair: Pair, change: str) -> None:
    pair.subscriber.sql(f"ALTER SUBSCRIPTION {SUBSCRIPTION} {change}", DATABASE)


def enabled(pair: Pair) -> bool:
    query = "SELECT subenabled FROM pg_subscription WHERE subname = :name"
    return pair.subscriber.sql(query, name=SUBSCRIPTION) == [[True]]


def wait_until_worker_is_gone(pair: Pair) -> None:
    query = "SELECT FROM pg_stat_subscription WHERE subname = :name AND pid IS NOT NULL"
    wait_until(
        lambda: not pair.subscriber.sql(query, name=SUBSCRIPTION),
        that=f"{SUBSCRIPTION} has no worker",
        look_at=pair.subscriber.log_tail,
    )


def _break_disabled(pair: Pair) -> None:
    alter_subscription(pair, "DISABLE")
    wait_until_worker_is_gone(pair)


def _mend_disabled(pair: Pair) -> None:
    alter_subscription(pair, "ENABLE")
    pair.wait_until_replicated()


def _break_dropped(pair: Pair) -> None:
    pair.subscriber.sql(f"DROP SUBSCRIPTION IF EXISTS {SUBSCRIPTION}", DATABASE)


def _mend_dropped(pair: Pair) -> None:
    _break_dropped(pair)
    pair.subscriber.sql("TRUNCATE public.orders", DATABASE)
    pair.subscribe()
    pair.wait_until_replicated()


FAULTS: Final = (
    Fault(
        "disabled",
        "Somebody disabled the subscription.",
        "subscription_disabled",
        _break_disabled,
        _mend_disabled,
    ),
    Fault(
        "subscription_dropped",
        "Somebody dropped the subscription; mending copies the table again.",
        "no_subscription",
        _break_dropped,
        _mend_dropped,
    ),
)
