"""What a probe saw of a subscriber at one instant (subscriber.sql). Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import Any, Final, Self

from functions.catalogue.quoting import identifier
from functions.check_replication.decoding import unescaped

_QUERY_CHARACTERS: Final = 300
_REASON_CHARACTERS: Final = 200
_DATABASES_NAMED: Final = 3


def qualified_names(tables: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Of `(schema, name)`, quoted here: a server's way depends on its version and settings."""
    return (f"{identifier(schema)}.{identifier(name)}" for schema, name in tables)


@dataclass(frozen=True, slots=True)
class Copy:
    """An initial copy that is under way (copies.sql); `rows` and `bytes` are those it has so far.

    They are None before the first (pg_stat_progress_copy). The blocker is whose lock it waits for.
    """

    table_oid: int
    table: str
    pid: int
    started: datetime | None
    wait_event_type: str | None
    wait_event: str | None
    rows: int | None = None
    bytes: int | None = None
    blocker_pid: int | None = None
    blocker_user: str | None = None
    blocker_application: str | None = None
    blocker_query: str | None = None
    blocker_age_seconds: float | None = None
    blocked_since: datetime | None = None

    @property
    def waits(self) -> bool:
        """For others: a lock or the publisher. One that computes, reads or sleeps is at work."""
        return self.wait_event_type in {"Lock", "Client"}


@dataclass(frozen=True, slots=True)
class Tables:
    """The tables of a subscription (pg_subscription_rel), names ready to stand in SQL.

    `pending` are those not ready (srsubstate other than r), `unfinished` the OIDs of those whose
    copy is not done (i, d or f), `copying` the pids that copy them, by the tables' OIDs. `copies`
    are what those do (14+).
    """

    names: frozenset[str]
    pending: tuple[str, ...] = ()
    copying: Mapping[int, int] = field(default_factory=dict)
    unfinished: frozenset[int] = frozenset()
    copies: tuple[Copy, ...] = ()

    @property
    def workers(self) -> tuple[int, ...]:
        return tuple(self.copying.values())

    @classmethod
    def from_json(cls, document: Mapping[str, Any] | None) -> Self | None:
        if document is None:
            return None
        return cls(
            names=frozenset(qualified_names(document["names"])),
            pending=tuple(qualified_names(document["pending"])),
            copying={int(table): int(pid) for table, pid in document["copying"].items()},
            unfinished=frozenset(document["unfinished"]),
        )


@dataclass(frozen=True, slots=True)
class Subscription:
    """One subscription and its leader apply worker (pg_subscription, pg_stat_subscription).

    The worker's values are None while none runs; times are the server's, aware; LSNs are `X/X`.
    `disable_on_error`, `skip_lsn`, the error counts and `stats_reset` exist from PostgreSQL 15 on
    (pg_stat_subscription_stats), `conflicts` from 18. `blocker_…` describes the session whose lock
    an apply worker waits for, or the prepared transaction: pid 0, and `blocker_gid`. `tables` is
    None where they cannot be seen.
    """

    oid: int
    name: str
    database: str
    enabled: bool
    slot_name: str | None
    publications: tuple[str, ...]
    disable_on_error: bool | None
    skip_lsn: str | None
    apply_error_count: int | None
    sync_error_count: int | None
    conflicts: Mapping[str, int]
    stats_reset: datetime | None
    worker_pid: int | None
    worker_start: datetime | None
    received_lsn: str | None
    last_msg_send_time: datetime | None
    last_msg_receipt_time: datetime | None
    latest_end_lsn: str | None
    wait_event_type: str | None
    wait_event: str | None
    blocked_since: datetime | None
    blocker_pid: int | None
    blocker_user: str | None
    blocker_application: str | None
    blocker_query: str | None
    blocker_age_seconds: float | None
    tables: Tables | None
    blocker_gid: str | None = None

    @property
    def is_blocked_by_prepared(self) -> bool:
        """By a transaction that no session holds any more (pg_blocking_pids() has 0 for it)."""
        return self.blocker_pid == 0

    @property
    def waits_for_messages(self) -> bool:
        """It has nothing to do (pg_stat_activity.wait_event)."""
        return self.wait_event == "LogicalApplyMain"

    @property
    def down(self) -> bool:
        """Enabled, yet without an apply worker: ambiguous until sampled again."""
        return self.enabled and self.worker_pid is None


