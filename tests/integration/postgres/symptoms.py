"""How each fault and each healthy set-up shows, in SQL or in the subscriber's log."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pg8000.native
import pytest

from local.postgres.pair import DATABASE, MONITOR, MONITOR_PASSWORD, Pair
from local.postgres.setups import SETUPS
from sandbox.postgres.server import Server

Look = Callable[[Pair], Any]


@dataclass(frozen=True)
class Symptom:
    """`look` must come to give `expected`; the log must have said `line` since the break."""

    look: Look
    expected: Any
    line: str = ""


def on_subscriber(query: str, database: str = "postgres") -> Look:
    return lambda pair: pair.subscriber.sql(query, database)


def on_publisher(query: str, database: str = DATABASE) -> Look:
    return lambda pair: pair.publisher.sql(query, database)


def sqlstate_of_login(server: Callable[[Pair], Server]) -> Look:
    def look(pair: Pair) -> Any:
        with pytest.raises(pg8000.native.DatabaseError) as caught:
            server(pair).connect(user=MONITOR, password=MONITOR_PASSWORD, database=DATABASE)
        return caught.value.args[0]["C"]

    return look


def sqlstate_of_update(pair: Pair) -> Any:
    with pytest.raises(pg8000.native.DatabaseError) as caught:
        pair.publisher.sql("UPDATE public.returns SET reason = 'none'", DATABASE)
    return caught.value.args[0]["C"]


def failure_of_connecting(pair: Pair) -> Any:
    with pytest.raises((pg8000.native.InterfaceError, TimeoutError)) as caught:
        pair.subscriber.connect(timeout_seconds=1)
    return caught.type


def login_of_onlooker(pair: Pair) -> Any:
    parameters = SETUPS["least_privilege"].parameters
    with pair.subscriber.connect(
        user=parameters["username"], password=parameters["password"], database=DATABASE
    ) as connection:
        return connection.run("SELECT pg_has_role('pg_read_all_stats', 'USAGE')")


def published_and_subscribed(pair: Pair) -> Any:
    return [
        pair.publisher.sql("SELECT count(*) FROM pg_publication_tables", DATABASE),
        pair.subscriber.sql("SELECT count(*) FROM pg_subscription_rel", DATABASE),
    ]


WORKER = """
    SELECT subenabled, pid IS NOT NULL
    FROM pg_subscription JOIN pg_stat_subscription ON oid = subid
    WHERE relid IS NULL ORDER BY pg_subscription.subname
"""
APPLY_ERRORS = """
    SELECT subenabled, apply_error_count > 0
    FROM pg_subscription JOIN pg_stat_subscription_stats ON oid = subid
"""
SYNC_ERRORS = "SELECT apply_error_count, sync_error_count > 0 FROM pg_stat_subscription_stats"
NO_ERRORS = "SELECT apply_error_count, sync_error_count FROM pg_stat_subscription_stats"
DISABLED_ON_ERROR = "SELECT subenabled, subdisableonerr FROM pg_subscription"
UNCOPIED = "SELECT srrelid::regclass::text FROM pg_subscription_rel WHERE srsubstate IN ('i', 'd')"
WAITING_COPY = """
    SELECT wait_event_type, wait_event FROM pg_stat_subscription JOIN pg_stat_activity USING (pid)
    WHERE relid IS NOT NULL
"""
WAITING_COPY_SENDER = """
    SELECT sender.wait_event, blocker.application_name
    FROM pg_stat_activity AS sender
    JOIN pg_stat_activity AS blocker ON blocker.pid = ANY (pg_blocking_pids(sender.pid))
"""
BLOCKER = """
    SELECT DISTINCT application_name, query
    FROM pg_stat_activity
    WHERE pid IN (SELECT unnest(pg_blocking_pids(pid)) FROM pg_stat_subscription)
"""
SILENCE = """
    SELECT received_lsn IS NOT NULL, now() - last_msg_send_time > interval '2 s', wait_event
    FROM pg_stat_subscription JOIN pg_stat_activity USING (pid)
"""
LATENESS = """
    SELECT last_msg_receipt_time - last_msg_send_time > interval '2 s', wait_event
    FROM pg_stat_subscription JOIN pg_stat_activity USING (pid)
