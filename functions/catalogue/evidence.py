"""A finding's evidence: what each key means, how an alert shows it, how it may stand in SQL."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from functions.catalogue.quoting import identifier, literal


class UnfitValueError(Exception):
    """A value is not what its key promises, so it must not stand in SQL."""


_NAME = r'(?:[a-z_][a-z0-9_]*|"(?:[^"]|"")+")'
_QUOTED: Final = re.compile(rf"{_NAME}(?:\.{_NAME})*(?:, {_NAME}(?:\.{_NAME})*)*")
_NUMBER: Final = re.compile(r"[0-9]+")
_LSN: Final = re.compile(r"[0-9A-Fa-f]{1,8}/[0-9A-Fa-f]{1,8}")


def _matching(pattern: re.Pattern[str]) -> Callable[[str], str]:
    def verbatim(text: str) -> str:
        if not pattern.fullmatch(text):
            raise UnfitValueError(text)
        return text

    return verbatim


quoted = _matching(_QUOTED)
number = _matching(_NUMBER)
lsn = _matching(_LSN)


@dataclass(frozen=True, slots=True)
class Key:
    """One key of evidence.

    `form` makes its value SQL, None where it never stands in any; an alert shows it by its `label`,
    if it has one.
    """

    meaning: str
    form: Callable[[str], str] | None = None
    label: str | None = None


EVIDENCE: Final[Mapping[str, Key]] = MappingProxyType(
    {
        # whose it is
        "subscription": Key("name of the subscription", identifier),
        "subscription_oid": Key("OID of the subscription", number),
        "subscribed_name": Key("whether a subscription of the cluster has a slot of that name"),
        "slot_is_ours": Key("whether the slot was seen to be the subscription's own"),
        # the error
        "table": Key("name of the table", quoted, label="Table"),
        "tables": Key("names of the tables", quoted, label="Tables"),
        "table_count": Key("number of tables", label="Number of tables"),
        "column": Key("name of the column", identifier, label="Column"),
        "constraint": Key(
            "name of the constraint or unique index", identifier, label="Constraint or index"
        ),
        "key_columns": Key("columns of the key", quoted, label="Key"),
        "conflict": Key("type of the conflict (PostgreSQL 18)", label="Conflict"),
        "conflict_counts": Key("conflicts by type (PostgreSQL 18)", label="Conflicts so far"),
        "transaction": Key("transaction id on the publisher", number, label="Transaction"),
        "finish_lsn": Key("finish LSN in the log", lsn, label="Finish LSN"),
        "skip_lsn": Key("LSN of the transaction to be skipped", lsn, label="LSN to skip"),
        "origin": Key("name of the replication origin", identifier),
        "error": Key("message of the error, without values"),
        "error_first": Key("when it was logged first"),
        "error_last": Key("when it was logged last"),
        "error_times": Key("how often the error was logged", label="Times in the log"),
        "reason": Key("the cause in the log, where the subscription disabled itself"),
        "apply_error_count": Key(
            "apply errors since the counters' reset", label="Apply errors so far"
        ),
        "sync_error_count": Key(
            "copy errors since the counters' reset", label="Copy errors so far"
        ),
        "failures": Key("errors, or restarts, since all was well"),
        "failing_since": Key("when the last check was that saw it well"),
        "quiet_seconds": Key("time since the latest failure was seen"),
        "signal": Key("signal that ended a process of the server", label="Signal"),
        "sqlstate": Key("SQLSTATE of the error", label="SQLSTATE"),
        # the apply worker
        "blocker_pid": Key("pid of the blocker", number, label="Blocked by pid"),
        "blocker_gid": Key(
            "identifier of the prepared transaction",
            literal,
            label="Blocked by prepared transaction",
        ),
        "blocker_is_prepared": Key("whether a prepared transaction is the blocker"),
        "blocker_is_replicated": Key("whether a subscription has prepared it (two_phase)"),
        "blocker_user": Key("user of the blocker", label="Blocker's user"),
        "blocker_application": Key("application of the blocker", label="Blocker's application"),
        "blocker_query": Key("query of the blocker, without values", label="Blocker's query"),
        "blocker_age_seconds": Key(
            "age of the blocker's transaction", label="Age of blocker's transaction"
        ),
        "blocked_seconds": Key("time the apply worker has been blocked", label="Blocked for"),
        "copied_rows": Key("rows that the copy has so far", label="Rows copied"),
        "copied_bytes": Key("bytes that the copy has so far", label="Bytes copied"),
        "stood_seconds": Key("time the copy has stood", label="No progress for"),
        "publisher_blocker_pid": Key(
            "pid of the blocker on the publisher", number, label="Blocked by pid on the publisher"
        ),
        "publisher_blocker_user": Key(
            "user of the blocker on the publisher", label="Blocker's user"
        ),
        "publisher_blocker_age_seconds": Key(
            "age of the transaction on the publisher", label="Age of blocker's transaction"
        ),
        "worker_pid": Key("pid of the worker", number, label="Worker's pid"),
        "worker_wait": Key("what the apply worker waits for", label="Apply worker waits for"),
        "sender_wait": Key(
            "what the publisher's WAL sender waits for", label="WAL sender waits for"
        ),
        "standby_slots": Key(
            "names of the standby slots that are behind", quoted, label="Standby slots behind"
        ),
        "lag_seconds": Key("lag", label="Lag"),
        "max_lag_seconds": Key("limit of the lag", label="Limit of lag"),
        "least_max_lag_seconds": Key("smallest limit that works", label="Smallest limit"),
        "backlog_bytes": Key("WAL written and not yet confirmed", label="Backlog"),
        "backlog_bytes_per_second": Key(
            "growth of the backlog since the last check, negative while it shrinks"
        ),
        "max_backlog_bytes": Key("limit of the backlog", label="Limit of backlog"),
        "wal_lsn": Key("the publisher's WAL position", label="Publisher's WAL position"),
        "lost_lsn": Key(
            "the publisher's WAL position at an earlier check", label="Earlier position"
        ),
        "since": Key("when it began"),
        "last_msg_send_time": Key(
            "when the last message was sent, by the publisher's clock", label="Last message sent"
        ),
        "last_msg_receipt_time": Key(
            "when the last message arrived", label="Last message received"
        ),
        "received_lsn": Key("last LSN received", lsn, label="Received up to"),
        "latest_end_lsn": Key("last LSN reported to the publisher", lsn, label="Confirmed up to"),
        # the slot and the publisher
        "seconds_left": Key(
            "time until the slot is lost at the present rate of WAL", label="Time left"
        ),
        "safe_wal_bytes": Key(
            "WAL that can be written until the slot is in danger", label="WAL left"
        ),
        "retained_wal_bytes": Key("WAL kept for the slot", label="WAL retained"),
        "max_slot_wal_keep_bytes": Key("limit of the WAL kept for a slot", label="Limit of WAL"),
        "wal_status": Key(
            "whether the slot's WAL is still there (pg_replication_slots)", label="State of its WAL"
        ),
        "invalidation_reason": Key(
            "why the slot was invalidated (PostgreSQL 17)", label="Invalidated by"
        ),
        "inactive_since": Key(
            "since when the slot is unused (PostgreSQL 17)", label="Unused since"
        ),
        "inactive_seconds": Key("time nobody has read the slot, at least", label="Unused for"),
        "active_pid": Key("pid that uses the slot", number, label="Used by pid"),
        "slot_name": Key("name of the slot", identifier, label="Slot"),
        "slot_database": Key("database of the slot", identifier, label="Slot's database"),
        "publication": Key("name of the publication", identifier, label="Publication"),
        "publications": Key("names of the publications", quoted, label="Publications"),
        "publisher": Key("host and port of the publisher", label="Publisher"),
        "publisher_database": Key("database that was looked at on the publisher"),
        # what is used up
        "workers_in_use": Key("logical replication workers in use", label="Workers in use"),
        "max_logical_replication_workers": Key(
            "limit of logical replication workers", label="Limit of workers"
        ),
        "slots_in_use": Key("replication slots in use", label="Slots in use"),
        "max_replication_slots": Key("limit of replication slots", label="Limit of slots"),
        # the servers
        "side": Key("the server that could not be checked, if not the subscriber", label="Server"),
        "database": Key("database of the subscription", identifier, label="Database"),
        "server_version": Key("version of the subscriber's server", label="PostgreSQL"),
        "publisher_version": Key(
            "version of the publisher's server", label="Publisher's PostgreSQL"
        ),
    }
)
"""In the order in which an alert shows them, the most important first."""

TO_BE_SUPPLIED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "key_values": "values of the key from the DETAIL in the log with text in quotes",
        "connection": "connection string in quotes",
        "role": "name of the role",
        "type": "type on the publisher",
        "columns": "columns",
        "index": "name of the index",
        "timeout": "name of the timeout",
    }
)
"""What no evidence holds, because it is row data, a secret or a person's decision."""


