"""Remedies, and pieces of remedies, that several causes share."""

from typing import Final

from functions.catalogue.remedy import Remedy
from functions.catalogue.script import DOLLARS, Place, Script


def only_where_subscribed(statements: str) -> str:
    """The statements in a DO block that refuses where the finding's subscription is not.

    Each server has a subscription's OID to itself, so that not even the other half of a two-way
    replication with the same names is taken for this one. The columns are readable by everybody.
    """
    body = "\n".join(f"    {line}" for line in statements.splitlines())
    return f"""\
DO {DOLLARS}
BEGIN
    IF NOT EXISTS (
        SELECT FROM pg_subscription JOIN pg_database ON pg_database.oid = subdbid
        WHERE subname = {{subscription:literal}} AND pg_subscription.oid = {{subscription_oid}}
            AND datname = current_database()
    ) THEN
        RAISE EXCEPTION 'Wrong server or database: the subscription is not here. Nothing changed.';
    END IF;
{body}
END {DOLLARS};"""


READ_LOG: Final = Remedy(
    "Read the error in the subscriber's log (ERROR, DETAIL and CONTEXT of the worker), mend what "
    "it names, and wait: the worker retries by itself.",
    "None.",
)

_SKIPPED: Final = (
    "All changes of that transaction are lost on the subscriber, not only the one that fails. "
    "The LSN must be exactly the one after “finished at” in the error's CONTEXT."
)

SKIP_TRANSACTION: Final = Script(
    "ALTER SUBSCRIPTION {subscription} SKIP (lsn = '{finish_lsn}');", destroys=True
)

SKIP: Final = Remedy(
    "Skip the transaction that fails (ALTER SUBSCRIPTION … SKIP, with its finish LSN).",
    _SKIPPED,
    (SKIP_TRANSACTION,),
    since=15,
)

SKIP_BEFORE_15: Final = Remedy(
    "Before PostgreSQL 15: disable the subscription, move it past the transaction that fails, the "
    "first to commit after its remote_lsn, and enable it. What moves it is "
    "pg_replication_origin_advance, called for its external_id and the first lsn above remote_lsn.",
    "All changes of that transaction are lost on the subscriber. An LSN too far ahead loses those "
    "behind it too, without any error.",
    (
        Script(
            "SELECT external_id, remote_lsn FROM pg_replication_origin_status "
            "WHERE external_id = 'pg_{subscription_oid}';",
        ),
        Script(
            "SELECT lsn, xid FROM pg_logical_slot_peek_binary_changes({slot_name:literal}, NULL, "
            "1000, 'proto_version', '1', 'publication_names', {publications:names_literal}) "
            "WHERE get_byte(data, 0) = ascii('C');",
            Place.PUBLISHER,
        ),
    ),
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
    "Delete the local row that is in the way; the worker retries by itself. Both steps in one "
    "session.",
    "The local row is lost, but for the copy that the first step shows: keep it if it may be "
    "wanted.",
    (
        Script(
            "CREATE TEMPORARY TABLE in_the_way AS\n"
            "    SELECT * FROM {table} WHERE ({key_columns}) = ({key_values});\n"
            "TABLE in_the_way;",
            note="look at the row",
        ),
        Script(
            only_where_subscribed(
                "DELETE FROM {table} WHERE ({key_columns}) IN\n"
                "    (SELECT {key_columns} FROM pg_temp.in_the_way);\n"
                "DROP TABLE pg_temp.in_the_way;"
            ),
            note="delete it",
            destroys=True,
        ),
    ),
)

COPIES_AGAIN: Final = (
    "What the subscriber's tables hold is lost, and they are incomplete until they are copied. "
    "The owner and the options of the old subscription must be set again: note its row of "
    "pg_subscription first."
)

COPY_AGAIN: Final = (
    Script(
        "SELECT subconninfo, subpublications, subslotname FROM pg_subscription "
        "WHERE subname = {subscription:literal};",
        note="note the connection string (where reading it is refused, as on RDS, have it ready)",
    ),
    Script(
        "CREATE SUBSCRIPTION {slot_name:new} CONNECTION {connection:literal} "
        "PUBLICATION {publications} WITH (enabled = false);",
        note="make a second subscription, which does nothing yet; if that fails, stop here",
    ),
    Script(
        only_where_subscribed("""\
DECLARE
    tables text := (
        SELECT string_agg(srrelid::regclass::text, ', ')
        FROM pg_subscription_rel JOIN pg_subscription ON pg_subscription.oid = srsubid
        WHERE subname = {slot_name:new_literal} AND NOT subenabled
            AND subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())
        HAVING bool_and(srsubstate = 'i')
    );
BEGIN
    IF tables IS NULL THEN
        RAISE EXCEPTION 'The second subscription is not here or has no tables. Nothing changed.';
    END IF;
    ALTER SUBSCRIPTION {subscription} DISABLE;
    ALTER SUBSCRIPTION {subscription} SET (slot_name = NONE);
    DROP SUBSCRIPTION {subscription};
    EXECUTE 'TRUNCATE ' || tables;
    ALTER SUBSCRIPTION {slot_name:new} RENAME TO {subscription};
    ALTER SUBSCRIPTION {subscription} ENABLE;
END;"""),
        note="empty its tables and put it in the place of the old one: all of it or nothing",
        destroys=True,
    ),
)
"""A new subscription with a new slot copies all tables again.

Nothing is lost before the new one has reached the publisher and made its slot. A subscription
without a slot can be dropped in a transaction (PostgreSQL manual, DROP SUBSCRIPTION).
"""

DROP_OLD_SLOT: Final = Script(
    "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots\n"
    "WHERE slot_name = {slot_name:literal} AND NOT active AND EXISTS (\n"
    "    SELECT FROM pg_replication_slots\n"
    "    WHERE slot_name = {slot_name:new_literal} AND active\n"
    ");",
    Place.PUBLISHER,
    note="drop the old slot, once the new one is in use",
    destroys=True,
)

TERMINATE_SENDER: Final = Remedy(
    "End the process that holds the slot; the subscription takes the slot over when it retries.",
    "A legitimate consumer loses its connection, and a subscription with disable_on_error "
    "disables itself.",
    (
        Script(
            "SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots\n"
            "WHERE slot_name = {slot_name:literal} AND NOT EXISTS (\n"
            "    SELECT FROM pg_subscription\n"
            "    WHERE subname = {subscription:literal} AND oid = {subscription_oid}\n"
            ");",
            Place.PUBLISHER,
        ),
    ),
)

CONNECT: Final = Remedy(
    "If the publisher's address, role or password changed: correct the connection string.",
    "With the wrong server the wrong data is applied. The string holds a password: keep it out of "
    "history files and logs.",
    (Script("ALTER SUBSCRIPTION {subscription} CONNECTION {connection:literal};"),),
)
