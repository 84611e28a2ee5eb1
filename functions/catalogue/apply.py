"""Causes: changes arrive and cannot be applied, or not as they should."""

from typing import Final

from functions.catalogue.cause import Cause, Severity
from functions.catalogue.recipes import (
    COPIES_AGAIN,
    COPY_AGAIN,
    DELETE_COLLIDING_ROW,
    DROP_OLD_SLOT,
    READ_LOG,
    SKIPS,
    only_where_subscribed,
)
from functions.catalogue.remedy import Remedy
from functions.catalogue.script import Place, Script

_ERRORS: Final = (Script("SELECT * FROM pg_stat_subscription_stats;"),)
_FAILING: Final = (
    "`pg_stat_subscription_stats.apply_error_count` rises between two looks (15+), about every "
    "`wal_retrieve_retry_interval` (5 s)"
)
_SUBSCRIBED_COLUMNS: Final = Script("""\
SELECT srrelid::regclass AS "table", attname, format_type(atttypid, atttypmod), attnotnull
FROM pg_subscription_rel JOIN pg_attribute ON attrelid = srrelid
WHERE attnum > 0 AND NOT attisdropped ORDER BY srrelid, attnum;""")
_COLUMNS: Final = """\
SELECT attname, format_type(atttypid, atttypmod), attnotnull, attgenerated
FROM pg_attribute WHERE attrelid = to_regclass({table:literal})
    AND attnum > 0 AND NOT attisdropped ORDER BY attname;"""
_COMPARED: Final = """\
SELECT count(*), sum(hashtext(one::text)::bigint) FROM {table} AS one;"""
_IF_IT_BLOCKS: Final = (
    "SELECT {}(blocker)\n"
    "FROM pg_stat_activity CROSS JOIN unnest(pg_blocking_pids(pid)) AS blocker\n"
    "WHERE backend_type LIKE 'logical replication %worker' AND blocker = {{blocker_pid}};"
)

