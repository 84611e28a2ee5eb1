"""Causes: what keeps the monitor from finding out."""

from typing import Final

from functions.catalogue.cause import Cause, Severity
from functions.catalogue.evidence import keys
from functions.catalogue.remedy import Remedy
from functions.catalogue.script import Script

CAUSES: Final = (
    Cause(
        "database_auth_failed",
        Severity.CRITICAL,
        "could not be checked: the database refused the monitor's login",
        "The monitor cannot log in, so the state of replication is unknown. The password or the "
        "grant of rds_iam changed, or the role is gone.",
        (),
        "SQLSTATE 28P01 or 28000 when the monitor connects.",
        (
            Remedy(
                "Correct the monitor's username and password in the cluster's parameters. The "
                "next check uses them.",
                "None.",
            ),
            Remedy(
                "If it logs in by IAM (no parameter password): give its role the right to.",
                "The role can no longer log in with a password.",
                (Script("GRANT rds_iam TO {role};"),),
            ),
        ),
    ),
    Cause(
        "database_unreachable",
        Severity.CRITICAL,
        "could not be checked: the database cannot be reached",
        "No connection could be made, so the state of replication is unknown: the server is down, "
        "its name does not resolve, the network refuses, or TLS could not be verified.",
        (),
        "The driver's error when the monitor connects; the summary says which.",
        (
            Remedy(
                "See that the cluster runs, that its security group lets the monitor's in, and "
                "that the parameters hostname and port are right.",
                "None.",
            ),
            Remedy(
                "If its certificate could not be verified: set hostname to the endpoint's name.",
                "None. The parameter sslmode=require would verify nothing.",
            ),
        ),
        problem="no_answer",
    ),
    Cause(
        "database_timeout",
        Severity.CRITICAL,
        "could not be checked: the database did not answer in time",
        "The server accepted the connection or the query but gave no answer in time, so the state "
        "of replication is unknown. Overload, a hung host or a silently dropped connection.",
        (),
        "The driver's timeout, or SQLSTATE 57014 (statement_timeout).",
        (
            Remedy(
                "Look at the server's load and connections. If nobody can log in, fail over.",
                "A failover ends every session of the cluster.",
            ),
        ),
        problem="no_answer",
    ),
    Cause(
        "database_error",
        Severity.CRITICAL,
        "could not be checked: the database answered with an error",
        "The monitor's query failed, so the state of replication is unknown.",
        (),
        "Any other error of the database or the driver; the summary has its SQLSTATE.",
        (
            Remedy(
                "Fix what the error names: a database that is gone (parameter dbname), a server "
                "without a free connection, one that is starting or shutting down.",
                "None.",
            ),
        ),
        problem="no_answer",
    ),
    Cause(
        "undecided",
        Severity.CRITICAL,
        "could not be checked: it takes a second check",
        "Errors were counted at some time, perhaps long ago. Whether they go on, only a comparison "
        "with an earlier check shows, and the monitor remembers none: it may be the cluster's "
        "first. The next check decides.",
        (Script("SELECT * FROM pg_stat_subscription_stats;"),),
        "`pg_stat_subscription_stats.apply_error_count` is above 0 (15+), the worker's "
        "`pg_stat_activity.backend_start` is less than five minutes old or not visible, and no "
        "memory of the last check was at hand.",
        (
            Remedy(
                "Wait for the next scheduled check. If this comes at every check, the monitor's "
                "memory is not kept: see in the execution whether reading or writing its DynamoDB "
                "table failed.",
                "None.",
            ),
        ),
        shown=keys("apply_error_count worker_pid last_msg_receipt_time"),
    ),
    Cause(
        "monitor_misconfigured",
        Severity.CRITICAL,
        "could not be checked: the monitor's configuration is wrong",
        "A parameter of this cluster is missing or malformed, so the state of replication is "
        "unknown until it is corrected.",
        (),
        "The cluster's parameters in SSM, before any connection is made; or "
        "`pg_is_in_recovery()`, if the parameter hostname leads to a read replica.",
        (Remedy("Correct the parameter that the message names. The next check uses it.", "None."),),
    ),
    Cause(
        "monitor_failed",
        Severity.CRITICAL,
        "could not be checked: the monitor itself failed",
        "The check did not finish, so the state of replication is unknown. The execution and the "
        "function's own log say why.",
        (),
        "An error nobody foresaw, or the CheckReplication function failed, timed out or was "
        "throttled.",
        (
            Remedy(
                "Read the function's log and fix what it names; then start an execution by hand. "
                "Until it succeeds, check replication yourself.",
                "None.",
            ),
        ),
    ),
)
