"""Causes: the subscription's replication slot on the publisher is gone, lost or in use."""

from dataclasses import replace
from typing import Final

from functions.catalogue.cause import Cause, Severity
from functions.catalogue.evidence import OF_SLOT, keys
from functions.catalogue.in_log import (
    ANSWERED,
    ANSWERED_STRICTLY,
    APPLYING,
    STOPPED,
    Explained,
    InLog,
    Nature,
)
from functions.catalogue.recipes import COPIES_AGAIN, COPY_AGAIN, DROP_OLD_SLOT, TERMINATE_SENDER
from functions.catalogue.remedy import Remedy
from functions.catalogue.script import Place, Script

SLOTS: Final = Script("SELECT * FROM pg_replication_slots;", Place.PUBLISHER)
DOWN: Final = (
    "`pg_stat_subscription.pid` is NULL on two samples and `apply_error_count` does not rise"
)
MAY_BE_ANOTHERS: Final = (
    "If its own publisher is another one, this means nothing: the worker's error in the log "
    "decides."
)
"""The end of what is said of a slot that was not seen to be the subscription's own."""

ANOTHERS: Final = Remedy(
    "Read the worker's error in the subscriber's log: only it says what the subscription's own "
    "publisher answers. The publisher watched here may be another one with a slot of that name, or "
    "without. While its own cannot be reached, leave the subscription alone: it catches up.",
    "None.",
    unless="slot_is_ours",
)
BY_ITS_OWN_PUBLISHER: Final = Explained(
    of_watched=keys(
        "publisher publisher_database publisher_version slot_database active_pid wal_status "
        "invalidation_reason safe_wal_bytes retained_wal_bytes inactive_since"
    )
)
WITHOUT_WORKER: Final = (*APPLYING, "worker_slots_exhausted")
"""What a reason seen on the publisher explains, and replaces."""

CAUSES: Final = (
    Cause(
        "slot_missing",
        Severity.CRITICAL,
        "stopped: its replication slot does not exist",
        "The publisher has no slot of that name: somebody dropped it, or the publisher failed "
        "over or was restored without it. The changes since then are not kept anywhere.",
        (SLOTS,),
        f"{DOWN}. The log has “replication slot … does not exist”; `pg_replication_slots` on the "
        "publisher lacks it.",
        (
            ANOTHERS,
            Remedy(
                "Make a new subscription with a new slot, and copy its tables. There is no way "
                "without loss: a new slot alone would leave a gap that nothing shows.",
                COPIES_AGAIN,
                COPY_AGAIN,
                needs="slot_is_ours",
            ),
        ),
        shown=OF_SLOT,
        in_log=InLog(
            "The subscription's replication slot does not exist on the publisher.",
            behind=STOPPED,
            wordings=(rf'{ANSWERED}replication slot "\w+" does not exist',),
            proves=("slot_is_ours",),
        ),
        explained=BY_ITS_OWN_PUBLISHER,
        replaces=WITHOUT_WORKER,
    ),
    Cause(
        "slot_lost",
        Severity.CRITICAL,
        "stopped: its replication slot is lost",
        "The publisher removed WAL the slot still needed, or invalidated the slot for another "
        "reason. What was in that WAL cannot be replicated any more.",
        (SLOTS,),
        "`pg_replication_slots.wal_status` on the publisher is lost; `invalidation_reason` says "
        "why (17+). The log has “cannot read from logical replication slot” (13 to 17) or “can no "
        "longer access replication slot” (18).",
        (
            ANOTHERS,
            Remedy(
                "Make a new subscription with a new slot, and copy its tables. There is no way "
                "without loss.",
                COPIES_AGAIN,
                (*COPY_AGAIN, DROP_OLD_SLOT),
                needs="slot_is_ours",
            ),
        ),
        shown=OF_SLOT,
        in_log=InLog(
            "The publisher has invalidated the subscription's replication slot: the WAL it needs "
            "is gone.",
            behind=STOPPED,
            wordings=(
                rf"{ANSWERED}can no longer (?:access|get changes from) replication slot",
                rf"{ANSWERED}cannot read from logical replication slot",
                rf"{ANSWERED}requested WAL segment \w+ has already been removed",
            ),
            proves=("slot_is_ours",),
        ),
        explained=BY_ITS_OWN_PUBLISHER,
        replaces=WITHOUT_WORKER,
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
        f"{DOWN}. The log has “replication slot … is active for PID”; "
        "`pg_replication_slots.active` is true all the same.",
        (
            ANOTHERS,
            Remedy(
                "If a copy of the subscriber uses the slot: disable the subscription on that copy, "
                "and take the slot from it there (ALTER SUBSCRIPTION … SET (slot_name = NONE)).",
                "None here. What that copy has taken from the slot already does not come again: "
                "compare the tables.",
            ),
            replace(TERMINATE_SENDER, needs="slot_is_ours"),
        ),
        shown=OF_SLOT,
        in_log=InLog(
            "Another process on the publisher uses the subscription's replication slot.",
            behind=STOPPED,
            wordings=(rf'{ANSWERED}replication slot "\w+" is active for PID',),
            names=(
                (
                    rf'{ANSWERED_STRICTLY}replication slot "(?P<slot_name>\w+)" is active for PID '
                    r"(?P<active_pid>\d+).*"
                ),
            ),
            nature=Nature.PASSING,
            proves=("slot_is_ours",),
            comes_of="network_timeout",
        ),
        explained=BY_ITS_OWN_PUBLISHER,
        replaces=WITHOUT_WORKER,
    ),
)
