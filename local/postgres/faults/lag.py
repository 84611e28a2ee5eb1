"""Faults of being late: replication works, or waits, and the subscriber is behind.

Development only.
"""

import os
import signal
from typing import Final

from functions.catalogue.quoting import literal
from local.postgres.faults.fault import Fault
from local.postgres.faults.symptoms import wait_until_leader_is, wait_until_worker_is_gone
from local.postgres.pair import DATABASE, SUBSCRIPTION, Pair
from local.postgres.renewal import drop_slot, slot_is
from local.postgres.sessions import open_transaction
from local.postgres.slow_table import make_fast, make_slow
from sandbox.postgres.proxy import Proxy
from sandbox.postgres.waiting import wait_until

_GID: Final = "order's half: 1"
_STANDBY: Final = "standby_slot"
_BLOCKER: Final = "a session with a lock on the orders"
_PROXY: Final = "a proxy before the publisher"
_MAX_LAG_SECONDS: Final = 2
_PARAMETERS: Final = {"max-lag-seconds": str(_MAX_LAG_SECONDS)}
"""A limit for servers whose idle publisher owes no sign of life (`_expect_nothing`)."""

_TIMEOUT_SECONDS: Final = 40
"""Half of it, when a sign of life is asked for, leaves as long until the worker gives up."""

_SHORT_TIMEOUT_SECONDS: Final = 2
_FOR_EVER_SECONDS: Final = 86_400.0


def _expect_nothing(pair: Pair) -> None:
    """The worker waits for ever; so the silence of the publisher is not judged."""
    pair.subscriber.configure(wal_receiver_timeout="0")


def _fix_timeout(pair: Pair) -> None:
    pair.subscriber.configure(wal_receiver_timeout=None)


def _least_limit(timeout_seconds: int) -> int:
    """An idle publisher's last message gets half of wal_receiver_timeout old, and a little."""
    return timeout_seconds // 2 + 2


def _break_blocked(pair: Pair) -> None:
    _expect_nothing(pair)
    lock = "LOCK TABLE public.orders IN SHARE MODE"
    pair.attachments.attach(_BLOCKER, open_transaction(pair.subscriber, lock))
    pair.place_order()
    _wait_until_blocked(pair)


def _break_prepared(pair: Pair) -> None:
    _finish_prepared(pair)
    pair.subscriber.configure(max_prepared_transactions="1")
    pair.subscriber.restart()
    pair.wait_until_replicated()
    with pair.subscriber.connect(database=DATABASE) as connection:
        connection.run("BEGIN")
        connection.run("LOCK TABLE public.orders IN SHARE MODE")
        connection.run(f"PREPARE TRANSACTION {literal(_GID)}")
    pair.place_order()
    _wait_until_blocked(pair)


def _fix_prepared(pair: Pair) -> None:
    _finish_prepared(pair)
    pair.subscriber.configure(max_prepared_transactions=None)
    pair.subscriber.restart()
    pair.wait_until_replicated()


def _finish_prepared(pair: Pair) -> None:
    for [gid] in pair.subscriber.sql("SELECT gid FROM pg_prepared_xacts"):
        pair.subscriber.sql(f"ROLLBACK PREPARED {literal(gid)}", DATABASE)


def _wait_until_blocked(pair: Pair) -> None:
    waiting = "pid IN (SELECT pid FROM pg_locks WHERE NOT granted AND waitstart < now() - interval"
    wait_until_leader_is(pair, f"{waiting} '{_MAX_LAG_SECONDS} s')")


def _fix_blocked(pair: Pair) -> None:
    _fix_timeout(pair)
    pair.attachments.detach(_BLOCKER)
    pair.wait_until_replicated()


def _break_standby(pair: Pair) -> None:
    _fix_standby(pair)
    _set_failover(pair, "true")
    name = "pg_create_physical_replication_slot(:name, immediately_reserve => true)"
    pair.publisher.sql(f"SELECT {name}", name=_STANDBY)
    pair.publisher.configure(synchronized_standby_slots=_STANDBY)
    pair.place_orders(500)
    wait_until(
        lambda: _sender_waits(pair, "WaitForStandbyConfirmation"),
        that="the WAL sender waits for a standby",
        look_at=pair.publisher.log_tail,
    )


def _fix_standby(pair: Pair) -> None:
    pair.publisher.configure(synchronized_standby_slots=None)
    drop_slot(pair.publisher, _STANDBY)
    pair.wait_until_replicated()
    _set_failover(pair, "false")


def _set_failover(pair: Pair, value: str) -> None:
    pair.alter_subscription("DISABLE")
    wait_until_worker_is_gone(pair)
    wait_until(
        lambda: slot_is(pair.publisher, SUBSCRIPTION, "NOT active"),
        that="nobody reads the slot",
        look_at=pair.publisher.log_tail,
    )
    pair.alter_subscription(f"SET (failover = {value})")
    pair.alter_subscription("ENABLE")
    pair.wait_until_replicated()


def _sender_waits(pair: Pair, event: str) -> bool:
    query = """
        SELECT FROM pg_stat_activity
        WHERE application_name = :name AND backend_type = 'walsender' AND wait_event = :event
    """
    return bool(pair.publisher.sql(query, name=SUBSCRIPTION, event=event))


def _break_slow(pair: Pair) -> None:
    _expect_nothing(pair)
    make_slow(pair.subscriber, "public.orders", seconds=0.2)
    pair.place_orders(250)
    _wait_until_messages_are_late(pair)


def _fix_slow(pair: Pair) -> None:
    _fix_timeout(pair)
    make_fast(pair.subscriber, "public.orders")
    pair.wait_until_replicated()


