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


_LOCKED: Final = """\
IF current_setting('transaction_isolation') <> 'read committed' THEN
    RAISE EXCEPTION 'This needs a transaction that is READ COMMITTED. Nothing changed.';
END IF;
SET LOCAL lock_timeout = '5s';
{lock}"""


def locked(lock: str) -> str:
    """Takes the lock, a statement, before what it protects is checked.

    What is checked without it may be another way when the check's consequence has waited for its
    own lock. Whoever comes after us waits for as long as we do, hence the limit. A snapshot older
    than the lock would show what was before it (PostgreSQL manual, LOCK): only READ COMMITTED takes
    a new one for each statement.
    """
    return _LOCKED.replace("{lock}", lock)


READ_LOG: Final = Remedy(
    "Read the error in the subscriber's log (ERROR, DETAIL and CONTEXT of the worker), fix what "
    "it names, and wait: the worker retries by itself.",
    "None.",
)

_SKIPPED: Final = (
    "All changes of that transaction are lost on the subscriber, not only the one that fails. "
    "The LSN must be exactly the one after “finished at” in the error's CONTEXT."
)

WORKERS: Final = Script(
    "SELECT subname, pid, backend_start FROM pg_stat_subscription JOIN pg_stat_activity "
    "USING (pid);"
)
"""The start tells a worker that is another one from one that has run all the time."""

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
            "1000, 'proto_version', '1', 'publication_names', {publications:literal}) "
            "WHERE get_byte(data, 0) = ascii('C');",
            Place.PUBLISHER,
        ),
    ),
    before=15,
)

SKIPS: Final = (SKIP, SKIP_BEFORE_15)

_IF_IT_BLOCKS: Final = (
    "SELECT {}(blocker)\n"
    "FROM pg_stat_activity CROSS JOIN unnest(pg_blocking_pids(pid)) AS blocker\n"
    "WHERE backend_type LIKE 'logical replication %worker' AND blocker = {{blocker_pid}};"
)
END_BLOCKER: Final = (
    Remedy(
        "Cancel the blocker's statement. It does nothing to a session that is idle in "
        "its transaction.",
        "The statement fails, and the work of its transaction is rolled back.",
        (Script(_IF_IT_BLOCKS.format("pg_cancel_backend")),),
        unless="blocker_is_prepared",
    ),
    Remedy(
        "End the blocker's session.",
        "The work of its open transaction is rolled back, and its application loses the "
        "connection.",
        (Script(_IF_IT_BLOCKS.format("pg_terminate_backend")),),
        unless="blocker_is_prepared",
    ),
)

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

_PUBLISHED: Final = """\
IF EXISTS (
    SELECT FROM pg_publication_tables,
        LATERAL (SELECT format('%I.%I', schemaname, tablename)::regclass) AS published (id)
    WHERE coalesce(pg_partition_root(published.id), published.id) = ANY (
        SELECT coalesce(pg_partition_root(id), id) FROM unnest({tables}) AS emptied (id)
    )
) THEN
    RAISE EXCEPTION 'A table is published from here: its subscribers would lose the rows too. \
Nothing changed.';
END IF;"""


def unless_published(tables: str) -> str:
    """Refuses if what is done to the tables (SQL, an array of regclass) would be replicated on.

    To another subscriber, or in two-way replication back to the publisher (pg_publication_tables).
    """
    return _PUBLISHED.replace("{tables}", tables)


_DELETE: Final = """
IF EXISTS (
    SELECT FROM pg_constraint
    WHERE confrelid = to_regclass({table:literal}) AND confdeltype IN ('c', 'n', 'd')
) THEN
    RAISE EXCEPTION 'Rows that refer to it would go or change too (ON DELETE). Nothing changed.';
END IF;
IF (SELECT count(*) FROM pg_temp.in_the_way_{table:digest}) <> 1 THEN
    RAISE EXCEPTION 'The first step did not find exactly one row. Nothing changed.';
END IF;
DELETE FROM {table} WHERE (xmin::text, {key_columns}) IN
    (SELECT version_{table:digest}, {key_columns} FROM pg_temp.in_the_way_{table:digest});
IF NOT FOUND THEN
    RAISE EXCEPTION 'The row has changed since it was shown: look again. Nothing changed.';
END IF;
DROP TABLE pg_temp.in_the_way_{table:digest};"""

DELETE_COLLIDING_ROW: Final = Remedy(
    "Delete the local row that is in the way; the worker retries by itself.",
    "The local row is lost, but for the copy that the first step shows: keep it if it may be "
    "wanted.",
    (
        Script(
            "DROP TABLE IF EXISTS pg_temp.in_the_way_{table:digest};\n"
            "CREATE TEMPORARY TABLE in_the_way_{table:digest} AS\n"
            "    SELECT *, xmin::text AS version_{table:digest} FROM {table}\n"
            "    WHERE ({key_columns}) = ({key_values});\n"
            "TABLE pg_temp.in_the_way_{table:digest};",
            note="look at the row, which must be one, and go on in the same session",
        ),
        Script(
            only_where_subscribed(
                locked("LOCK TABLE {table} IN ROW EXCLUSIVE MODE;\n")
                + unless_published("ARRAY[to_regclass({table:literal})]")
                + _DELETE
            ),
            note="delete it",
            destroys=True,
        ),
    ),
)
"""A row that came by replication, after somebody else deleted the one in the way, stays: it has
another xmin (PostgreSQL manual, System Columns). Its lock keeps foreign keys from being added, and
hinders neither readers nor writers.
"""

