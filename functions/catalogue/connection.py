"""Causes: the subscription does not get what it wants from the publisher."""

from dataclasses import replace
from typing import Final

from functions.catalogue import slot
from functions.catalogue.cause import Cause, Severity
from functions.catalogue.evidence import OF_CONNECTION, OF_LIMIT, OF_PUBLICATION
from functions.catalogue.in_log import ANSWERED, ANSWERED_STRICTLY, STOPPED, WORKER, InLog, Nature
from functions.catalogue.recipes import (
    CONNECT,
    COPIES_AGAIN,
    COPY_AGAIN,
    DROP_OLD_SLOT,
    TERMINATE_SENDER,
)
from functions.catalogue.remedy import Remedy
from functions.catalogue.script import Place, Script
from functions.catalogue.slot import ANOTHERS, BY_ITS_OWN_PUBLISHER, DOWN, SLOTS, WITHOUT_WORKER

_STATE: Final = (Script("SELECT subname, pid, last_msg_receipt_time FROM pg_stat_subscription;"),)

CAUSES: Final = (
    Cause(
        "publisher_unreachable",
        Severity.CRITICAL,
        "stopped: the publisher cannot be reached",
        "The apply worker cannot connect to the publisher: it is down, its name does not resolve, "
        "or the network refuses. Replication goes on by itself once it answers.",
        _STATE,
        f"{DOWN}. The log has “could not connect to the publisher” with a reason of the network.",
        (
            Remedy(
                "See that the publisher runs, and that its security group, firewall and name let "
                "the subscriber in. The worker retries by itself.",
                "None.",
            ),
            CONNECT,
        ),
        shown=OF_CONNECTION,
        in_log=InLog(
            "The subscriber has no connection to the publisher: {error}.",
            behind=STOPPED,
            wordings=(
                rf"{WORKER}could not connect to the publ",
                r"could not (?:receive|send|start WAL|identify)",
            ),
            nature=Nature.PASSING,
        ),
    ),
    Cause(
        "publisher_auth_failed",
        Severity.CRITICAL,
        "stopped: the publisher refuses its login",
        "The publisher answers but does not let the subscription in: the password or the role "
        "changed, or pg_hba.conf has no entry for it.",
        _STATE,
        f"{DOWN}. The log has “password authentication failed”, “no pg_hba.conf entry” or “role "
        "… does not exist” (SQLSTATE 28P01, 28000 on the publisher).",
        (
            Remedy(
                "Give the role on the publisher back what the error names: its password, LOGIN, "
                "REPLICATION (rds_replication on RDS), an entry in pg_hba.conf.",
                "The role can read everything that is published.",
            ),
            CONNECT,
        ),
        shown=OF_CONNECTION,
        in_log=InLog(
            "The publisher refuses the subscriber's login: {error}.",
            behind=STOPPED,
            wordings=(
                (
                    rf"{WORKER}(?:could not connect to the publisher|invalid connection string).*"
                    r"(?:authentication failed|no pg_hba\.conf entry|pg_hba\.conf rejects|"
                    r'no password supplied|role "[^\n]*" does not exist|'
                    r"is not permitted to log in|permission denied|"
                    r"must be superuser or replication role|certificate)"
                ),
            ),
        ),
    ),
    *slot.CAUSES,
    Cause(
        "publication_missing",
        Severity.CRITICAL,
        "gets nothing: a publication does not exist",
        "A publication the subscription names was dropped or renamed on the publisher. A "
        "publisher up to 17 reports an error; from 18 on everything looks healthy while the "
        "changes are skipped for ever.",
        (
            Script("SELECT subname, subpublications FROM pg_subscription;"),
            Script("SELECT pubname FROM pg_publication;", Place.PUBLISHER, "compare"),
        ),
        "Publisher 13 to 17: the log has “publication … does not exist”, again and again. "
        "Publisher 18: only the WARNING “skipped loading publication”; to be sure, "
        "`pg_subscription.subpublications` is compared with `pg_publication` (needs the "
        "`publisher/…` parameters).",
        (
            ANOTHERS,
            Remedy(
                "Create the publication again, then a new subscription, and copy its tables. The "
                "publication alone does not help: before 18 the slot still reads from before its "
                "creation, from 18 on the changes since it was dropped are gone.",
                COPIES_AGAIN,
                (
                    Script(
                        "CREATE PUBLICATION {publication} FOR TABLE {tables};",
                        Place.PUBLISHER,
                        "create it as it was: all tables, row filters, column lists, options",
                    ),
                    *COPY_AGAIN,
                    DROP_OLD_SLOT,
                ),
                needs="slot_is_ours",
            ),
        ),
        shown=OF_PUBLICATION,
        in_log=InLog(
            "A publication of the subscription does not exist on the publisher.",
            behind=STOPPED,
            wordings=(
                rf'{ANSWERED}publication "[^\n]*" does not exist',
                r"skipped loading publication",
            ),
            names=(
                rf'{ANSWERED_STRICTLY}publication "(?P<publication>[^\n]+)" does not exist.*',
                r'skipped loading publication "(?P<publication>[^\n]+)".*',
            ),
            proves=("slot_is_ours",),
        ),
        explained=BY_ITS_OWN_PUBLISHER,
        replaces=WITHOUT_WORKER,
    ),
    Cause(
        "network_timeout",
        Severity.CRITICAL,
        "stopped: the publisher's connection went silent",
        "The apply worker heard nothing from the publisher for wal_receiver_timeout and gave the "
        "connection up. The network drops it, or the WAL sender hangs or is too busy to answer.",
        (
            Script("SHOW wal_receiver_timeout;"),
            Script(
                "SELECT pid, application_name, state, reply_time FROM pg_stat_replication;",
                Place.PUBLISHER,
            ),
        ),
        f"{DOWN}. The log has “terminating logical replication worker due to timeout”.",
        (
            Remedy(
                "See whether the network between the servers drops idle or long connections. The "
                "worker retries by itself.",
                "None.",
            ),
            TERMINATE_SENDER,
            Remedy(
                "If the publisher is only slow, with huge transactions: raise wal_receiver_timeout "
                "in the subscriber's parameter group.",
                "A connection that is really dead is noticed that much later.",
            ),
        ),
        shown=OF_CONNECTION,
        in_log=InLog(
            "Nothing came from the publisher for wal_receiver_timeout, and the subscriber gave the "
            "connection up.",
            behind=(*STOPPED, "publisher_lagging", "apply_lagging"),
            wordings=(r"terminating logical replication worker due to timeout",),
            nature=Nature.PASSING,
        ),
    ),
    Cause(
        "publisher_slots_exhausted",
        Severity.CRITICAL,
        "does not get a table: the publisher has no free slot",
        "Each initial copy needs a replication slot on the publisher for a while, and all are in "
        "use. The tables that wait are not replicated.",
        (replace(SLOTS, sql=f"{SLOTS.sql}\nSHOW max_replication_slots;"),),
        "`pg_stat_subscription_stats.sync_error_count` rises (15+). The log has “all replication "
        "slots are in use”; as many rows are in `pg_replication_slots` on the publisher as "
        "`max_replication_slots` allows.",
        (
            Remedy(
                "Raise max_replication_slots in the publisher's parameter group, and "
                "max_wal_senders with it; restart the publisher.",
                "The restart ends every session of the publisher.",
            ),
            Remedy(
                "Drop a slot nobody needs (pg_drop_replication_slot); ask its owner first.",
                "It cannot be undone: its consumer must start from nothing.",
                (
                    Script(
                        "SELECT * FROM pg_replication_slots WHERE NOT active;",
                        Place.PUBLISHER,
                        "see which are unused now",
                    ),
                ),
            ),
        ),
        shown=OF_LIMIT,
        in_log=InLog(
            "The publisher has no free replication slot for the copy.",
            behind=("table_sync_failed", "table_sync_stalled"),
            wordings=(rf"{ANSWERED}all replication slots are in use",),
        ),
    ),
)
