"""Snapshots for tables of cases: a healthy subscription, and what a case changes of it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from functions.check_replication.checked import Memory
from functions.check_replication.diagnosis import (
    Publishers,
    PublisherSamples,
    Samples,
    compare,
    diagnose,
)
from functions.check_replication.memory.remembered import RememberedCluster
from functions.check_replication.publisher_snapshot import Publication, PublisherSnapshot, Slot
from functions.check_replication.snapshot import Snapshot, Subscription, Tables
from functions.check_replication.targets import Limits
from functions.report import Finding

NOW = datetime(2026, 11, 22, 23, 34, 8, tzinfo=UTC)
NO_MEMORY = Memory({}, NOW)
LIMITS = Limits(300.0)


def ago(seconds: float) -> datetime:
    return NOW - timedelta(seconds=seconds)


HEALTHY = Subscription(
    oid=16_400,
    name="orders_sub",
    database="shop",
    enabled=True,
    slot_name="orders_sub",
    publications=("orders_pub",),
    disable_on_error=False,
    skip_lsn=None,
    apply_error_count=0,
    sync_error_count=0,
    conflicts={},
    stats_reset=None,
    worker_pid=4711,
    worker_start=ago(3600),
    received_lsn="0/1718500",
    last_msg_send_time=ago(1),
    last_msg_receipt_time=ago(0.99),
    latest_end_lsn="0/1718500",
    wait_event_type="Activity",
    wait_event="LogicalApplyMain",
    blocked_since=None,
    blocker_pid=None,
    blocker_user=None,
    blocker_application=None,
    blocker_query=None,
    blocker_age_seconds=None,
    tables=Tables(frozenset({"public.orders"})),
)

DOWN = replace(
    HEALTHY,
    worker_pid=None,
    worker_start=None,
    received_lsn=None,
    last_msg_send_time=None,
    last_msg_receipt_time=None,
    latest_end_lsn=None,
    wait_event_type=None,
    wait_event=None,
)
"""Without a worker the view has one row of NULLs."""


def snapshot(*subscriptions: Subscription, seconds_later: float = 0, **server: Any) -> Snapshot:
    facts: dict[str, Any] = {
        "taken_at": NOW + timedelta(seconds=seconds_later),
        "server_version": "18.4",
        "in_recovery": False,
        "sees_activity": True,
        "wal_retrieve_retry_seconds": 5.0,
        "wal_receiver_timeout_seconds": 60.0,
        "max_workers": 4,
        "workers_in_use": 1,
    }
    return Snapshot(**(facts | server), subscriptions=subscriptions)


SLOT = Slot(
    name="orders_sub",
    database="shop",
    active=True,
    active_pid=99,
    wal_status="reserved",
    safe_wal_bytes=None,
    retained_wal_bytes=56.0,
    confirmed_bytes=1_000_000.0,
    inactive_since=None,
    invalidation_reason=None,
    is_synced=False,
    sender_name="orders_sub",
    sender_start=ago(3600),
)

PUBLICATION = Publication("orders_pub", frozenset({"public.orders"}), ())


def publisher(
    *slots: Slot,
    publications: tuple[Publication, ...] = (PUBLICATION,),
    seconds_later: float = 0,
    **server: Any,
) -> PublisherSnapshot:
    facts: dict[str, Any] = {
        "taken_at": NOW + timedelta(seconds=seconds_later),
        "server_version": "18.4",
        "database": "shop",
        "wal_bytes": 1_000_000.0,
        "max_slots": 10,
        "slots_in_use": len(slots),
        "max_slot_wal_keep_bytes": None,
    }
    return PublisherSnapshot(**(facts | server), slots=slots, publications=publications)


def watching(*seen: PublisherSamples | None) -> Publishers:
    """Those that are not None, all of them seen."""
    return Publishers(tuple(samples for samples in seen if samples is not None))


def diagnosed(
    samples: Samples,
    max_lag_seconds: float,
    seen: PublisherSamples | None = None,
    remembered: RememberedCluster | None = None,
    checked_at: datetime = NOW,
) -> tuple[Finding, ...]:
    """What is found with that memory, or without any."""
    limits = Limits(max_lag_seconds)
    publishers = watching(seen)
    histories = compare(samples, publishers, remembered, checked_at, limits)
    return diagnose(samples, limits, publishers, histories)
