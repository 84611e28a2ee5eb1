"""Healthy set-ups of much to do, or of nothing. Development only."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Final

from local.postgres.faults.fault import Fault
from local.postgres.pair import DATABASE, Pair
from local.postgres.second_table import TABLE, create_table, remove_table, subscribe_table
from local.postgres.slow_table import make_fast, make_slow
from sandbox.postgres.waiting import wait_until

_CUSTOMERS: Final = "customers who order all the time"
_MAX_LAG_SECONDS: Final = 4


def _make_busy(pair: Pair) -> None:
    pair.attachments.attach(_CUSTOMERS, _orders_all_the_time(pair))
    pair.wait_until_replicated()


def _undo_busy(pair: Pair) -> None:
    pair.attachments.detach(_CUSTOMERS)
    pair.wait_until_replicated()


@contextmanager
def _orders_all_the_time(pair: Pair) -> Iterator[None]:
    closed = Event()

    def order() -> None:
        while not closed.wait(0.01):
            pair.place_orders(20)

    customers = Thread(target=order)
    customers.start()
    try:
        yield
    finally:
        closed.set()
        customers.join()


def _make_idle(pair: Pair) -> None:
    """The subscriber asks for a sign of life every two seconds, instead of every thirty."""
    pair.subscriber.configure(wal_receiver_timeout="4s")
    _wait_beyond_limit(pair)


def _make_mute(pair: Pair) -> None:
    """Nobody asks for one, nobody sends one."""
    pair.subscriber.configure(wal_receiver_timeout="0")
    pair.publisher.configure(wal_sender_timeout="0")
    _wait_beyond_limit(pair)


def _wait_beyond_limit(pair: Pair) -> None:
    pair.wait_until_replicated()
    end = time.monotonic() + _MAX_LAG_SECONDS + 1
    wait_until(
        lambda: time.monotonic() > end,
        that="nobody has ordered for longer than the limit of lag",
        look_at=pair.publisher.log_tail,
    )


def _undo_idle(pair: Pair) -> None:
    pair.subscriber.configure(wal_receiver_timeout=None)
    pair.publisher.configure(wal_sender_timeout=None)
    pair.wait_until_replicated()


def _begin_copy(pair: Pair) -> None:
    remove_table(pair)
    create_table(pair)
    pair.publisher.sql(
        f"INSERT INTO {TABLE} SELECT id, 'too many' FROM generate_series(1, 10000) AS id "  # noqa: S608  ours
        "ON CONFLICT DO NOTHING",
        DATABASE,
    )
    make_slow(pair.subscriber, TABLE, seconds=0.01)
    subscribe_table(pair)
    copying = "SELECT FROM pg_stat_progress_copy WHERE tuples_processed > 0"
    wait_until(
        lambda: bool(pair.subscriber.sql(copying)),
        that=f"{TABLE} is being copied",
        look_at=pair.subscriber.log_tail,
    )


def _end_copy(pair: Pair) -> None:
    remove_table(pair)
    make_fast(pair.subscriber, TABLE)
    pair.wait_until_replicated()


SETUPS: Final = (
    Fault("busy", "Orders come all the time.", None, _make_busy, _undo_busy),
    Fault(
        "idle_beyond_threshold",
        "Nobody has ordered for longer than max-lag-seconds; the publisher sends keepalives.",
        None,
        _make_idle,
        _undo_idle,
        parameters={"max-lag-seconds": str(_MAX_LAG_SECONDS)},
        without_publisher=True,
    ),
    Fault(
        "idle_without_keepalives",
        "Nobody orders, and with timeouts of 0 neither server wants a sign of life.",
        None,
        _make_mute,
        _undo_idle,
        parameters={"max-lag-seconds": str(_MAX_LAG_SECONDS)},
        without_publisher=True,
    ),
    Fault(
        "initial_copy",
        "A large table is being copied, for minutes.",
        None,
        _begin_copy,
        _end_copy,
    ),
)