def _break_frozen_sender(pair: Pair) -> None:
    pair.subscriber.configure(wal_receiver_timeout=f"{_TIMEOUT_SECONDS}s")
    pair.wait_until_replicated()
    _signal_sender(pair, signal.SIGSTOP)
    pair.place_order()
    wait_until(
        lambda: _sender_is_behind(pair),
        that="the WAL sender keeps an order back",
        look_at=pair.publisher.log_tail,
    )
    _wait_until_nothing_comes(pair, _least_limit(_TIMEOUT_SECONDS))


def _fix_frozen_sender(pair: Pair) -> None:
    _fix_timeout(pair)
    _signal_sender(pair, signal.SIGCONT)
    pair.wait_until_replicated()


def _signal_sender(pair: Pair, signal_: signal.Signals) -> None:
    query = "SELECT pid FROM pg_stat_replication WHERE application_name = :name"
    for [pid] in pair.publisher.sql(query, name=SUBSCRIPTION):
        os.kill(pid, signal_)


def _sender_is_behind(pair: Pair) -> bool:
    query = """
        SELECT FROM pg_stat_replication
        WHERE application_name = :name AND sent_lsn < pg_current_wal_lsn()
    """
    return bool(pair.publisher.sql(query, name=SUBSCRIPTION))


def _break_late(pair: Pair) -> None:
    _expect_nothing(pair)
    proxy = _put_proxy_between(pair)
    proxy.delay_seconds = _MAX_LAG_SECONDS + 1
    pair.place_order()
    _wait_until_messages_are_late(pair)


def _fix_late(pair: Pair) -> None:
    _fix_timeout(pair)
    _take_proxy_away(pair)


def _break_network(pair: Pair) -> None:
    """The worker gives the connection up, and its successor waits for an answer to its first."""
    proxy = _put_proxy_between(pair)
    pair.subscriber.configure(wal_receiver_timeout=f"{_SHORT_TIMEOUT_SECONDS}s")
    with pair.subscriber.logs("terminating logical replication worker due to timeout"):
        proxy.delay_seconds = _FOR_EVER_SECONDS
    wait_until_leader_is(pair, "received_lsn IS NULL")
    _wait_until_nothing_comes(pair, _least_limit(_SHORT_TIMEOUT_SECONDS))


def _fix_network(pair: Pair) -> None:
    _fix_timeout(pair)
    _take_proxy_away(pair)


def _put_proxy_between(pair: Pair) -> Proxy:
    _take_proxy_away(pair)
    proxy = pair.attachments.attach(_PROXY, Proxy(pair.publisher.port))
    pair.connect_through(proxy.port)
    pair.wait_until_replicated()
    return proxy


def _take_proxy_away(pair: Pair) -> None:
    """First the new address, then the end of the old connection: it brings a new worker."""
    pair.connect_through(pair.publisher.port)
    pair.attachments.detach(_PROXY)
    pair.wait_until_replicated()


def _wait_until_nothing_comes(pair: Pair, seconds: int) -> None:
    wait_until_leader_is(pair, f"now() - last_msg_send_time > interval '{seconds} s'")


def _leave_idle(pair: Pair) -> None:
    """The parameter is the fault."""
    pair.wait_until_replicated()


def _wait_until_messages_are_late(pair: Pair) -> None:
    delay = "last_msg_receipt_time - last_msg_send_time"
    wait_until_leader_is(pair, f"{delay} > interval '{_MAX_LAG_SECONDS} s'")


FAULTS: Final = (
    Fault(
        "blocked_apply",
        "A session on the subscriber holds a lock that the apply worker waits for.",
        "apply_blocked",
        _break_blocked,
        _fix_blocked,
        parameters=_PARAMETERS,
    ),
    Fault(
        "prepared_transaction",
        "A prepared transaction on the subscriber, of no session, holds a lock that the apply "
        "worker waits for.",
        "apply_blocked",
        _break_prepared,
        _fix_prepared,
        parameters=_PARAMETERS,
    ),
    Fault(
        "standby_gone",
        "The publisher sends only what a standby has, and nobody reads that standby's slot.",
        "standby_behind",
        _break_standby,
        _fix_standby,
        parameters={"max-backlog-bytes": "50000"},
        watches_publisher=True,
        versions=frozenset({"17", "18"}),
    ),
    Fault(
        "slow_apply",
        "Each order takes the apply worker a fifth of a second, and many came at once: it is "
        "behind and falls further behind, for most of a minute.",
        "apply_lagging",
        _break_slow,
        _fix_slow,
        parameters=_PARAMETERS,
        without_publisher=True,
    ),
    Fault(
        "frozen_sender",
        "The publisher's WAL sender is frozen; after wal_receiver_timeout (40 s) the subscriber "
        "gives the connection up, and the cause becomes another.",
        "publisher_lagging",
        _break_frozen_sender,
        _fix_frozen_sender,
        parameters={"max-lag-seconds": str(_least_limit(_TIMEOUT_SECONDS))},
    ),
    Fault(
        "late_messages",
        "Messages take seconds from the publisher to the subscriber.",
        "subscriber_lagging",
        _break_late,
        _fix_late,
        parameters=_PARAMETERS,
        without_publisher=True,
    ),
    Fault(
        "network_timeout",
        "The network swallows what the publisher sends, without an end of the connection.",
        "network_timeout",
        _break_network,
        _fix_network,
        probe_cause="publisher_lagging",
        parameters={"max-lag-seconds": str(_least_limit(_SHORT_TIMEOUT_SECONDS))},
    ),
    Fault(
        "limit_too_small",
        "max-lag-seconds is 10, and an idle publisher sends a message every thirty seconds.",
        "limit_too_small",
        _leave_idle,
        _leave_idle,
        parameters={"max-lag-seconds": "10"},
        without_publisher=True,
    ),
)
