"""Remedies that several causes share."""

from typing import Final

from functions.catalogue.remedy import Place, Remedy

READ_LOG: Final = Remedy(
    "Read the error in the subscriber's log (ERROR, DETAIL and CONTEXT of the worker), mend what "
    "it names, and wait: the worker retries by itself.",
    "None.",
)

SKIP: Final = Remedy(
    "Skip the transaction that fails.",
    "All changes of that transaction are lost on the subscriber, not only the one that fails. "
    "The LSN must be exactly the one after “finished at” in the error's CONTEXT.",
    "ALTER SUBSCRIPTION {subscription} SKIP (lsn = '{finish_lsn}');",
    since=15,
)

SKIP_BEFORE_15: Final = Remedy(
    "Before PostgreSQL 15: move the subscription past the transaction that fails, the first to "
    "commit after its remote_lsn.",
    "All changes of that transaction are lost on the subscriber. An LSN too far ahead loses those "
    "behind it too, without any error.",
    """\
ALTER SUBSCRIPTION {subscription} DISABLE;
SELECT remote_lsn FROM pg_replication_origin_status WHERE external_id = 'pg_{subscription_oid}';
-- on the publisher; wanted is the first lsn above remote_lsn
SELECT lsn, xid FROM pg_logical_slot_peek_binary_changes({slot_name:literal}, NULL, 1000, \
'proto_version', '1', 'publication_names', {publications:names_literal}) \
WHERE get_byte(data, 0) = ascii('C');
-- on the subscriber
SELECT pg_replication_origin_advance('pg_{subscription_oid}', '{end_lsn}');
ALTER SUBSCRIPTION {subscription} ENABLE;""",
    before=15,
)

SKIPS: Final = (SKIP, SKIP_BEFORE_15)

GET_WORKERS: Final = (
    Remedy(
        "If tables are being copied: wait. Each copy gives its worker back when it ends.",
        "None, as long as the publisher's disk has room for the WAL kept meanwhile.",
    ),
    Remedy(
        "Raise max_logical_replication_workers, and max_worker_processes above it, in the "
        "subscriber's parameter group; restart the subscriber.",
        "The restart ends every session of the subscriber.",
    ),
)

DELETE_COLLIDING_ROW: Final = Remedy(
    "Delete the local row that is in the way; the worker retries by itself.",
    "The local row is lost: save it first if it may be wanted.",
    "DELETE FROM {table} WHERE ({key_columns}) = ({key_values});",
)

TERMINATE_SENDER: Final = Remedy(
    "End the process that holds the slot; the subscription takes the slot over when it retries.",
    "A legitimate consumer loses its connection, and a subscription with disable_on_error "
    "disables itself.",
    "SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots "
    "WHERE slot_name = {slot_name:literal};",
    Place.PUBLISHER,
)

CONNECT: Final = Remedy(
    "If the publisher's address, role or password changed: correct the connection string.",
    "With the wrong server the wrong data is applied. The string holds a password: keep it out of "
    "history files and logs.",
    "ALTER SUBSCRIPTION {subscription} CONNECTION {connection:literal};",
)
