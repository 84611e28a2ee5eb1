"""Snapshots for tables of cases: a healthy subscription, and what a case changes of it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from functions.check_replication.snapshot import Snapshot, Subscription

NOW = datetime(2026, 11, 22, 23, 34, 8, tzinfo=UTC)


def ago(seconds: float) -> datetime:
    return NOW - timedelta(seconds=seconds)


HEALTHY = Subscription(
    oid=16_400,
    name="orders_sub",
    database="shop",
    enabled=True,
    slot_name="orders_sub",
    disable_on_error=False,
    worker_pid=4711,
    received_lsn="0/1718500",
    last_msg_send_time=ago(1),
    last_msg_receipt_time=ago(0.99),
    latest_end_lsn="0/1718500",
    latest_end_time=ago(1),
    apply_error_count=0,
    sync_error_count=0,
    stats_reset=None,
)

DOWN = replace(
    HEALTHY,
    worker_pid=None,
    received_lsn=None,
    last_msg_send_time=None,
    last_msg_receipt_time=None,
    latest_end_lsn=None,
    latest_end_time=None,
)
"""Without a worker the view has one row of NULLs."""


def snapshot(*subscriptions: Subscription, seconds_later: float = 0, **server: Any) -> Snapshot:
    facts: dict[str, Any] = {
        "taken_at": NOW + timedelta(seconds=seconds_later),
        "server_version": "18.4",
        "in_recovery": False,
        "wal_retrieve_retry_seconds": 5.0,
    }
    return Snapshot(**(facts | server), subscriptions=subscriptions)
