"""Faults of the subscription's definition: somebody changed or dropped it. Development only."""

from typing import Final

from local.postgres.faults.fault import Fault
from local.postgres.faults.symptoms import wait_until_worker_is_gone
from local.postgres.pair import DATABASE, PUBLICATION, SUBSCRIPTION, Pair
from local.postgres.renewal import drop_slot, drop_subscription

_PREPARED: Final = "prepared_sub"


def _break_disabled(pair: Pair) -> None:
    pair.alter_subscription("DISABLE")
    wait_until_worker_is_gone(pair)


def _fix_disabled(pair: Pair) -> None:
    pair.alter_subscription("ENABLE")
    pair.wait_until_replicated()


def _break_made_disabled(pair: Pair) -> None:
    """As when somebody prepares a second subscription: its tables come later."""
    drop_subscription(pair.subscriber, _PREPARED, DATABASE)
    drop_slot(pair.publisher, _PREPARED)
    pair.subscriber.sql(
        f"CREATE SUBSCRIPTION {_PREPARED} CONNECTION '{pair.connection_string()}' "
        f"PUBLICATION {PUBLICATION} WITH (enabled = false, copy_data = false)",
        DATABASE,
    )


def _fix_made_disabled(pair: Pair) -> None:
    drop_subscription(pair.subscriber, _PREPARED, DATABASE)
    drop_slot(pair.publisher, _PREPARED)
    pair.wait_until_replicated()


def _break_dropped(pair: Pair) -> None:
    pair.subscriber.sql(f"DROP SUBSCRIPTION IF EXISTS {SUBSCRIPTION}", DATABASE)


def _fix_dropped(pair: Pair) -> None:
    _break_dropped(pair)
    pair.subscriber.sql("TRUNCATE public.orders", DATABASE)
    pair.subscribe()
    pair.wait_until_copied()
    pair.wait_until_replicated()


def _break_skip(pair: Pair) -> None:
    pair.alter_subscription("SKIP (lsn = 'FFFFFFFF/0')")


def _fix_skip(pair: Pair) -> None:
    pair.alter_subscription("SKIP (lsn = NONE)")
    pair.wait_until_replicated()


FAULTS: Final = (
    Fault(
        "disabled",
        "Somebody disabled the subscription.",
        "subscription_disabled",
        _break_disabled,
        _fix_disabled,
    ),
    Fault(
        "made_disabled",
        "Somebody has just made another subscription, which is to be enabled later.",
        "subscription_not_enabled",
        _break_made_disabled,
        _fix_made_disabled,
    ),
    Fault(
        "subscription_dropped",
        "Somebody dropped the subscription; fixing it copies the table again.",
        "no_subscription",
        _break_dropped,
        _fix_dropped,
    ),
    Fault(
        "skip_pending",
        "Somebody set the subscription to skip a transaction that will not come; the next one "
        "that comes ends that, with a WARNING.",
        "skip_pending",
        _break_skip,
        _fix_skip,
    ),
)