@dataclass(frozen=True, slots=True)
class Unseen:
    """A database whose tables could not be seen: a cause of the catalogue, and the reason."""

    database: str
    cause: str
    reason: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One sample of one server; `taken_at` is the server's own clock.

    `sees_activity` is False where the role lacks pg_read_all_stats; `unseen` says why tables of
    other databases are not known.
    """

    taken_at: datetime
    server_version: str
    in_recovery: bool
    sees_activity: bool
    wal_retrieve_retry_seconds: float
    wal_receiver_timeout_seconds: float
    max_workers: int
    workers_in_use: int
    subscriptions: tuple[Subscription, ...]
    unseen: tuple[Unseen, ...] = ()

    def find(self, oid: int) -> Subscription | None:
        return next(
            (subscription for subscription in self.subscriptions if subscription.oid == oid), None
        )

    @property
    def not_visible(self) -> tuple[str, ...]:
        """What the role may not see, and what would show it; nothing of it is taken for healthy."""
        unseen = []
        if not self.sees_activity:
            unseen.append("what sessions do, such as who blocks a worker (GRANT pg_read_all_stats)")
        reasons: dict[str, list[str]] = {}
        for name in self.other_databases:
            lost = self.unseen_of(name)
            reason = "not sampled" if lost is None else lost.reason
            reasons.setdefault(reason[:_REASON_CHARACTERS].rstrip("."), []).append(name)
        unseen += [
            f"the tables of subscriptions in {_databases(names)} ({reason})"
            for reason, names in reasons.items()
        ]
        return tuple(unseen)

    def unseen_of(self, database: str) -> Unseen | None:
        return next((lost for lost in self.unseen if lost.database == database), None)

    @property
    def other_databases(self) -> tuple[str, ...]:
        """Databases whose subscriptions' tables were not seen from this one."""
        unseen = (
            subscription.database
            for subscription in self.subscriptions
            if subscription.tables is None
        )
        return tuple(dict.fromkeys(unseen))

    def with_tables_of(self, other: "Snapshot") -> "Snapshot":
        """The same sample with the tables that another database's connection saw.

        And the names: shared catalogs hold them in the encoding of the subscription's database.
        """
        seen = {found.oid: found for found in other.subscriptions if found.tables is not None}
        return replace(
            self,
            subscriptions=tuple(
                _as_seen_at_home(subscription, seen.get(subscription.oid))
                for subscription in self.subscriptions
            ),
        )

    def with_copies(self, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> "Snapshot":
        """The same sample with the rows of copies.sql."""
        copies: dict[int, list[Copy]] = {}
        for row in rows:
            record = dict(zip(columns, row, strict=True))
            copies.setdefault(record["oid"], []).append(_copy(record))
        return replace(
            self,
            subscriptions=tuple(
                replace(each, tables=replace(each.tables, copies=tuple(copies.get(each.oid, ()))))
                if each.tables is not None
                else each
                for each in self.subscriptions
            ),
        )

    def with_prepared(self, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> "Snapshot":
        """The same sample with the rows of prepared.sql: which transactions those of pid 0 are."""
        records = [dict(zip(columns, row, strict=True)) for row in rows]
        found = {record["oid"]: record for record in records}
        return replace(
            self,
            subscriptions=tuple(
                _blocked_by(subscription, found.get(subscription.oid))
                for subscription in self.subscriptions
            ),
        )

    @classmethod
    def from_rows(cls, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> Self:
        """Freeze the rows of subscriber.sql; columns this version does not know are ignored.

        The statement yields at least one row; without subscriptions its subscription columns are
        NULL. Raises `KeyError` naming a column that is missing.
        """
        records = [dict(zip(columns, row, strict=True)) for row in rows]
        server = records[0]
        facts = {
            column.name: server[column.name] for column in fields(cls) if column.name in server
        }
        return cls(
            **facts
            | {
                "server_version": server["server_version"].split()[0],
                "subscriptions": tuple(
                    _subscription(record) for record in records if record["oid"] is not None
                ),
            }
        )


def _as_seen_at_home(subscription: Subscription, own: Subscription | None) -> Subscription:
    if own is None:
        return subscription
    return replace(subscription, name=own.name, publications=own.publications, tables=own.tables)


def _copy(record: Mapping[str, Any]) -> Copy:
    values = {column.name: record[column.name] for column in fields(Copy) if column.name != "table"}
    [table] = qualified_names([record["name"]])
    return Copy(**values | {"table": table, "blocker_query": _query(record["blocker_query"])})


def _blocked_by(subscription: Subscription, prepared: Mapping[str, Any] | None) -> Subscription:
    if prepared is None or not subscription.is_blocked_by_prepared:
        return subscription
    return replace(
        subscription,
        blocker_gid=unescaped(prepared["gid"]),
        blocker_user=prepared["owner"],
        blocker_age_seconds=prepared["age_seconds"],
    )


def _databases(names: Sequence[str]) -> str:
    if len(names) == 1:
        return f"database {names[0]}"
    more = ", …" if len(names) > _DATABASES_NAMED else ""
    return f"{len(names)} databases: {', '.join(names[:_DATABASES_NAMED])}{more}"


_COLUMNS: Final = tuple(
    column.name for column in fields(Subscription) if column.name != "blocker_gid"
)
"""Of a subscription in subscriber.sql."""


def _query(escaped: str | None) -> str | None:
    return None if escaped is None else unescaped(escaped)[:_QUERY_CHARACTERS]


def _subscription(record: Mapping[str, Any]) -> Subscription:
    values = {name: record[name] for name in _COLUMNS}
    return Subscription(
        **values
        | {
            "publications": tuple(record["publications"] or ()),
            "conflicts": record["conflicts"] or {},
            "blocker_query": _query(record["blocker_query"]),
            "tables": Tables.from_json(record["tables"]),
        }
    )
