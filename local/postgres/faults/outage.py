"""Faults of processes: a server is down, or one of its processes is frozen. Development only."""

import os
import signal
from typing import Final

from local.postgres.faults.fault import Fault
from local.postgres.faults.subscription import wait_until_worker_is_gone
from local.postgres.pair import SUBSCRIPTION, Pair
from local.postgres.waiting import wait_until

_SILENT_SECONDS: Final = 1


def _break_publisher_down(pair: Pair) -> None:
    pair.publisher.stop()
    wait_until_worker_is_gone(pair)


def _mend_publisher_down(pair: Pair) -> None:
    pair.publisher.start()
    pair.wait_until_replicated()


def _break_subscriber_down(pair: Pair) -> None:
    pair.subscriber.stop()


def _mend_subscriber_down(pair: Pair) -> None:
    pair.subscriber.start()
    pair.wait_until_replicated()


def _break_frozen_sender(pair: Pair) -> None:
    _signal_sender(pair, signal.SIGSTOP)
    pair.place_order()
    wait_until(
        lambda: _sender_is_behind(pair) and _nothing_received(pair),
        that="the WAL sender keeps an order back",
        look_at=pair.publisher.log_tail,
    )


def _mend_frozen_sender(pair: Pair) -> None:
    _signal_sender(pair, signal.SIGCONT)
    pair.wait_until_replicated()


def _break_subscriber_frozen(pair: Pair) -> None:
    pair.subscriber.freeze()
    wait_until(
        lambda: _is_silent(pair),
        that="the subscriber answers no connection",
        look_at=pair.subscriber.log_tail,
    )


def _mend_subscriber_frozen(pair: Pair) -> None:
    pair.subscriber.thaw()
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


def _nothing_received(pair: Pair) -> bool:
    query = f"""
        SELECT FROM pg_stat_subscription
        WHERE subname = :name AND relid IS NULL
        AND last_msg_receipt_time < now() - interval '{_SILENT_SECONDS} s'
    """
    return bool(pair.subscriber.sql(query, name=SUBSCRIPTION))


def _is_silent(pair: Pair) -> bool:
    try:
        with pair.subscriber.connect(timeout_seconds=_SILENT_SECONDS):
            return False
    except TimeoutError:
        return True


FAULTS: Final = (
    Fault(
        "publisher_down",
        "The publisher is stopped.",
        "worker_down",
        _break_publisher_down,
        _mend_publisher_down,
    ),
    Fault(
        "subscriber_down",
        "The subscriber is stopped.",
        "database_unreachable",
        _break_subscriber_down,
        _mend_subscriber_down,
    ),
    Fault(
        "frozen_sender",
        "The publisher's WAL sender is frozen; after wal_receiver_timeout (60 s) the subscriber "
        "gives the connection up, and the cause becomes another.",
        "publisher_lagging",
        _break_frozen_sender,
        _mend_frozen_sender,
    ),
    Fault(
        "subscriber_frozen",
        "The subscriber's postmaster is frozen: connections are accepted and never answered.",
        "database_timeout",
        _break_subscriber_frozen,
        _mend_subscriber_frozen,
    ),
)
