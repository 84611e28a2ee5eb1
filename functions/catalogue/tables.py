"""Causes: tables of a subscription that are not copied or not subscribed to."""

from dataclasses import replace
from typing import Final

from functions.catalogue.cause import Cause, Severity
from functions.catalogue.evidence import OF_COPY, OF_PUBLICATION, OF_STANDING_COPY
from functions.catalogue.in_log import Errors, Explained, InLog
from functions.catalogue.recipes import (
    DELETE_COLLIDING_ROW,
    END_BLOCKER,
    GET_WORKERS,
    READ_LOG,
    locked,
    only_where_subscribed,
    unless_published,
)
from functions.catalogue.remedy import Remedy
from functions.catalogue.script import Place, Script

_TABLES: Final = Script("""\
SELECT subname, srrelid::regclass AS "table", srsubstate
FROM pg_subscription_rel JOIN pg_subscription ON pg_subscription.oid = srsubid
WHERE srsubstate <> 'r';""")
_IF_IT_WAITS: Final = """\
IF NOT EXISTS (
    SELECT FROM pg_subscription_rel
    WHERE srsubid = {subscription_oid} AND srrelid = to_regclass({table:literal})
        AND srsubstate IN ('i', 'd')
) THEN
    RAISE EXCEPTION 'The table does not wait for its first copy (any more). Nothing changed.';
END IF;
"""
"""Asked under a lock that a copy excludes: a worker commits the rows and its new state together
(replication/logical/tablesync.c, 14 and later)."""

CAUSES: Final = (
    Cause(
        "table_sync_failed",
        Severity.CRITICAL,
        "does not get a table: its first copy fails",
        "The initial copy of a table fails, is started again and fails again. The other tables "
        "are replicated, this one is not.",
        (_TABLES,),
        "`pg_subscription_rel.srsubstate` does not become r, and "
        "`pg_stat_subscription_stats.sync_error_count` rises (15+; 19 calls it "
        "`sync_table_error_count`). The log has the error of COPY. A table that is merely being "
        "copied is healthy.",
        (
            READ_LOG,
            replace(DELETE_COLLIDING_ROW, needs="key_columns"),
            Remedy(
                "If rows on the subscriber collide with those to be copied: empty the table. The "
                "copy is retried by itself. Where a copy is under way it gives up after 5 seconds; "
                "if each attempt takes longer to fail, disable the subscription, empty the table "
                "when the attempt has ended, and enable it again.",
                "Everything the subscriber's table holds is lost; the publisher's rows come with "
                "the copy.",
                (
                    Script(
                        only_where_subscribed(
                            locked("LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE;\n")
                            + _IF_IT_WAITS
                            + unless_published("ARRAY[to_regclass({table:literal})]")
                            + "\nTRUNCATE {table};"
                        ),
                        destroys=True,
                    ),
                ),
            ),
        ),
        shown=OF_COPY,
        in_log=InLog(
            names=(r'could not start initial contents copy for table "(?P<table>.+?)": .*',)
        ),
        explained=Explained(Errors.OF_COPYING),
        problem="copy_stopped",
    ),
    Cause(
        "table_sync_stalled",
        Severity.CRITICAL,
        "does not get a table: its first copy does not start",
        "A table waits for its initial copy, and no worker takes it up. The other tables are "
        "replicated, this one is not.",
        (replace(_TABLES, sql=f"{_TABLES.sql}\nSHOW max_logical_replication_workers;"),),
        "`pg_subscription_rel.srsubstate` is not r, with no table synchronization worker in "
        "`pg_stat_subscription` on several samples and no error counted. The log may have the "
        "WARNING “out of logical replication worker slots”.",
        (*GET_WORKERS,),
        shown=OF_COPY,
        explained=Explained(Errors.OF_COPYING),
        problem="copy_stopped",
    ),
    Cause(
        "table_sync_blocked",
        Severity.CRITICAL,
        "does not get a table: its first copy stands still",
        "The initial copy of a table waits: for a lock on the subscriber, for an old transaction "
        "of the publisher, which it must outlast before it begins, or for rows that do not come. "
        "The other tables are replicated, this one is not.",
        (
            Script("""\
SELECT pid, relid::regclass, tuples_processed, wait_event_type, wait_event, pg_blocking_pids(pid)
FROM pg_stat_subscription JOIN pg_stat_activity USING (pid)
    LEFT JOIN (SELECT pid, tuples_processed FROM pg_stat_progress_copy) AS copy USING (pid)
WHERE relid IS NOT NULL;"""),
            Script(
                """\
SELECT pid, application_name, wait_event_type, wait_event, pg_blocking_pids(pid)
FROM pg_stat_activity WHERE application_name LIKE 'pg_%_sync_%';""",
                Place.PUBLISHER,
            ),
        ),
        "`pg_subscription_rel.srsubstate` is i or d, the table synchronization worker waits for a "
        "lock or the publisher (`pg_stat_activity.wait_event_type`), and `tuples_processed` of "
        "`pg_stat_progress_copy` (14+) has not risen for longer than max-lag-seconds. A copy that "
        "makes progress is healthy, however long it takes.",
        (
            Remedy(
                "Have whoever is in the way end the transaction; the copy goes on by itself.",
                "None.",
            ),
            *(replace(remedy, needs="blocker_pid") for remedy in END_BLOCKER),
            Remedy(
                "End the session on the publisher whose transaction the copy waits for.",
                "The work of its open transaction is rolled back, and its application loses the "
                "connection.",
                (
                    Script(
                        "SELECT pg_terminate_backend(blocker)\n"
                        "FROM pg_stat_activity CROSS JOIN unnest(pg_blocking_pids(pid)) AS "
                        "blocker\nWHERE backend_type = 'walsender' AND blocker = "
                        "{publisher_blocker_pid};",
                        Place.PUBLISHER,
                    ),
                ),
                needs="publisher_blocker_pid",
            ),
            Remedy(
                "If nobody is in the way: look at the publisher's load, at what the copy's WAL "
                "sender waits for there, and at the network between the servers.",
                "None.",
            ),
        ),
        shown=OF_STANDING_COPY,
        problem="copy_stopped",
    ),
    Cause(
        "publication_not_refreshed",
        Severity.CRITICAL,
        "is missing published tables: run REFRESH PUBLICATION",
        "The publication has tables the subscription does not know. Everything looks healthy, "
        "but no row of these tables is replicated.",
        (
            Script("""\
SELECT subname, srrelid::regclass AS "table"
FROM pg_subscription_rel JOIN pg_subscription ON pg_subscription.oid = srsubid;"""),
            Script("SELECT * FROM pg_publication_tables;", Place.PUBLISHER, "compare"),
        ),
        "`pg_publication_tables` on the publisher has tables that `pg_subscription_rel` on the "
        "subscriber lacks (needs the `publisher/…` parameters).",
        (
            Remedy(
                "Subscribe to the new tables; their rows are copied. They must exist on the "
                "subscriber, and be empty.",
                "If they hold the same keys already, the copy fails on them (table_sync_failed).",
                (Script("ALTER SUBSCRIPTION {subscription} REFRESH PUBLICATION;"),),
            ),
            Remedy(
                "If the subscriber's tables hold the publisher's rows already: subscribe without "
                "copying.",
                "Changes made since those rows were taken are missing for ever.",
                (
                    Script(
                        "ALTER SUBSCRIPTION {subscription} "
                        "REFRESH PUBLICATION WITH (copy_data = false);"
                    ),
                ),
            ),
        ),
        shown=OF_PUBLICATION,
    ),
)
