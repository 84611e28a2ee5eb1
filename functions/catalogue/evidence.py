"""The glossary of a finding's evidence: what each key means and how its value may stand in SQL."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from functions.catalogue.quoting import identifier


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
    """One key of evidence; `form` makes its value SQL, None where it never stands in any."""

    meaning: str
    form: Callable[[str], str] | None = None


EVIDENCE: Final[Mapping[str, Key]] = MappingProxyType(
    {
        # where
        "subscription": Key("name of the subscription", identifier),
        "database": Key("database of the subscription", identifier),
        "subscription_oid": Key("OID of the subscription", number),
        "worker_pid": Key("pid of the apply worker", number),
        "slot_name": Key("name of the slot", identifier),
        "subscribed_name": Key("whether a subscription of the cluster has a slot of that name"),
        "slot_is_ours": Key("whether the slot was seen to be the subscription's own"),
        "publication": Key("name of the publication", identifier),
        "publications": Key("names of the publications", quoted),
        "table": Key("name of the table", quoted),
        "tables": Key("names of the tables", quoted),
        "table_count": Key("number of tables"),
        "origin": Key("name of the replication origin", identifier),
        "server_version": Key("version of the subscriber's server"),
        "publisher_version": Key("version of the publisher's server"),
        "publisher": Key("host and port of the publisher"),
        "publisher_database": Key("database that was looked at on the publisher"),
        "side": Key("the server that could not be checked, if not the subscriber"),
        # the error
        "error": Key("message of the error, without values"),
        "error_times": Key("how often the error was logged"),
        "error_first": Key("when it was logged first"),
        "error_last": Key("when it was logged last"),
        "sqlstate": Key("SQLSTATE of the error"),
        "constraint": Key("name of the constraint or unique index", identifier),
        "key_columns": Key("columns of the key", quoted),
        "column": Key("name of the column", identifier),
        "conflict": Key("type of the conflict (PostgreSQL 18)"),
        "conflict_counts": Key("conflicts by type (PostgreSQL 18)"),
        "transaction": Key("transaction id on the publisher", number),
        "finish_lsn": Key("finish LSN in the log", lsn),
        "skip_lsn": Key("LSN of the transaction to be skipped", lsn),
        "apply_error_count": Key("apply errors since the counters' reset"),
        "apply_errors_during_check": Key("apply errors during the check"),
        "sync_error_count": Key("copy errors since the counters' reset"),
        "sync_errors_during_check": Key("copy errors during the check"),
        "enabled": Key("whether the subscription is enabled"),
        # progress
        "received_lsn": Key("last LSN received", lsn),
        "latest_end_lsn": Key("last LSN reported to the publisher", lsn),
        "last_msg_send_time": Key("when the last message was sent, by the publisher's clock"),
        "last_msg_receipt_time": Key("when the last message arrived"),
        "lag_seconds": Key("lag"),
        "max_lag_seconds": Key("limit of the lag"),
        "silent_seconds": Key("time since the last message arrived"),
        "since": Key("when it began"),
        "blocker_pid": Key("pid of the blocker", number),
        "blocker_user": Key("user of the blocker"),
        "blocker_application": Key("application of the blocker"),
        "blocker_query": Key("query of the blocker, without values"),
        "blocker_age_seconds": Key("age of the blocker's transaction"),
        "blocked_seconds": Key("time the apply worker has been blocked"),
        # what is used up
        "workers_in_use": Key("logical replication workers in use"),
        "max_logical_replication_workers": Key("limit of logical replication workers"),
        "slots_in_use": Key("replication slots in use"),
        "max_replication_slots": Key("limit of replication slots"),
        # the slot on the publisher
        "slot_database": Key("database of the slot", identifier),
        "active_pid": Key("pid that uses the slot", number),
        "wal_status": Key("whether the slot's WAL is still there (pg_replication_slots)"),
        "invalidation_reason": Key("why the slot was invalidated (PostgreSQL 17)"),
        "safe_wal_bytes": Key("WAL that can be written until the slot is in danger"),
        "retained_wal_bytes": Key("WAL kept for the slot"),
        "max_slot_wal_keep_bytes": Key("limit of the WAL kept for a slot"),
        "seconds_left": Key("time until the slot is lost at the present rate of WAL"),
        "inactive_since": Key("since when the slot is unused (PostgreSQL 17)"),
        "inactive_seconds": Key("time the slot has been unused"),
    }
)

TO_BE_SUPPLIED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "key_values": "values of the key from the DETAIL in the log with text in quotes",
        "connection": "connection string in quotes",
        "role": "name of the role",
        "type": "type on the publisher",
        "columns": "columns",
        "index": "name of the index",
    }
)
"""What no evidence holds, because it is row data, a secret or a person's decision."""