CAUSES: Final = (
    Cause(
        "apply_error",
        Severity.CRITICAL,
        "stopped: a change cannot be applied",
        "The apply worker fails on the same change, restarts and fails again. Nothing after that "
        "change is replicated until it can be applied or is skipped.",
        _ERRORS,
        f"{_FAILING}, while the subscription is enabled. No line of the log says more.",
        (READ_LOG, *SKIPS),
    ),
    Cause(
        "apply_conflict",
        Severity.CRITICAL,
        "stopped: a replicated row collides with a local one",
        "A row from the publisher has a key that another row on the subscriber holds already. The "
        "apply worker retries and fails again; nothing else is replicated until the local row is "
        "gone or the transaction is skipped.",
        _ERRORS,
        f"{_FAILING}. The log has “duplicate key value violates unique constraint” (13 to 17), or "
        "“conflict detected on relation” with conflict=insert_exists, update_exists or "
        "multiple_unique_conflicts (18); its CONTEXT ends in “finished at” and the LSN (15+).",
        (DELETE_COLLIDING_ROW, *SKIPS),
    ),
    Cause(
        "constraint_violation",
        Severity.CRITICAL,
        "stopped: a replicated row breaks a constraint of the subscriber",
        "A CHECK, NOT NULL or foreign key constraint or a trigger on the subscriber refuses what "
        "the publisher accepted. The apply worker retries and fails again; nothing else is "
        "replicated until the row is accepted or its transaction skipped.",
        _ERRORS,
        f"{_FAILING}. The log has SQLSTATE 23502, 23503, 23514 or 23P01 (“violates … "
        "constraint”), or an error raised by a trigger.",
        (
            Remedy(
                "Make the row acceptable: add what it refers to, or mend the trigger. The worker "
                "retries by itself.",
                "None, if the constraint is right and the data is completed.",
            ),
            Remedy(
                "Drop the constraint on the subscriber, where the publisher's counts.",
                "Rows that break it come in. The command waits for the table's users and blocks "
                "them until it is done.",
                (
                    Script(
                        only_where_subscribed("ALTER TABLE {table} DROP CONSTRAINT {constraint};"),
                        destroys=True,
                    ),
                ),
                needs="constraint",
            ),
            Remedy(
                "Let the column be NULL on the subscriber, as on the publisher.",
                "NULLs come in. The command waits for the table's users and blocks them until it "
                "is done.",
                (
                    Script(
                        only_where_subscribed(
                            "ALTER TABLE {table} ALTER COLUMN {column} DROP NOT NULL;"
                        ),
                        destroys=True,
                    ),
                ),
                needs="column",
            ),
            *SKIPS,
        ),
    ),
    Cause(
        "schema_mismatch",
        Severity.CRITICAL,
        "stopped: its table does not fit the publisher's",
        "A table, a column or a type on the subscriber is not what the publisher sends: DDL is "
        "not replicated. Nothing is replicated until the definitions fit.",
        (_SUBSCRIBED_COLUMNS,),
        f"{_FAILING}. The log has “logical replication target relation … does not exist”, “is "
        "missing replicated column” or an input error of a type (class 22).",
        (
            Remedy(
                "If a column is missing: add it with the publisher's type. The worker retries by "
                "itself.",
                "The command waits for the table's users and blocks them, apply included, until "
                "it is done.",
                (Script("ALTER TABLE {table} ADD COLUMN {column} {type};"),),
            ),
            Remedy(
                "If the table is missing: create it as on the publisher and subscribe to it.",
                "Its rows are copied anew, which loads both servers.",
                (
                    Script("CREATE TABLE {table} ({columns});", note="create it"),
                    Script(
                        "ALTER SUBSCRIPTION {subscription} REFRESH PUBLICATION;",
                        note="subscribe to it",
                    ),
                ),
            ),
            Remedy(
                "If a type differs: compare the columns of both servers, and change that of the "
                "subscriber (ALTER TABLE … ALTER COLUMN … TYPE …).",
                "The table may be rewritten, and is locked meanwhile. What a narrower type cannot "
                "hold is rounded or refused.",
                (Script(_COLUMNS), Script(_COLUMNS, Place.PUBLISHER)),
                needs="column",
            ),
            *SKIPS,
        ),
    ),
    Cause(
        "permission_denied",
        Severity.CRITICAL,
        "stopped: its owner may not apply a change",
        "The owner of the subscription lost a right it needs to write a table, or to connect "
        "without a password. Nothing is replicated until the right is back.",
        (Script("SELECT subname, subowner::regrole FROM pg_subscription;"),),
        "The log has “permission denied”, “password is required” (SQLSTATE 42501, 2F003) or "
        "“row-level security”. `apply_error_count` may stay as it is.",
        (
            Remedy(
                "Give the owner its rights on the table back. The worker retries by itself.",
                "The role can read and write the table in its own sessions too.",
                (Script("GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON {table} TO {role};"),),
            ),
            Remedy(
                "Make a role with the rights the owner.",
                "Changes are applied, and triggers run, with the rights of that role.",
                (Script("ALTER SUBSCRIPTION {subscription} OWNER TO {role};"),),
            ),
        ),
    ),
    Cause(
        "apply_blocked",
        Severity.CRITICAL,
        "stands still: a local transaction blocks it",
        "The apply worker waits for a lock that a session on the subscriber holds. Nothing is "
        "replicated until that transaction ends. The publisher is not to blame.",
        (
            Script("""\
SELECT pid, pg_blocking_pids(pid) AS blocked_by, wait_event_type, query
FROM pg_stat_activity WHERE backend_type LIKE 'logical replication %worker';"""),
        ),
        "`pg_stat_activity.wait_event_type` of the apply worker is Lock, for longer than "
        "`wal_receiver_timeout` or max-lag-seconds (`pg_locks.waitstart`, 14+; before, "
        "`pg_stat_subscription.last_msg_receipt_time`); `pg_blocking_pids()` names the blocker. "
        "No error is counted.",
        (
            Remedy("Ask the blocker's user to end the transaction.", "None."),
            Remedy(
                "Cancel the blocker's statement. It does nothing to a session that is idle in "
                "its transaction.",
                "The statement fails, and the work of its transaction is rolled back.",
                (Script(_IF_IT_BLOCKS.format("pg_cancel_backend")),),
            ),
            Remedy(
                "End the blocker's session.",
                "The work of its open transaction is rolled back, and its application loses the "
                "connection.",
                (Script(_IF_IT_BLOCKS.format("pg_terminate_backend")),),
            ),
        ),
    ),
    Cause(
        "silent_divergence",
        Severity.WARNING,
        "lost changes: rows on the subscriber differ from the publisher's",
        "Changes met rows that are missing on the subscriber, or that somebody changed there. "
        "PostgreSQL skipped or overwrote them and went on: no error, but the tables differ.",
        _ERRORS,
        "`confl_update_missing`, `confl_delete_missing`, `confl_update_origin_differs` or "
        "`confl_delete_origin_differs` of `pg_stat_subscription_stats` is above 0 (18); the log "
        "has “conflict detected on relation” as a LOG. Before 18 nothing shows it.",
        (
            Remedy(
                "Compare the table on both servers while nobody writes to it: the two answers "
                "must be equal. Mend the rows that differ on the subscriber.",
                "It reads the whole table.",
                (Script(_COMPARED), Script(_COMPARED, Place.PUBLISHER)),
            ),
            Remedy(
                "Or copy all tables of the subscription again.",
                COPIES_AGAIN,
                (*COPY_AGAIN, DROP_OLD_SLOT),
            ),
            Remedy(
                "When the tables agree again: reset the counters, and the warning ends. That takes "
                "a superuser; where there is none, mute the cause.",
                "The subscription's error counts start from 0 too.",
                (Script("SELECT pg_stat_reset_subscription_stats({subscription_oid});"),),
            ),
        ),
    ),
)