COPIES_AGAIN: Final = (
    "What the subscriber's tables hold is lost, also rows that did not come from the publisher, "
    "and they are incomplete until they are copied. The new subscription has the owner and the "
    "options that you give it; some (two_phase, failover) cannot be given later."
)

_LOCK_TABLES: Final = """\
EXECUTE (
    SELECT 'LOCK TABLE ' || string_agg(id::text, ', ') || ' IN ACCESS EXCLUSIVE MODE'
    FROM unnest(tables) AS emptied (id)
);"""

_REPLACE: Final = """\
DECLARE
    enabled bool := (SELECT subenabled FROM pg_subscription WHERE oid = {subscription_oid});
    second oid := (
        SELECT oid FROM pg_subscription WHERE subname = {slot_name:new_literal} AND NOT subenabled
            AND subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())
    );
    tables regclass[] := ARRAY(
        SELECT srrelid FROM pg_subscription_rel WHERE srsubid = second ORDER BY srrelid
    );
BEGIN
    IF tables = '{{}}' THEN
        RAISE EXCEPTION 'The second subscription is not here or has no tables. Nothing changed.';
    END IF;
    {lock_tables}
    ALTER SUBSCRIPTION {subscription} DISABLE;
    ALTER SUBSCRIPTION {slot_name:new} DISABLE;
    IF tables <> ARRAY(
        SELECT srrelid FROM pg_subscription_rel
        WHERE srsubid = second AND srsubstate = 'i' ORDER BY srrelid
    )::regclass[] THEN
        RAISE EXCEPTION 'The second subscription is at work already. Nothing changed.';
    END IF;
    IF NOT EXISTS (
        SELECT FROM pg_subscription AS one CROSS JOIN pg_subscription AS other
        WHERE one.oid = {subscription_oid} AND other.oid = second
            AND one.subpublications @> other.subpublications
            AND one.subpublications <@ other.subpublications
    ) OR EXISTS (
        SELECT FROM pg_subscription_rel
        WHERE srsubid = {subscription_oid} AND srrelid <> ALL (tables)
    ) THEN
        RAISE EXCEPTION 'The second subscription lacks a publication or table. Nothing changed.';
    END IF;
    IF EXISTS (
        SELECT FROM pg_subscription_rel
        WHERE srrelid = ANY (tables) AND srsubid NOT IN ({subscription_oid}, second)
    ) THEN
        RAISE EXCEPTION 'A table is filled by another subscription too. Nothing changed.';
    END IF;
    IF EXISTS (
        SELECT FROM pg_constraint
        WHERE contype = 'f' AND confrelid = ANY (tables) AND conrelid <> ALL (tables)
    ) THEN
        RAISE EXCEPTION 'A table is referred to by one that is not replicated. Nothing changed.';
    END IF;
    {unless_published}
    ALTER SUBSCRIPTION {subscription} SET (slot_name = NONE);
    DROP SUBSCRIPTION {subscription};
    EXECUTE (SELECT 'TRUNCATE ' || string_agg(id::text, ', ') FROM unnest(tables) AS emptied (id));
    ALTER SUBSCRIPTION {slot_name:new} RENAME TO {subscription};
    IF enabled THEN
        ALTER SUBSCRIPTION {subscription} ENABLE;
    END IF;
END;"""


def _replace() -> str:
    pieces = {
        "{lock_tables}": locked(_LOCK_TABLES),
        "{unless_published}": unless_published("tables"),
    }
    filled = _REPLACE
    for name, piece in pieces.items():
        filled = filled.replace(name, piece.replace("\n", "\n    "))
    return filled


COPY_AGAIN: Final = (
    Script(
        """\
SELECT format('SELECT %s FROM pg_subscription WHERE oid = %s',
    string_agg(attname, ', ' ORDER BY attnum), {subscription_oid})
FROM pg_attribute WHERE attrelid = 'pg_subscription'::regclass AND attnum > 0
    AND attname <> 'subconninfo' AND has_column_privilege(attrelid, attnum, 'SELECT')
\\gexec
SELECT quote_literal(subconninfo) FROM pg_subscription WHERE oid = {subscription_oid};""",
        note="note the options and the connection string (where reading it is refused, as on RDS, "
        "have it ready)",
    ),
    Script(
        "CREATE SUBSCRIPTION {slot_name:new} CONNECTION {connection} "
        "PUBLICATION {publications} WITH (enabled = false);",
        note="make a second subscription, which does nothing yet, with the options wanted in WITH; "
        "if that fails or warns, stop here",
    ),
    Script(
        only_where_subscribed(_replace()),
        note="empty its tables and put it in the place of the old one: all of it or nothing; if it "
        "refuses, drop the second subscription again",
        destroys=True,
    ),
)
"""A new subscription with a new slot copies all tables again.

Nothing is lost before the new one has reached the publisher and made its slot. A subscription
without a slot can be dropped in a transaction (PostgreSQL manual, DROP SUBSCRIPTION). The tables
are locked first, as a worker that copies does; then, by DISABLE, both subscriptions, so that
nobody refreshes them meanwhile. DROP SUBSCRIPTION cannot be undone whole (it drops slots of copies
on the publisher), so all checks come before it.
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
    (Script("ALTER SUBSCRIPTION {subscription} CONNECTION {connection};"),),
)