"""
SLOTS = "SELECT slot_name, active FROM pg_replication_slots ORDER BY slot_name"
WAL_STATUS = "SELECT active, wal_status FROM pg_replication_slots"
RETAINED = """
    SELECT now_at - restart_lsn > 32e6, now_at - confirmed_flush_lsn < 1e6
    FROM pg_replication_slots, pg_current_wal_lsn() AS now_at
"""

FAULT_SYMPTOMS = {
    "conflict": Symptom(on_subscriber(APPLY_ERRORS), [[True, True]], "orders_pkey"),
    "constraint": Symptom(on_subscriber(APPLY_ERRORS), [[True, True]], "orders_are_cheap"),
    "disabled_on_error": Symptom(
        on_subscriber(DISABLED_ON_ERROR), [[False, True]], "has been disabled because of an error"
    ),
    "disabled_by_outage": Symptom(
        on_subscriber(DISABLED_ON_ERROR), [[False, True]], "could not receive data from WAL stream"
    ),
    "silent_divergence": Symptom(
        on_subscriber("SELECT confl_update_missing > 0 FROM pg_stat_subscription_stats"),
        [[True]],
        "conflict=update_missing",
    ),
    "missing_table": Symptom(
        on_subscriber(APPLY_ERRORS), [[True, True]], '"public.orders" does not exist'
    ),
    "missing_column": Symptom(
        on_subscriber(APPLY_ERRORS), [[True, True]], 'is missing replicated column: "note"'
    ),
    "owner_without_rights": Symptom(
        on_subscriber(APPLY_ERRORS), [[True, True]], 'role "shopkeeper" cannot SET ROLE'
    ),
    "disabled": Symptom(on_subscriber(WORKER), [[False, False]]),
    "made_disabled": Symptom(on_subscriber(WORKER), [[True, True], [False, False]]),
    "subscription_dropped": Symptom(on_subscriber("SELECT FROM pg_subscription"), []),
    "skip_pending": Symptom(
        on_subscriber("SELECT subskiplsn::text FROM pg_subscription"), [["FFFFFFFF/0"]]
    ),
    "copy_fails": Symptom(on_subscriber(SYNC_ERRORS), [[0, True]], "COPY returns, line 1"),
    "copy_locked_out": Symptom(on_subscriber(WAITING_COPY), [["Lock", "relation"]]),
    "copy_outlasts": Symptom(
        on_publisher(WAITING_COPY_SENDER), [["transactionid", "nightly report"]]
    ),
    "sync_workers_gone": Symptom(
        on_subscriber(UNCOPIED, DATABASE), [["returns"]], "out of logical replication worker slots"
    ),
    "publisher_slots_gone": Symptom(
        on_subscriber(SYNC_ERRORS), [[0, True]], "all replication slots are in use"
    ),
    "workers_gone": Symptom(
        on_subscriber(WORKER),
        [[True, True], [True, False]],
        "out of logical replication worker slots",
    ),
    "background_workers_gone": Symptom(
        on_subscriber(WORKER), [[True, False]], "out of background worker slots"
    ),
    "launcher_frozen": Symptom(on_subscriber(WORKER), [[True, False]]),
    "lock_timeout": Symptom(
        on_subscriber(APPLY_ERRORS), [[True, True]], "canceling statement due to lock timeout"
    ),
    "copy_timeout": Symptom(
        on_subscriber(SYNC_ERRORS), [[0, True]], "canceling statement due to statement timeout"
    ),
    "transaction_timeout": Symptom(
        on_subscriber(NO_ERRORS), [[0, 0]], "terminating connection due to transaction timeout"
    ),
    "worker_killed": Symptom(on_subscriber(NO_ERRORS), [[0, 0]], "was terminated by signal 9"),
    "blocked_apply": Symptom(
        on_subscriber(BLOCKER), [["nightly report", "LOCK TABLE public.orders IN SHARE MODE"]]
    ),
    "prepared_transaction": Symptom(
        on_subscriber("SELECT pg_blocking_pids(pid) FROM pg_stat_subscription"), [[[0]]]
    ),
    "standby_gone": Symptom(
        on_publisher(
            "SELECT application_name, wait_event FROM pg_stat_activity "
            "WHERE backend_type = 'walsender'"
        ),
        [["orders_sub", "WaitForStandbyConfirmation"]],
    ),
    "slow_apply": Symptom(on_subscriber(LATENESS), [[True, "PgSleep"]]),
    "frozen_sender": Symptom(on_subscriber(SILENCE), [[True, True, "LogicalApplyMain"]]),
    "late_messages": Symptom(on_subscriber(LATENESS), [[True, "LogicalApplyMain"]]),
    "network_timeout": Symptom(
        on_subscriber(SILENCE),
        [[False, True, "LibpqwalreceiverConnect"]],
        "terminating logical replication worker due to timeout",
    ),
    "limit_too_small": Symptom(on_subscriber("SHOW wal_receiver_timeout"), [["1min"]]),
    "slot_dropped": Symptom(on_publisher(SLOTS), [], "does not exist"),
    "slot_invalidated": Symptom(
        on_publisher(WAL_STATUS), [[False, "lost"]], "could not start WAL streaming"
    ),
    "slot_taken": Symptom(on_subscriber(WORKER), [[True, False]], "is active for PID"),
    "slot_unreserved": Symptom(on_publisher(WAL_STATUS), [[True, "unreserved"]]),
    "orphan_slot": Symptom(on_publisher(SLOTS), [["abandoned", False], ["orders_sub", True]]),
    "publication_dropped": Symptom(
        on_publisher("SELECT FROM pg_publication"), [], 'publication "orders_pub"'
    ),
    "table_not_refreshed": Symptom(published_and_subscribed, [[[2]], [[1]]]),
    "no_identity": Symptom(sqlstate_of_update, "55000"),
    "publisher_down": Symptom(
        on_subscriber(WORKER), [[True, False]], "could not connect to the publisher"
    ),
    "publisher_password": Symptom(
        on_subscriber(WORKER), [[True, False]], "password authentication failed"
    ),
    "subscriber_down": Symptom(failure_of_connecting, pg8000.native.InterfaceError),
    "subscriber_frozen": Symptom(failure_of_connecting, TimeoutError),
    "wrong_password": Symptom(sqlstate_of_login(lambda pair: pair.subscriber), "28P01"),
    "publisher_wrong_password": Symptom(sqlstate_of_login(lambda pair: pair.publisher), "28P01"),
    "no_connection_left": Symptom(sqlstate_of_login(lambda pair: pair.subscriber), "53300"),
    "mistyped_parameter": Symptom(on_subscriber(WORKER), [[True, True]]),
    "watched_elsewhere": Symptom(on_publisher("SELECT FROM pg_publication", "postgres"), []),
}

SETUP_SYMPTOMS = {
    "busy": Symptom(
        on_subscriber("SELECT count(*) > 20 FROM public.orders WHERE amount = 9.90", DATABASE),
        [[True]],
    ),
    "idle_beyond_threshold": Symptom(
        on_subscriber(
            "SELECT now() - last_msg_send_time < interval '4 s' FROM pg_stat_subscription"
        ),
        [[True]],
    ),
    "idle_without_keepalives": Symptom(
        on_subscriber(
            "SELECT now() - last_msg_send_time > interval '4 s' FROM pg_stat_subscription"
        ),
        [[True]],
    ),
    "initial_copy": Symptom(on_subscriber(UNCOPIED, DATABASE), [["returns"]]),
    "parallel_apply": Symptom(
        on_subscriber("SELECT DISTINCT leader_pid IS NULL FROM pg_stat_subscription ORDER BY 1"),
        [[False], [True]],
    ),
    "long_transaction": Symptom(on_publisher(RETAINED), [[True, True]]),
    "publisher_restart": Symptom(on_subscriber(WORKER), [[True, True]]),
    "subscriber_restart": Symptom(on_subscriber(WORKER), [[True, True]]),
    "two_databases": Symptom(on_subscriber(WORKER), [[True, True], [True, True]]),
    "least_privilege": Symptom(login_of_onlooker, [[False]]),
    "publisher_clock_ahead": Symptom(
        on_subscriber("SELECT last_msg_send_time > now() FROM pg_stat_subscription"), [[True]]
    ),
    "batch_consumer": Symptom(
        on_publisher(SLOTS), [["nightly_batch", False], ["orders_sub", True]]
    ),
    "muted_cause": FAULT_SYMPTOMS["conflict"],
    "muted_subscription": FAULT_SYMPTOMS["disabled"],
}
