"""Causes: seen on the publisher, before the subscriber feels them."""

from typing import Final

from functions.catalogue.cause import Cause, Severity
from functions.catalogue.evidence import OF_PUBLICATION, OF_SLOT, keys
from functions.catalogue.remedy import Remedy
from functions.catalogue.script import Place, Script

_SLOTS: Final = (
    Script(
        """\
SELECT slot_name, active, wal_status, safe_wal_size,
    pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn) AS retained_bytes
FROM pg_replication_slots;""",
        Place.PUBLISHER,
    ),
)

_POSITION: Final = (Script("SELECT pg_current_wal_lsn();", Place.PUBLISHER),)
_SUBSCRIBED: Final = """\
SELECT subname, srrelid::regclass
FROM pg_subscription JOIN pg_subscription_rel ON srsubid = pg_subscription.oid
ORDER BY 1, 2;"""

_RESUME: Final = Remedy(
    "Get the slot's consumer going again: enable the subscription, or fix what stops it. The "
    "slot lets go of the WAL by itself.",
    "None.",
)

_DROP: Final = Remedy(
    "If nobody needs the slot any more: drop it. Ask its owner first.",
    "It cannot be undone: its consumer must copy everything again.",
    (
        Script(
            "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots\n"
            "WHERE slot_name = {slot_name:literal} AND database = {slot_database:literal} "
            "AND NOT active;",
            Place.PUBLISHER,
            destroys=True,
        ),
    ),
    unless="subscribed_name",
)

CAUSES: Final = (
    Cause(
        "slot_at_risk",
        Severity.CRITICAL,
        "is about to lose a replication slot",
        "The publisher keeps almost as much WAL for the slot as it may. When the limit is "
        "reached, the slot is lost, and the tables must be copied again.",
        _SLOTS,
        "`pg_replication_slots.wal_status` on the publisher is unreserved, or `safe_wal_size` less "
        "than a fifth of `max_slot_wal_keep_size`; the time left is `safe_wal_size` ÷ the rate of "
        "WAL.",
        (
            _RESUME,
            Remedy(
                "Raise max_slot_wal_keep_size in the publisher's parameter group; a reload is "
                "enough.",
                "The WAL kept can fill the publisher's disk, and the publisher stops.",
            ),
        ),
        shown=OF_SLOT,
    ),
    Cause(
        "publisher_went_back",
        Severity.CRITICAL,
        "has a publisher that was restored or failed over, and lost WAL",
        "The publisher's WAL position is behind one that it had at an earlier check: it was "
        "restored from a backup, or failed over to a server that lagged behind. The subscriber has "
        "changes that the publisher lost, and takes what is written until that position is reached "
        "again for applied already: those changes are dropped without an error.",
        _POSITION,
        "`pg_current_wal_lsn()` on the publisher is below its value at an earlier check that the "
        "monitor remembers.",
        (
            Remedy(
                "Compare the subscribed tables on both servers. Where rows differ, decide which "
                "side is right, then copy the tables again (runbook, silent_divergence), but not "
                "before the publisher's WAL has passed the earlier position: until then its "
                "changes go on being dropped.",
                "It reads whole tables.",
                (Script(_SUBSCRIBED),),
            ),
            Remedy(
                "If another server merely took over the name of the parameter publisher/hostname: "
                "nothing was lost, and the finding ends when its WAL has passed that position.",
                "None.",
            ),
        ),
        shown=keys("publisher wal_lsn lost_lsn"),
    ),
    Cause(
        "not_watched",
        Severity.WARNING,
        "is not watched on its publisher: the parameters lead elsewhere",
        "The subscription works, but its publisher, or the database of its publications, is not "
        "the one that the monitor's parameters lead to: the wrong cluster or database, or the old "
        "server after a failover. What only the publisher shows of it is not checked.",
        (
            Script(
                """\
SELECT subname, subslotname, substring(subconninfo FROM 'host\\w*\\s*=\\s*(\\S+)|@(\\S+)') AS host
FROM pg_subscription;"""
            ),
            Script(
                "SELECT slot_name, database, active FROM pg_replication_slots;", Place.PUBLISHER
            ),
        ),
        "The apply worker is more than a minute old and got a message in the last minute "
        "(`pg_stat_subscription`), and on no watched publisher `pg_replication_slots` has a slot "
        "of its name that is in use; or that slot's `database` is not the one that dbname names.",
        (
            Remedy(
                "Set the parameters publisher/… to the server and the database that the "
                "subscription's connection names (the first check shows the server; reading it "
                "takes a superuser).",
                "None.",
            ),
            Remedy(
                "If it has another publisher than the cluster's other subscriptions, or another "
                "database of it: add parameters publishers/<name>/… for that.",
                "None.",
            ),
            Remedy(
                "If it is not to be watched there: add not_watched to the parameter mute. Its "
                "own name there would hide its outages too.",
                "Nothing says so when another subscription of the cluster is not watched either.",
            ),
        ),
        shown=keys("publisher slot_name slot_database last_msg_receipt_time"),
    ),
    Cause(
        "slot_inactive",
        Severity.WARNING,
        "has a replication slot nobody reads",
        "Nobody reads from the slot, and the publisher keeps WAL for it. It goes on until the "
        "disk is full, or until the slot is lost where max_slot_wal_keep_size limits it.",
        _SLOTS,
        "`pg_replication_slots.active` on the publisher is false, and has been for longer than "
        "`slot-inactive-minutes`, or for five minutes with more WAL kept than "
        "`slot-retained-bytes`. Since when, `inactive_since` says (17+), or the earlier checks at "
        "which `confirmed_flush_lsn` was the same. Slots with nothing to read are left out, those "
        "of initial copies (`pg_…_sync_…`) between two attempts, and synced ones on a standby "
        "(17+).",
        (_RESUME, _DROP),
        shown=OF_SLOT | keys("inactive_seconds"),
    ),
    Cause(
        "replica_identity_missing",
        Severity.WARNING,
        "subscribes to a table without a replica identity",
        "The table is published for UPDATE or DELETE and has neither a primary key nor another "
        "replica identity. On the publisher every UPDATE and DELETE of it fails; the subscriber "
        "looks healthy.",
        (
            Script(
                """\
SELECT pubname, oid::regclass AS "table", relreplident
FROM pg_publication_tables
JOIN pg_class ON oid = format('%I.%I', schemaname, tablename)::regclass;""",
                Place.PUBLISHER,
            ),
        ),
        "A table of `pg_publication_tables` on the publisher whose `pg_class.relreplident` is n, "
        "or d without a primary key, in a publication with `pubupdate` or `pubdelete`.",
        (
            Remedy(
                "Give the table a primary key, on both servers.",
                "Building it locks the table against writing, and fails on duplicates or NULLs.",
                (Script("ALTER TABLE {table} ADD PRIMARY KEY ({columns});", Place.PUBLISHER),),
            ),
            Remedy(
                "Or name a unique index of NOT NULL columns as its identity.",
                "None, if the subscriber has the same index.",
                (
                    Script(
                        "ALTER TABLE {table} REPLICA IDENTITY USING INDEX {index};",
                        Place.PUBLISHER,
                    ),
                ),
            ),
            Remedy(
                "Or identify each row by all of its columns.",
                "Each UPDATE and DELETE writes the whole old row into the WAL, and the subscriber "
                "may search the whole table for it.",
                (Script("ALTER TABLE {table} REPLICA IDENTITY FULL;", Place.PUBLISHER),),
            ),
        ),
        shown=OF_PUBLICATION,
    ),
)
