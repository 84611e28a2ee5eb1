"""Causes: the subscription does not get what it wants from the publisher."""

from dataclasses import replace
from typing import Final

from functions.catalogue.cause import Cause, Severity
from functions.catalogue.recipes import (
    CONNECT,
    COPIES_AGAIN,
    COPY_AGAIN,
    DROP_OLD_SLOT,
    TERMINATE_SENDER,
)
from functions.catalogue.remedy import Remedy
from functions.catalogue.script import Place, Script

_STATE: Final = (Script("SELECT subname, pid, last_msg_receipt_time FROM pg_stat_subscription;"),)
_SLOTS: Final = Script("SELECT * FROM pg_replication_slots;", Place.PUBLISHER)
_DOWN: Final = (
    "`pg_stat_subscription.pid` is NULL on two looks and `apply_error_count` does not rise"
)
MAY_BE_ANOTHERS: Final = (
    "If its own publisher is another one, this says nothing: the worker's error in the log tells."
)
"""The end of what is said of a slot that was not seen to be the subscription's own."""

_ANOTHERS: Final = Remedy(
    "Read the worker's error in the subscriber's log: only it says what the subscription's own "
    "publisher answers. The publisher watched here may be another one with a slot of that name, or "
    "without. While its own cannot be reached, leave the subscription alone: it catches up.",
    "None.",
    unless="slot_is_ours",
)

CAUSES: Final = (
    Cause(
        "publisher_unreachable",
        Severity.CRITICAL,
        "stopped: the publisher cannot be reached",
        "The apply worker cannot connect to the publisher: it is down, its name does not resolve, "
        "or the network refuses. Replication goes on by itself once it answers.",
        _STATE,
        f"{_DOWN}. The log has “could not connect to the publisher” with a reason of the network.",
        (
            Remedy(
                "See that the publisher runs, and that its security group, firewall and name let "
                "the subscriber in. The worker retries by itself.",
                "None.",
            ),
            CONNECT,
        ),
    ),
    Cause(
        "publisher_auth_failed",
        Severity.CRITICAL,
        "stopped: the publisher refuses its login",
        "The publisher answers but does not let the subscription in: the password or the role "
        "changed, or pg_hba.conf has no entry for it.",
        _STATE,
        f"{_DOWN}. The log has “password authentication failed”, “no pg_hba.conf entry” or “role "
        "… does not exist” (SQLSTATE 28P01, 28000 on the publisher).",
        (
            Remedy(
                "Give the role on the publisher back what the error names: its password, LOGIN, "
                "REPLICATION (rds_replication on RDS), an entry in pg_hba.conf.",
                "The role can read everything that is published.",
            ),
            CONNECT,
        ),
    ),
    Cause(
        "slot_missing",
        Severity.CRITICAL,
        "stopped: its replication slot does not exist",
        "The publisher has no slot of that name: somebody dropped it, or the publisher failed "
        "over or was restored without it. The changes since then are not kept anywhere.",
        (_SLOTS,),
        f"{_DOWN}. The log has “replication slot … does not exist”; `pg_replication_slots` on the "
        "publisher lacks it.",
        (
            _ANOTHERS,
            Remedy(
                "Make a new subscription with a new slot, and copy its tables. There is no way "
                "without loss: a new slot alone would leave a gap that nothing shows.",
                COPIES_AGAIN,
                COPY_AGAIN,
                needs="slot_is_ours",
            ),
        ),
    ),
    Cause(
        "slot_lost",
        Severity.CRITICAL,
        "stopped: its replication slot is lost",
        "The publisher removed WAL the slot still needed, or invalidated the slot for another "
        "reason. What was in that WAL cannot be replicated any more.",
        (_SLOTS,),
        "`pg_replication_slots.wal_status` on the publisher is lost; `invalidation_reason` says "
        "why (17+). The log has “cannot read from logical replication slot” (13 to 17) or “can no "
        "longer access replication slot” (18).",
        (
            _ANOTHERS,
            Remedy(
                "Make a new subscription with a new slot, and copy its tables. There is no way "
                "without loss.",
                COPIES_AGAIN,
                (*COPY_AGAIN, DROP_OLD_SLOT),
                needs="slot_is_ours",
            ),
        ),
    ),
    Cause(
        "slot_busy",
        Severity.CRITICAL,
        "stopped: somebody else uses its replication slot",
        "Another process reads from the slot: a second subscription with the same slot, often on "
        "a restored copy of the subscriber, or a connection whose other end is gone.",
        (
            Script(
                "SELECT slot_name, active_pid, client_addr, application_name, backend_start\n"
                "FROM pg_replication_slots JOIN pg_stat_replication ON pid = active_pid;",
                Place.PUBLISHER,
            ),
        ),
        f"{_DOWN}. The log has “replication slot … is active for PID”; "
        "`pg_replication_slots.active` is true all the same.",
        (
            _ANOTHERS,
            Remedy(
                "If a copy of the subscriber uses the slot: disable the subscription on that copy, "
                "and take the slot from it there (ALTER SUBSCRIPTION … SET (slot_name = NONE)).",
                "None here. What that copy has taken from the slot already does not come again: "
                "compare the tables.",
            ),
            replace(TERMINATE_SENDER, needs="slot_is_ours"),
        ),
    ),
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
            _ANOTHERS,
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
        f"{_DOWN}. The log has “terminating logical replication worker due to timeout”.",
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
    ),
    Cause(
        "publisher_slots_exhausted",
        Severity.CRITICAL,
        "does not get a table: the publisher has no free slot",
        "Each initial copy needs a replication slot on the publisher for a while, and all are in "
        "use. The tables that wait are not replicated.",
        (replace(_SLOTS, sql=f"{_SLOTS.sql}\nSHOW max_replication_slots;"),),
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
    ),
)
