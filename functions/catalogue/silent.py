"""Causes: changes are not applied, or not as they should be, and no error says so."""

from typing import Final

from functions.catalogue.apply import ERRORS
from functions.catalogue.cause import Cause, Severity
from functions.catalogue.evidence import keys
from functions.catalogue.in_log import Errors, Explained, InLog
from functions.catalogue.recipes import COPIES_AGAIN, COPY_AGAIN, DROP_OLD_SLOT, END_BLOCKER
from functions.catalogue.remedy import Remedy
from functions.catalogue.script import Place, Script

_COMPARED: Final = """\
SELECT count(*), sum(hashtext(one::text)::bigint) FROM {table} AS one;"""
_ENDS_OF_PREPARED: Final = (
    Remedy(
        "Have the prepared transaction finished by its owner or by the transaction manager that "
        "prepared it.",
        "None.",
        needs="blocker_is_prepared",
        unless="blocker_is_replicated",
    ),
    Remedy(
        "If nobody will finish it: roll it back.",
        "Its work is lost. What belongs to it on other servers may be committed already: ask the "
        "transaction manager, which may want COMMIT PREPARED instead.",
        (
            Script(
                """\
SELECT format('ROLLBACK PREPARED %L', gid) FROM pg_prepared_xacts
WHERE gid = {blocker_gid:literal} AND database = current_database() AND EXISTS (
    SELECT FROM pg_subscription
    WHERE subname = {subscription:literal} AND oid = {subscription_oid}
)
\\gexec
SELECT gid, owner, prepared FROM pg_prepared_xacts;""",
                destroys=True,
            ),
        ),
        needs="blocker_is_prepared",
        unless="blocker_is_replicated",
    ),
    Remedy(
        "It came by a subscription with two_phase: finish it on that subscription's publisher, and "
        "its end arrives here. Do not finish it here: its end could not be applied any more.",
        "None.",
        (
            Script(
                "SELECT gid, owner, prepared, database FROM pg_prepared_xacts ORDER BY prepared;",
                Place.PUBLISHER,
            ),
        ),
        needs="blocker_is_replicated",
    ),
)

CAUSES: Final = (
    Cause(
        "apply_blocked",
        Severity.CRITICAL,
        "stands still: a local transaction blocks it",
        "The apply worker waits for a lock that a session on the subscriber holds, or a prepared "
        "transaction, which belongs to no session any more. Nothing is replicated until that "
        "transaction ends. The publisher is not to blame.",
        (
            Script("""\
SELECT pid, pg_blocking_pids(pid) AS blocked_by, wait_event_type, query
FROM pg_stat_activity WHERE backend_type LIKE 'logical replication %worker';"""),
        ),
        "`pg_stat_activity.wait_event_type` of the apply worker is Lock, for longer than "
        "`wal_receiver_timeout` or max-lag-seconds (`pg_locks.waitstart`, 14+; before, "
        "`pg_stat_subscription.last_msg_receipt_time`); `pg_blocking_pids()` names the blocker, "
        "with 0 for a prepared transaction (`pg_prepared_xacts`). "
        "No error is counted.",
        (
            Remedy(
                "Ask the blocker's user to end the transaction.",
                "None.",
                unless="blocker_is_prepared",
            ),
            *_ENDS_OF_PREPARED,
            *END_BLOCKER,
        ),
        shown=keys(
            "blocker_pid blocker_gid blocker_user blocker_application blocker_query "
            "blocker_age_seconds blocked_seconds worker_pid"
        ),
    ),
    Cause(
        "silent_divergence",
        Severity.WARNING,
        "lost changes: rows on the subscriber differ from the publisher's",
        "Changes met rows that are missing on the subscriber, or that somebody changed there. "
        "PostgreSQL skipped or overwrote them and went on: no error, but the tables differ.",
        ERRORS,
        "`confl_update_missing`, `confl_delete_missing`, `confl_update_origin_differs` or "
        "`confl_delete_origin_differs` of `pg_stat_subscription_stats` is above 0 (18); the log "
        "has “conflict detected on relation” as a LOG. Before 18 nothing shows it.",
        (
            Remedy(
                "Compare the table on both servers while nobody writes to it: the two answers "
                "must be equal. Fix the rows that differ on the subscriber.",
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
        shown=keys("table conflict conflict_counts"),
        in_log=InLog(remarks=(r"conflict detected on relation ",)),
        explained=Explained(Errors.REMARKS_ON_CONFLICTS, said_once=True),
    ),
)
