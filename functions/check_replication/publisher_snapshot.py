"""What a probe saw of a publisher at one instant (publisher.sql). Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Self

from functions.check_replication.snapshot import qualified_names


@dataclass(frozen=True, slots=True)
class Slot:
    """A logical replication slot (pg_replication_slots); sizes in bytes, None where unknown.

    `safe_wal_bytes` is what may still be written before the slot is in danger of being lost,
    `confirmed_bytes` confirmed_flush_lsn, from LSN 0/0: all before it is applied.
    `is_synced`: a standby keeps it in step with its primary's (17+), and nobody can read it there.
    What begins with `sender_` is of the process that uses it (application_name, backend_start,
    wait_event_type and wait_event of pg_stat_activity); the start is None where the role lacks
    pg_read_all_stats, the wait also where it computes.
    """

    name: str
    database: str
    active: bool
    active_pid: int | None
    wal_status: str | None
    safe_wal_bytes: float | None
    retained_wal_bytes: float | None
    confirmed_bytes: float | None
    inactive_since: datetime | None
    invalidation_reason: str | None
    is_synced: bool
    sender_name: str | None
    sender_start: datetime | None
    sender_wait_event_type: str | None = None
    sender_wait_event: str | None = None

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        values = {column.name: document[column.name] for column in fields(cls)}
        instants = {name: _instant(document[name]) for name in ("inactive_since", "sender_start")}
        return cls(**values | instants)

    @property
    def lost(self) -> bool:
        return self.wal_status == "lost" or self.invalidation_reason is not None

    @property
    def of_table_sync(self) -> bool:
        """Made by a table's initial copy (`pg_%_sync_%`); it may lie idle between two attempts."""
        return self.name.startswith("pg_") and "_sync_" in self.name


@dataclass(frozen=True, slots=True)
class StandbySlot:
    """A standby's slot, named in synchronized_standby_slots (17+).

    `restart_bytes` is restart_lsn, from LSN 0/0: what is before it the standby has. None where
    there is no such slot or none ever read it.
    """

    name: str
    active: bool
    restart_bytes: float | None


@dataclass(frozen=True, slots=True)
class CopySender:
    """The WAL sender of a table's initial copy.

    `name` is that of the copy's slot, which holds the OIDs of the subscription and of the table
    (pg_<subscription>_sync_<table>_<system>), `start` when it began. The blocker is whose lock it
    waits for, as for the end of an old transaction. What cannot be seen is None.
    """

    name: str
    start: datetime | None
    wait_event_type: str | None
    blocker_pid: int | None
    blocker_user: str | None
    blocker_age_seconds: float | None

    @property
    def is_at_work(self) -> bool:
        """It computes or reads, as for the first row that passes a filter."""
        return self.wait_event_type not in {"Lock", "Client"}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        return cls(**{**document, "start": _instant(document["start"])})

    def is_for(self, subscription: int, table: int) -> bool:
        return self.name.startswith(f"pg_{subscription}_sync_{table}_")


def _instant(written: str | None) -> datetime | None:
    return None if written is None else datetime.fromisoformat(written)


@dataclass(frozen=True, slots=True)
class Publication:
    """A publication and its tables; `without_identity`: UPDATE and DELETE fail on them."""

    name: str
    tables: frozenset[str]
    without_identity: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PublisherSnapshot:
    """One sample of one publisher; `wal_bytes` is its WAL position in bytes from LSN 0/0."""

    taken_at: datetime
    server_version: str
    database: str
    wal_bytes: float
    max_slots: int
    slots_in_use: int
    max_slot_wal_keep_bytes: float | None
    slots: tuple[Slot, ...]
    publications: tuple[Publication, ...]
    standby_slots: tuple[StandbySlot, ...] = ()
    copy_senders: tuple[CopySender, ...] = ()

    @classmethod
    def from_row(cls, columns: Sequence[str], row: Sequence[Any]) -> Self:
        """Freeze the row of publisher.sql. Raises `KeyError` naming a column that is missing."""
        record = dict(zip(columns, row, strict=True))
        values = {column.name: record[column.name] for column in fields(cls)}
        return cls(
            **values
            | {
                "server_version": record["server_version"].split()[0],
                "slots": tuple(map(Slot.from_json, record["slots"])),
                "copy_senders": tuple(map(CopySender.from_json, record["copy_senders"])),
                "standby_slots": tuple(StandbySlot(**slot) for slot in record["standby_slots"]),
                "publications": tuple(
                    Publication(
                        publication["name"],
                        frozenset(qualified_names(publication["tables"])),
                        tuple(qualified_names(publication["without_identity"])),
                    )
                    for publication in record["publications"]
                ),
            }
        )

    @property
    def not_visible(self) -> tuple[str, ...]:
        """What the role may not see, and what would show it; nothing of it is taken for healthy."""
        if all(slot.sender_start is not None for slot in self.slots if slot.active):
            return ()
        return ("whose slots the publisher's slots are (GRANT pg_read_all_stats on the publisher)",)

    @property
    def standbys_behind(self) -> tuple[str, ...]:
        """The standby slots that a sender which waits for all of them waits for.

        Those that stand still; where all are read, the one that is furthest behind.
        """
        behind = [
            slot
            for slot in self.standby_slots
            if slot.restart_bytes is None or slot.restart_bytes < self.wal_bytes
        ]
        still = [slot.name for slot in behind if not slot.active or slot.restart_bytes is None]
        furthest = sorted(behind, key=lambda slot: slot.restart_bytes or 0.0)[:1]
        return tuple(still or (slot.name for slot in furthest))

    def slot(self, name: str | None) -> Slot | None:
        return next((slot for slot in self.slots if slot.name == name), None)

    def publication(self, name: str) -> Publication | None:
        return next(
            (publication for publication in self.publications if publication.name == name), None
        )
