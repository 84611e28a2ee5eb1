"""Healthy set-ups with a long transaction on the publisher. Development only."""

from typing import Final

from local.postgres.faults.fault import Fault
from local.postgres.pair import Pair
from local.postgres.sessions import open_transaction
from sandbox.postgres.waiting import wait_until
from sandbox.postgres.wal import fill_segments

_TRANSACTION: Final = "a long transaction on the publisher"
_MANY_ORDERS: Final = """
    INSERT INTO public.orders (customer, amount)
    SELECT repeat('a very long name ', 20), 9.90 FROM generate_series(1, 5000)
"""


def _make_parallel(pair: Pair) -> None:
    pair.publisher.configure(logical_decoding_work_mem="64kB")
    pair.alter_subscription("SET (streaming = parallel)")
    pair.wait_until_replicated()
    pair.attachments.attach(_TRANSACTION, open_transaction(pair.publisher, _MANY_ORDERS))
    workers = "SELECT FROM pg_stat_subscription WHERE leader_pid IS NOT NULL"
    wait_until(
        lambda: bool(pair.subscriber.sql(workers)),
        that="a parallel apply worker runs",
        look_at=pair.subscriber.log_tail,
    )


def _undo_parallel(pair: Pair) -> None:
    pair.attachments.detach(_TRANSACTION)
    pair.publisher.configure(logical_decoding_work_mem=None)
    pair.alter_subscription(f"SET (streaming = {_default_streaming(pair)})")
    pair.wait_until_replicated()


def _default_streaming(pair: Pair) -> str:
    return "parallel" if pair.subscriber.version.startswith("18.") else "off"


def _keep_wal(pair: Pair) -> None:
    transaction = open_transaction(pair.publisher, "SELECT pg_current_xact_id()")
    pair.attachments.attach(_TRANSACTION, transaction)
    fill_segments(pair.publisher, 3)
    pair.wait_until_replicated()


def _release_wal(pair: Pair) -> None:
    pair.attachments.detach(_TRANSACTION)
    pair.wait_until_replicated()


SETUPS: Final = (
    Fault(
        "parallel_apply",
        "A large transaction is being applied in parallel before it is committed.",
        None,
        _make_parallel,
        _undo_parallel,
        versions=frozenset({"16", "17", "18"}),
    ),
    Fault(
        "long_transaction",
        "A long transaction holds the slot's restart_lsn back; what is committed is replicated.",
        None,
        _keep_wal,
        _release_wal,
        watches_publisher=True,
    ),
)