def keys(names: str) -> frozenset[str]:
    """Keys of evidence in one string, with spaces between them."""
    return frozenset(names.split())


SHOWN_ALWAYS: Final = keys("database server_version")
OF_ERROR: Final = keys(
    "table tables table_count column constraint key_columns conflict transaction finish_lsn "
    "error_times apply_error_count"
)
OF_COPY: Final = keys(
    "table tables table_count column constraint key_columns error_times sync_error_count"
)
OF_STANDING_COPY: Final = keys(
    "table blocker_pid blocker_user blocker_application blocker_query blocker_age_seconds "
    "publisher_blocker_pid publisher_blocker_user publisher_blocker_age_seconds copied_rows "
    "copied_bytes stood_seconds worker_pid"
)
OF_CONNECTION: Final = keys(
    "publisher slot_name active_pid last_msg_receipt_time received_lsn error_times"
)
OF_SLOT: Final = keys(
    "slot_name slot_database publisher wal_status invalidation_reason active_pid seconds_left "
    "safe_wal_bytes retained_wal_bytes max_slot_wal_keep_bytes inactive_since"
)
OF_PUBLICATION: Final = keys("publication publications tables table table_count publisher")
OF_LAG: Final = keys(
    "lag_seconds max_lag_seconds backlog_bytes max_backlog_bytes last_msg_send_time "
    "last_msg_receipt_time received_lsn latest_end_lsn worker_pid worker_wait sender_wait "
    "standby_slots"
)
OF_LIMIT: Final = keys(
    "workers_in_use max_logical_replication_workers slots_in_use max_replication_slots "
    "publisher tables"
)
