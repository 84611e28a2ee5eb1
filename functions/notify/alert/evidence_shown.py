"""Which evidence an alert shows for which cause, in which order and under which label. Pure."""

from collections.abc import Mapping
from typing import Final

LABELS: Final[Mapping[str, str]] = {
    # of the error
    "table": "Table",
    "tables": "Tables",
    "table_count": "Number of tables",
    "column": "Column",
    "constraint": "Constraint or index",
    "key_columns": "Key",
    "conflict": "Conflict",
    "conflict_counts": "Conflicts so far",
    "transaction": "Transaction",
    "finish_lsn": "Finish LSN",
    "skip_lsn": "LSN to skip",
    "error_times": "Times in the log",
    "apply_error_count": "Apply errors so far",
    "sync_error_count": "Copy errors so far",
    "sqlstate": "SQLSTATE",
    # of the apply worker
    "blocker_pid": "Blocked by pid",
    "blocker_user": "Blocker's user",
    "blocker_application": "Blocker's application",
    "blocker_query": "Blocker's query",
    "blocker_age_seconds": "Blocker's transaction",
    "blocked_seconds": "Blocked for",
    "worker_pid": "Apply worker's pid",
    "lag_seconds": "Lag",
    "max_lag_seconds": "Limit of lag",
    "silent_seconds": "Silent for",
    "last_msg_send_time": "Last message sent",
    "last_msg_receipt_time": "Last message received",
    "received_lsn": "Received up to",
    "latest_end_lsn": "Confirmed up to",
    # of the slot and the publisher
    "seconds_left": "Time left",
    "safe_wal_bytes": "WAL left",
    "retained_wal_bytes": "WAL retained",
    "max_slot_wal_keep_bytes": "Limit of WAL",
    "wal_status": "State of its WAL",
    "invalidation_reason": "Invalidated by",
    "inactive_since": "Unused since",
    "inactive_seconds": "Unused for",
    "active_pid": "Used by pid",
    "slot_name": "Slot",
    "slot_database": "Slot's database",
    "publication": "Publication",
    "publications": "Publications",
    "publisher": "Publisher",
    # of a limit
    "workers_in_use": "Workers in use",
    "max_logical_replication_workers": "Limit of workers",
    "slots_in_use": "Slots in use",
    "max_replication_slots": "Limit of slots",
    # of all
    "side": "Server",
    "database": "Database",
    "server_version": "PostgreSQL",
    "publisher_version": "Publisher's PostgreSQL",
}
"""What can be shown, the most telling first."""


def _keys(names: str) -> frozenset[str]:
    return frozenset(names.split())


_ERROR = _keys(
    "table tables table_count column constraint key_columns conflict transaction finish_lsn "
    "error_times apply_error_count"
)
_COPY = _keys("table tables table_count column constraint key_columns error_times sync_error_count")
_CONNECTION = _keys("publisher slot_name active_pid last_msg_receipt_time received_lsn error_times")
_SLOT = _keys(
    "slot_name slot_database publisher wal_status invalidation_reason active_pid seconds_left "
    "safe_wal_bytes retained_wal_bytes max_slot_wal_keep_bytes inactive_since "
    "inactive_seconds"
)
_PUBLISHED = _keys("publication publications tables table table_count publisher")
_LAG = _keys(
    "lag_seconds max_lag_seconds silent_seconds last_msg_send_time last_msg_receipt_time "
    "received_lsn latest_end_lsn worker_pid"
)
_BLOCKED = _keys(
    "blocker_pid blocker_user blocker_application blocker_query blocker_age_seconds "
    "blocked_seconds worker_pid"
)
_LIMIT = _keys(
    "workers_in_use max_logical_replication_workers slots_in_use max_replication_slots "
    "publisher tables"
)
_ALWAYS = frozenset({"database", "server_version"})
_OF_CAUSE: Final[Mapping[str, frozenset[str]]] = {
    **dict.fromkeys(("apply_error", "apply_conflict", "constraint_violation"), _ERROR),
    **dict.fromkeys(("schema_mismatch", "permission_denied", "disabled_on_error"), _ERROR),
    **dict.fromkeys(("table_sync_failed", "table_sync_stalled"), _COPY),
    **dict.fromkeys(("worker_down", "publisher_unreachable", "network_timeout"), _CONNECTION),
    "publisher_auth_failed": _CONNECTION,
    **dict.fromkeys(("slot_missing", "slot_lost", "slot_busy"), _SLOT),
    **dict.fromkeys(("slot_at_risk", "slot_inactive"), _SLOT),
    **dict.fromkeys(("publication_missing", "publication_not_refreshed"), _PUBLISHED),
    "replica_identity_missing": _PUBLISHED,
    **dict.fromkeys(("apply_lagging", "publisher_lagging", "subscriber_lagging"), _LAG),
    "apply_blocked": _BLOCKED,
    **dict.fromkeys(("worker_slots_exhausted", "publisher_slots_exhausted"), _LIMIT),
    "silent_divergence": frozenset({"table", "conflict", "conflict_counts"}),
    "skip_pending": frozenset({"skip_lsn"}),
    "subscription_disabled": frozenset({"slot_name", "publisher"}),
}
"""For other causes, whatever is known."""


def shown_for(cause: str) -> tuple[str, ...]:
    """The keys of evidence worth showing with a cause, in order."""
    wanted = _OF_CAUSE.get(cause, frozenset(LABELS)) | _ALWAYS
    return tuple(key for key in LABELS if key in wanted)
