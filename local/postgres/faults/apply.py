"""Faults of applying: a change arrives that does not fit the rows there are. Development only."""

from typing import Final

from local.postgres.faults.fault import Fault
from local.postgres.faults.symptoms import counted, enabled
from local.postgres.pair import DATABASE, SUBSCRIPTION, Pair, has_order, insert_order
from sandbox.postgres.waiting import wait_until

_LOCAL_CUSTOMER: Final = "a local customer of the subscriber"
_LOST_CUSTOMER: Final = "a customer the subscriber has lost"


def _break_conflict(pair: Pair) -> None:
    with counted(pair, "apply_error_count"):
        _collide(pair)


def _fix_conflict(pair: Pair) -> None:
    _delete_local_orders(pair)
    pair.wait_until_replicated()


def _break_constraint(pair: Pair) -> None:
    _drop_check(pair)
    check = "ADD CONSTRAINT orders_are_cheap CHECK (amount < 5) NOT VALID"
    pair.subscriber.sql(f"ALTER TABLE public.orders {check}", DATABASE)
    with counted(pair, "apply_error_count"):
        pair.place_order()


def _fix_constraint(pair: Pair) -> None:
    _drop_check(pair)
    pair.wait_until_replicated()


def _drop_check(pair: Pair) -> None:
    drop = "DROP CONSTRAINT IF EXISTS orders_are_cheap"
    pair.subscriber.sql(f"ALTER TABLE public.orders {drop}", DATABASE)


def _break_disabled_on_error(pair: Pair) -> None:
    pair.alter_subscription("SET (disable_on_error = true)")
    _collide(pair)
    _wait_until_disabled(pair)


def _fix_disabled_on_error(pair: Pair) -> None:
    _delete_local_orders(pair)
    _fix_disabled_by_outage(pair)


def _break_disabled_by_outage(pair: Pair) -> None:
    """A worker reads the subscription's options anew before it applies a transaction."""
    if enabled(pair):
        pair.alter_subscription("SET (disable_on_error = true)")
        pair.wait_until_replicated()
        pair.terminate_sender()
    _wait_until_disabled(pair)


def _fix_disabled_by_outage(pair: Pair) -> None:
    pair.alter_subscription("SET (disable_on_error = false)")
    pair.alter_subscription("ENABLE")
    pair.wait_until_replicated()


def _wait_until_disabled(pair: Pair) -> None:
    wait_until(
        lambda: not enabled(pair),
        that=f"{SUBSCRIPTION} disables itself",
        look_at=pair.subscriber.log_tail,
    )


def _collide(pair: Pair) -> None:
    order_id = pair.next_order_id()
    insert_order(pair.subscriber, order_id, _LOCAL_CUSTOMER)
    pair.place_order(order_id)


def _delete_local_orders(pair: Pair) -> None:
    statement = "DELETE FROM public.orders WHERE customer = :customer"
    pair.subscriber.sql(statement, DATABASE, customer=_LOCAL_CUSTOMER)


def _break_divergence(pair: Pair) -> None:
    order_id = pair.place_order()
    pair.wait_until_replicated()
    lose = "DELETE FROM public.orders WHERE id = :order_id"
    pair.subscriber.sql(lose, DATABASE, order_id=order_id)
    update = "UPDATE public.orders SET customer = :customer WHERE id = :order_id"
    with counted(pair, "confl_update_missing"):
        pair.publisher.sql(update, DATABASE, order_id=order_id, customer=_LOST_CUSTOMER)


def _fix_divergence(pair: Pair) -> None:
    """Nobody else resets the counters, and conflicts they count would be reported for ever."""
    lost = "SELECT id FROM public.orders WHERE customer = :customer"
    for [order_id] in pair.publisher.sql(lost, DATABASE, customer=_LOST_CUSTOMER):
        if not has_order(pair.subscriber, order_id):
            insert_order(pair.subscriber, order_id, _LOST_CUSTOMER)
    pair.subscriber.sql("SELECT pg_stat_reset_subscription_stats(NULL)")
    pair.wait_until_replicated()


FAULTS: Final = (
    Fault(
        "conflict",
        "The publisher inserts an order whose key the subscriber already has.",
        "apply_conflict",
        _break_conflict,
        _fix_conflict,
        probe_cause="apply_error",
    ),
    Fault(
        "constraint",
        "A CHECK of the subscriber refuses an order that the publisher accepted.",
        "constraint_violation",
        _break_constraint,
        _fix_constraint,
        probe_cause="apply_error",
    ),
    Fault(
        "disabled_on_error",
        "A subscription with disable_on_error meets a key conflict and disables itself.",
        "disabled_on_error",
        _break_disabled_on_error,
        _fix_disabled_on_error,
    ),
    Fault(
        "disabled_by_outage",
        "A subscription with disable_on_error disables itself because its WAL sender was killed, "
        "as a fast shutdown of the publisher would; no data is wrong.",
        "disabled_on_error",
        _break_disabled_by_outage,
        _fix_disabled_by_outage,
    ),
    Fault(
        "silent_divergence",
        "The publisher updates an order that the subscriber has lost: nothing fails.",
        "silent_divergence",
        _break_divergence,
        _fix_divergence,
        versions=frozenset({"18"}),
    ),
)
