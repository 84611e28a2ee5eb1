"""Causes: changes arrive and cannot be applied, or not as they should."""

from typing import Final

from functions.catalogue.cause import Cause, Severity
from functions.catalogue.evidence import OF_ERROR
from functions.catalogue.in_log import APPLYING, STOPPED, Explained, InLog, Nature
from functions.catalogue.recipes import (
    DELETE_COLLIDING_ROW,
    READ_LOG,
    SKIPS,
    only_where_subscribed,
)
from functions.catalogue.remedy import Remedy
from functions.catalogue.script import Place, Script

ERRORS: Final = (Script("SELECT * FROM pg_stat_subscription_stats;"),)
_FAILING: Final = (
    "`pg_stat_subscription_stats.apply_error_count` rises between two samples (15+), about every "
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
_TARGET: Final = r'logical replication target relation "(?P<table>.+?)"'

CAUSES: Final = (
    Cause(
        "apply_error",
        Severity.CRITICAL,
        "stopped: a change cannot be applied",
        "The apply worker fails on the same change, restarts and fails again. Nothing after that "
        "change is replicated until it can be applied or is skipped.",
        ERRORS,
        f"{_FAILING}, while the subscription is enabled. No line of the log says more.",
        (READ_LOG, *SKIPS),
        shown=OF_ERROR,
        explained=Explained(),
        problem="stopped",
    ),
    Cause(
        "apply_conflict",
        Severity.CRITICAL,
        "stopped: a replicated row collides with a local one",
        "A row from the publisher has a key that another row on the subscriber holds already. The "
        "apply worker retries and fails again; nothing else is replicated until the local row is "
        "gone or the transaction is skipped.",
        ERRORS,
        f"{_FAILING}. The log has “duplicate key value violates unique constraint” (13 to 17), or "
        "“conflict detected on relation” with conflict=insert_exists, update_exists or "
        "multiple_unique_conflicts (18); its CONTEXT ends in “finished at” and the LSN (15+).",
        (DELETE_COLLIDING_ROW, *SKIPS),
        shown=OF_ERROR,
        in_log=InLog(
            "{change} collides with a row that {table} of the subscriber already has.",
            behind=APPLYING,
            sqlstates=("23505",),
            wordings=(r"conflict detected on relation |duplicate key value violates unique",),
            names=(
                r'conflict detected on relation "(?P<table>.+)": conflict=(?P<conflict>\w+)',
                r'duplicate key value violates unique constraint "(?P<constraint>.+)"',
            ),
            nature=Nature.LASTING,
        ),
    ),
    Cause(
        "constraint_violation",
        Severity.CRITICAL,
        "stopped: a replicated row breaks a constraint of the subscriber",
        "A CHECK, NOT NULL or foreign key constraint or a trigger on the subscriber refuses what "
        "the publisher accepted. The apply worker retries and fails again; nothing else is "
        "replicated until the row is accepted or its transaction skipped.",
        ERRORS,
        f"{_FAILING}. The log has SQLSTATE 23502, 23503, 23514 or 23P01 (“violates … "
        "constraint”), or an error raised by a trigger.",
        (
            Remedy(
                "Make the row acceptable: add what it refers to, or fix the trigger. The worker "
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
        shown=OF_ERROR,
        in_log=InLog(
            "{change} is refused by a constraint or a trigger of {table} on the subscriber.",
            behind=APPLYING,
            sqlstates=("23", "P0"),
            wordings=(r"[^\n]* violates (?:[\w ]+ )?(?:not-null|check|foreign key|excl)",),
            names=(
                r'new row for relation ".+" violates check constraint "(?P<constraint>.+)"',
                (
                    r'null value in column "(?P<column>.+)" of relation ".+" violates not-null '
                    r"constraint"
                ),
                (
                    r'insert or update on table ".+" violates foreign key constraint '
                    r'"(?P<constraint>.+)"'
                ),
                (
                    r'update or delete on table ".+" violates [\w ]+ "(?P<constraint>.+)" on '
                    r'table ".+"'
                ),
                r'conflicting key value violates exclusion constraint "(?P<constraint>.+)"',
            ),
            nature=Nature.LASTING,
            raised_by_any_trigger=True,
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
        shown=OF_ERROR,
        in_log=InLog(
            "{change} does not fit {table} of the subscriber: {error}.",
            behind=APPLYING,
            sqlstates=("22",),
            wordings=(
                r"logical replication target relation ",
                r"invalid input (?:syntax|value) for |value too long for type ",
                r'value "[^\n]*" is out of range for type |\w+ out of range\Z',
            ),
            names=(
                rf'{_TARGET} is missing replicated columns?: "(?P<column>[^"]+)".*',
                rf'{_TARGET} has incompatible generated columns?: "(?P<column>[^"]+)".*',
                rf"{_TARGET} (?:does not exist|has |is |uses ).*",
            ),
            nature=Nature.LASTING,
        ),
    ),
    Cause(
        "permission_denied",
        Severity.CRITICAL,
        "stopped: the subscription owner lacks permission",
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
        shown=OF_ERROR,
        in_log=InLog(
            "The subscription's owner lacks a right: {error}.",
            behind=STOPPED,
            sqlstates=("42501",),
            wordings=(
                r"permission denied for |must be owner of ",
                r"password is required|password or GSSAPI delegated credentials",
                r'role "[^\n]*" cannot SET ROLE to ',
                r"user \"[^\n]*\" cannot replicate into relation with row-level",
            ),
            nature=Nature.LASTING,
            raised_by_triggers_too=True,
        ),
    ),
)
