"""Faults of the apply worker: a change arrives that cannot be applied. Development only."""

from typing import Final

from local.postgres.faults.fault import Fault
from local.postgres.faults.subscription import alter_subscription, enabled
from local.postgres.pair import DATABASE, SUBSCRIPTION, Pair, insert_order
from local.postgres.waiting import wait_until

_LOCAL_CUSTOMER: Final = "a local customer of the subscriber"


def _break_conflict(pair: Pair) -> None:
    errors_before = _apply_errors(pair)
    _collide(pair)
    wait_until(
        lambda: _apply_errors(pair) > errors_before,
        that="pg_stat_subscription_stats counts an apply error",
        look_at=pair.subscriber.log_tail,
    )


def _mend_conflict(pair: Pair) -> None:
    _delete_local_orders(pair)
    pair.wait_until_replicated()


def _break_disabled_on_error(pair: Pair) -> None:
    alter_subscription(pair, "SET (disable_on_error = true)")
    _collide(pair)
    wait_until(
        lambda: not enabled(pair),
        that=f"{SUBSCRIPTION} disables itself",
        look_at=pair.subscriber.log_tail,
    )


def _mend_disabled_on_error(pair: Pair) -> None:
    _delete_local_orders(pair)
    alter_subscription(pair, "SET (disable_on_error = false)")
    alter_subscription(pair, "ENABLE")
    pair.wait_until_replicated()


def _collide(pair: Pair) -> None:
    order_id = pair.next_order_id()
    insert_order(pair.subscriber, order_id, _LOCAL_CUSTOMER)
    pair.place_order(order_id)


def _delete_local_orders(pair: Pair) -> None:
    statement = "DELETE FROM public.orders WHERE customer = :customer"
    pair.subscriber.sql(statement, DATABASE, customer=_LOCAL_CUSTOMER)


def _apply_errors(pair: Pair) -> int:
    query = "SELECT apply_error_count FROM pg_stat_subscription_stats WHERE subname = :name"
    [[count]] = pair.subscriber.sql(query, name=SUBSCRIPTION)
    return int(count)


FAULTS: Final = (
    Fault(
        "conflict",
        "The publisher inserts an order whose key the subscriber already has.",
        "apply_error",
        _break_conflict,
        _mend_conflict,
    ),
    Fault(
        "disabled_on_error",
        "A subscription with disable_on_error meets a key conflict and disables itself.",
        "disabled_on_error",
        _break_disabled_on_error,
        _mend_disabled_on_error,
    ),
)
