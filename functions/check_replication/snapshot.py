"""What a probe saw at one instant. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Subscription:
    """One subscription and its leader apply worker (pg_subscription, pg_stat_subscription).

    The worker's values are None while none runs; times are the server's, aware; LSNs are `X/X`.
    `disable_on_error`, the error counts and `stats_reset` exist from PostgreSQL 15 on
    (pg_stat_subscription_stats), else None.
    """

    oid: int
    name: str
    database: str
    enabled: bool
    slot_name: str | None
    disable_on_error: bool | None
    worker_pid: int | None
    received_lsn: str | None
    last_msg_send_time: datetime | None
    last_msg_receipt_time: datetime | None
    latest_end_lsn: str | None
    latest_end_time: datetime | None
    apply_error_count: int | None
    sync_error_count: int | None
    stats_reset: datetime | None

    @property
    def down(self) -> bool:
        """Enabled, yet without an apply worker: ambiguous until looked at twice."""
        return self.enabled and self.worker_pid is None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One look at one server; `taken_at` is the server's own clock."""

    taken_at: datetime
    server_version: str
    in_recovery: bool
    wal_retrieve_retry_seconds: float
    subscriptions: tuple[Subscription, ...]

    def find(self, oid: int) -> Subscription | None:
        return next((one for one in self.subscriptions if one.oid == oid), None)

    @classmethod
    def from_rows(cls, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> Self:
        """Freeze the rows of subscriptions.sql; columns this version does not know are ignored.

        The statement yields at least one row; without subscriptions its subscription columns are
        NULL. Raises `KeyError` naming a column that is missing.
        """
        records = [dict(zip(columns, row, strict=True)) for row in rows]
        server = records[0]
        return cls(
            taken_at=server["taken_at"],
            server_version=server["server_version"],
            in_recovery=server["in_recovery"],
            wal_retrieve_retry_seconds=server["wal_retrieve_retry_ms"] / 1000,
            subscriptions=tuple(
                _subscription(record) for record in records if record["oid"] is not None
            ),
        )


def _subscription(record: Mapping[str, Any]) -> Subscription:
    return Subscription(**{column.name: record[column.name] for column in fields(Subscription)})
