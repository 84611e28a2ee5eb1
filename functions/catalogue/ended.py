"""Causes: something ends the worker's work, again and again, though its changes are right."""

from typing import Final

from functions.catalogue.cause import Cause, Severity
from functions.catalogue.evidence import OF_CONNECTION, OF_ERROR, keys
from functions.catalogue.in_log import ANSWERED, APPLYING, InLog
from functions.catalogue.recipes import WORKERS
from functions.catalogue.remedy import Remedy
from functions.catalogue.script import Place, Script

_SETTINGS: Final = """\
SELECT coalesce(rolname, 'every role') AS role, coalesce(datname, 'every database') AS database,
    setting
FROM pg_db_role_setting CROSS JOIN unnest(setconfig) AS setting
    LEFT JOIN pg_roles ON pg_roles.oid = setrole
    LEFT JOIN pg_database ON pg_database.oid = setdatabase
WHERE setting LIKE '%timeout=%'
UNION ALL
SELECT 'every role', 'every database', name || '=' || reset_val FROM pg_settings
WHERE name IN ('lock_timeout', 'statement_timeout', 'transaction_timeout') AND reset_val <> '0';"""
_PROCESS: Final = (
    r"(?:server process|client backend|autovacuum worker|walsender|"
    r'background worker "[^"\n]+") \(PID \d+\)'
)
CAUSES: Final = (
    Cause(
        "worker_timeout",
        Severity.CRITICAL,
        "fails again and again: a timeout ends its work",
        "A timeout that is set for a role, a database or the whole server ends what the worker "
        "does, or what the publisher does for it, before it is done. It starts from the beginning "
        "and is ended again, for ever if the work takes longer than the timeout allows.",
        (WORKERS,),
        "The log has “canceling statement due to lock timeout” (the subscriber's "
        "lock_timeout counts in its workers, statement_timeout does not), “terminating connection "
        "due to transaction timeout” (17+, without an error count), or one of them, or "
        "“canceling statement due to statement timeout”, as the publisher's answer during a copy.",
        (
            Remedy(
                "Find where the timeout is set, on both servers: for the owner of the subscription "
                "on the subscriber, for the role of its connection on the publisher.",
                "None.",
                (Script(_SETTINGS), Script(_SETTINGS, Place.PUBLISHER)),
            ),
            Remedy(
                "If it is the subscriber's: lift it for the subscription's owner in that database, "
                "which wins over what is set for the role, the database or the server. The "
                "worker's next attempt is without it.",
                "Other sessions of the owner in that database lose the limit, too.",
                (Script("ALTER ROLE {role} IN DATABASE {database} SET {timeout} = 0;"),),
            ),
            Remedy(
                "If it is the publisher's: lift it for the role of the subscription's connection.",
                "Other sessions of that role in that database lose the limit, too.",
                (
                    Script(
                        "ALTER ROLE {role} IN DATABASE {slot_database} SET {timeout} = 0;",
                        Place.PUBLISHER,
                    ),
                ),
            ),
            Remedy(
                "If it was lock_timeout: see who holds locks for long, and end that work.",
                "None for looking. Ending a session rolls back its open transaction.",
                (
                    Script(
                        "SELECT pid, application_name, state, xact_start FROM pg_stat_activity "
                        "WHERE xact_start IS NOT NULL ORDER BY xact_start LIMIT 10;"
                    ),
                ),
            ),
        ),
        shown=OF_ERROR | keys("sync_error_count"),
        in_log=InLog(
            "A timeout ended what was being done: {error}.",
            behind=(*APPLYING, "table_sync_failed", "table_sync_stalled"),
            wordings=(
                rf"{ANSWERED}canceling statement due to (?:lock|statement) timeout",
                rf"{ANSWERED}terminating connection due to transaction timeout",
            ),
            raised_by_triggers_too=True,
        ),
    ),
    Cause(
        "server_crashed",
        Severity.CRITICAL,
        "stopped or interrupted: the subscriber's server crashes and recovers",
        "A process of the subscriber was ended by a signal, which ends all others with it: the "
        "server recovers and starts again, and no error is counted. If the same change or session "
        "does it each time, nothing is replicated any more.",
        (WORKERS,),
        "The log has “was terminated by signal”, or “database system was interrupted”. The start "
        "of the apply worker (`pg_stat_activity.backend_start`) is new at several checks in a row, "
        "and the counters of `pg_stat_subscription_stats` begin at 0.",
        (
            Remedy(
                "See in the subscriber's log which process was terminated; the DETAIL “Failed "
                "process was running” has its statement, if it had one. A PANIC just before says "
                "why, such as a full disk.",
                "None.",
            ),
            Remedy(
                "If it was signal 9: most likely the server's memory ran out. See what needs it "
                "(sessions, work_mem, maintenance_work_mem) and give it less, or the server more.",
                "Changing the instance class restarts the server.",
            ),
            Remedy(
                "If it was signal 6 or 11 without a PANIC: a bug of the server or of an extension "
                "that triggers or types use. Bring both up to date. Until then, if it is the apply "
                "worker that crashes: disable the subscription, so that the server stays up.",
                "Nothing is replicated meanwhile, and the publisher keeps WAL for the slot.",
                (Script("ALTER SUBSCRIPTION {subscription} DISABLE;"),),
            ),
        ),
        shown=OF_CONNECTION | keys("signal"),
        in_log=InLog(
            "The server crashed and recovered: {error}.",
            behind=("worker_down", "worker_restarting"),
            wordings=(
                rf"{_PROCESS} was terminated by signal ",
                r"database system was interrupted",
            ),
            names=(rf"{_PROCESS} was terminated by signal (?P<signal>\d+)(?:: .*)?",),
            remarks=(
                rf"{_PROCESS} was terminated by signal ",
                r"database system was interrupted",
            ),
            of_whole_server=True,
        ),
    ),
)
