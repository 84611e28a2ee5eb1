"""Causes: the subscription itself and its worker."""

from typing import Final

from functions.catalogue.cause import Cause, Severity
from functions.catalogue.evidence import OF_CONNECTION, OF_ERROR, OF_LIMIT, keys
from functions.catalogue.in_log import Explained, InLog
from functions.catalogue.recipes import GET_WORKERS, READ_LOG, SKIP_TRANSACTION, WORKERS
from functions.catalogue.remedy import Remedy
from functions.catalogue.script import Script

_STATE: Final = (Script("SELECT * FROM pg_stat_subscription;"),)
_DEFINITION: Final = (Script("SELECT subname, subenabled, subslotname FROM pg_subscription;"),)
_ENABLE: Final = Script("ALTER SUBSCRIPTION {subscription} ENABLE;")

CAUSES: Final = (
    Cause(
        "subscription_disabled",
        Severity.CRITICAL,
        "stopped: the subscription is disabled",
        "Somebody or something disabled the subscription. Nothing is replicated, and the "
        "publisher keeps WAL for its slot until the subscription is enabled or dropped.",
        _DEFINITION,
        "`pg_subscription.subenabled` is false; `pg_stat_subscription` has a row of NULLs.",
        (
            Remedy(
                "Enable it.",
                "None for the data. If it was disabled because a change could not be applied, it "
                "fails on the same change again.",
                (_ENABLE,),
            ),
            Remedy(
                "If it is not wanted any more: drop it, and its slot on the publisher with it.",
                "What has not been replicated yet never will be. Coming back means copying the "
                "tables again.",
                (Script("DROP SUBSCRIPTION {subscription};", destroys=True),),
            ),
        ),
        shown=keys("slot_name publisher"),
    ),
    Cause(
        "subscription_not_enabled",
        Severity.WARNING,
        "was created disabled and is not enabled yet",
        "The subscription is new, and was created disabled. Nothing is replicated before it is "
        "enabled, and the publisher keeps WAL for its slot meanwhile.",
        _DEFINITION,
        "`pg_subscription.subenabled` is false, no check has seen it true, and no error was "
        "counted. After `slot-inactive-minutes` it is `subscription_disabled`; so it is without "
        "the memory of an earlier check.",
        (
            Remedy(
                "Enable it when the tables are ready. One that was created with connect = false "
                "also needs its slot on the publisher first, and REFRESH PUBLICATION afterwards.",
                "None for the data: what was written since its slot was created is sent then.",
                (_ENABLE,),
            ),
        ),
        shown=keys("slot_name publisher publications"),
    ),
    Cause(
        "disabled_on_error",
        Severity.CRITICAL,
        "stopped: it disabled itself after an error",
        "The subscription was created with disable_on_error, met an error and disabled itself. "
        "Nothing is replicated until the error is fixed and the subscription enabled again.",
        (Script("SELECT subname, subenabled, subdisableonerr FROM pg_subscription;"),),
        "`pg_subscription.subenabled` is false and `subdisableonerr` true (15+). The log has "
        "“subscription … has been disabled because of an error”, and the error before it. A "
        "publisher that shuts down or a WAL sender that is killed does it too.",
        (
            Remedy(
                "Fix what the error in the log names (nothing, if it was a lost connection), "
                "then enable the subscription.",
                "None after a lost connection. If a change could not be applied and still cannot, "
                "the subscription disables itself again.",
                (_ENABLE,),
            ),
            Remedy(
                "If the change cannot be applied: skip its transaction, then enable the "
                "subscription.",
                "All changes of that transaction are lost on the subscriber. The LSN must be "
                "exactly the one after “finished at” in the error's CONTEXT.",
                (SKIP_TRANSACTION, _ENABLE),
            ),
        ),
        shown=OF_ERROR,
        in_log=InLog(remarks=(r"subscription .* has been disabled because of an error",)),
        explained=Explained(said_once=True, asks_why=True),
    ),
    Cause(
        "worker_down",
        Severity.CRITICAL,
        "stopped: its apply worker is not running",
        "The subscription is enabled, but no apply worker ran for as long as two restarts take. "
        "Nothing is replicated until one starts; the error log usually says why it does not.",
        _STATE,
        "`pg_subscription.subenabled` is true and `pg_stat_subscription.pid` NULL for longer than "
        "two `wal_retrieve_retry_interval`; the error counts of `pg_stat_subscription_stats` "
        "(15+) do not rise. On 13 and 14, which count no errors, a change that cannot be applied "
        "looks like this too.",
        (
            READ_LOG,
            Remedy(
                "If the log says nothing: start the worker anew.",
                "None for the data: what was under way is sent again.",
                (
                    Script(
                        "ALTER SUBSCRIPTION {subscription} DISABLE;\n"
                        "ALTER SUBSCRIPTION {subscription} ENABLE;"
                    ),
                ),
            ),
        ),
        shown=OF_CONNECTION,
        explained=Explained(),
        problem="stopped",
    ),
    Cause(
        "worker_restarting",
        Severity.CRITICAL,
        "stopped or interrupted: its apply worker keeps ending",
        "The apply worker ends and starts again, and no error is counted: the server crashes, "
        "somebody or something kills the worker, or a limit such as transaction_timeout ends it. "
        "What it had not finished is sent again each time, and may never be applied.",
        (WORKERS,),
        "The worker of `pg_stat_subscription` is another one than at the last check, twice within "
        "five minutes or at two checks in a row, while the counts of `pg_stat_subscription_stats` "
        "(15+) did not rise; or it was gone at a check and has not worked for long since. Who "
        "alters the subscription twice in five minutes causes it too. On 13 and 14, which count "
        "no errors, a change that cannot be applied looks like this.",
        (
            Remedy(
                "Read the subscriber's log where a worker ended: “was terminated by signal” is a "
                "crash of the server (see that it has memory and disk), “due to … timeout” a limit "
                "(find who sets it), “due to administrator command” a person or a program.",
                "None.",
            ),
        ),
        shown=OF_CONNECTION,
        explained=Explained(),
        problem="stopped",
    ),
    Cause(
        "worker_slots_exhausted",
        Severity.CRITICAL,
        "stopped: no slot for an apply worker is free",
        "All logical replication workers the server allows are in use, so this subscription gets "
        "none. Nothing is replicated for it until one is free.",
        (
            Script(
                "SELECT subname, relid::regclass, pid FROM pg_stat_subscription "
                "WHERE pid IS NOT NULL;\n"
                "SHOW max_logical_replication_workers;"
            ),
        ),
        "`pg_subscription.subenabled` is true, `pg_stat_subscription.pid` NULL and no error "
        "counted, while as many workers run as `max_logical_replication_workers` allows. The log "
        "has the WARNING “out of logical replication worker slots”.",
        (*GET_WORKERS,),
        shown=OF_LIMIT,
        in_log=InLog(
            "The subscriber has no room for another logical replication worker.",
            behind=("worker_down",),
            beside=("table_sync_stalled",),
            wordings=(r"out of (?:logical replication|background) worker slots",),
            from_any_worker=True,
        ),
    ),
    Cause(
        "no_subscription",
        Severity.CRITICAL,
        "has no subscription",
        "The cluster is configured to be watched, yet holds no subscription in any database: it "
        "was dropped, or the parameters point to the wrong cluster.",
        _DEFINITION,
        "`pg_subscription`, which is shared by all databases, is empty.",
        (
            Remedy(
                "If the monitor checks the wrong cluster: correct its parameter hostname; if "
                "the cluster is not to be watched any more, delete its parameters.",
                "None.",
            ),
            Remedy(
                "Create the subscription again, in the database with the tables. Empty them first "
                "if they hold rows: a copy fails on keys that are there.",
                "The tables are incomplete until they are copied.",
                (
                    Script(
                        "CREATE SUBSCRIPTION {subscription} CONNECTION {connection} "
                        "PUBLICATION {publications};"
                    ),
                ),
            ),
        ),
    ),
    Cause(
        "skip_pending",
        Severity.WARNING,
        "will skip a transaction that has not come",
        "Somebody set the subscription to skip the transaction that ends at an LSN, and none "
        "has. PostgreSQL accepts any LSN: if it is the wrong one, nothing is skipped, and the "
        "request stays for a later transaction.",
        (Script("SELECT subname, subskiplsn FROM pg_subscription;"),),
        "`pg_subscription.subskiplsn` is not `0/0` (15+).",
        (
            Remedy(
                "Take the request back.",
                "If the transaction was to be skipped after all, its error comes back.",
                (Script("ALTER SUBSCRIPTION {subscription} SKIP (lsn = NONE);"),),
            ),
        ),
        shown=keys("skip_lsn"),
    ),
)
