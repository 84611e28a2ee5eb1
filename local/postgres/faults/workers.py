"""Faults of the subscriber's background processes: no apply worker starts. Development only."""

import os
import signal
from typing import Final

from local.postgres import second_database
from local.postgres.faults.fault import Fault
from local.postgres.faults.symptoms import wait_until_worker_is_gone
from local.postgres.pair import Pair


def _break_workers(pair: Pair) -> None:
    subscriber = pair.subscriber
    second_database.create_database(subscriber)
    second_database.subscribe(pair, subscriber)
    second_database.wait_until_subscription_works(subscriber)
    pair.alter_subscription("DISABLE")
    subscriber.configure(max_logical_replication_workers="1")
    subscriber.restart()
    second_database.wait_until_subscription_works(subscriber)
    with subscriber.logs("out of logical replication worker slots"):
        pair.alter_subscription("ENABLE")


def _fix_workers(pair: Pair) -> None:
    pair.subscriber.configure(max_logical_replication_workers=None)
    pair.subscriber.restart()
    second_database.remove_database(pair, pair.subscriber)
    _enable(pair)


def _break_background_workers(pair: Pair) -> None:
    pair.subscriber.configure(max_worker_processes="1")
    with pair.subscriber.logs("out of background worker slots"):
        pair.subscriber.restart()


def _fix_background_workers(pair: Pair) -> None:
    pair.subscriber.configure(max_worker_processes=None)
    pair.subscriber.restart()
    pair.wait_until_replicated()


def _break_launcher(pair: Pair) -> None:
    pair.alter_subscription("DISABLE")
    wait_until_worker_is_gone(pair)
    _signal_launcher(pair, signal.SIGSTOP)
    pair.alter_subscription("ENABLE")


def _fix_launcher(pair: Pair) -> None:
    _signal_launcher(pair, signal.SIGCONT)
    _enable(pair)


def _signal_launcher(pair: Pair, signal_: signal.Signals) -> None:
    query = "SELECT pid FROM pg_stat_activity WHERE backend_type = 'logical replication launcher'"
    for [pid] in pair.subscriber.sql(query):
        os.kill(pid, signal_)


def _enable(pair: Pair) -> None:
    pair.alter_subscription("ENABLE")
    pair.wait_until_replicated()


FAULTS: Final = (
    Fault(
        "workers_gone",
        "Another database's subscription has the only logical replication worker.",
        "worker_slots_exhausted",
        _break_workers,
        _fix_workers,
    ),
    Fault(
        "background_workers_gone",
        "max_worker_processes is too small for any logical replication worker.",
        "worker_slots_exhausted",
        _break_background_workers,
        _fix_background_workers,
        probe_cause="worker_down",
    ),
    Fault(
        "launcher_frozen",
        "The logical replication launcher is frozen: no worker starts, and no log line says why.",
        "worker_down",
        _break_launcher,
        _fix_launcher,
    ),
)
