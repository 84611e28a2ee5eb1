"""Causes: everything runs, too slowly."""

from dataclasses import replace
from typing import Final

from functions.catalogue.cause import Cause, Severity
from functions.catalogue.evidence import OF_LAG, keys
from functions.catalogue.in_log import Explained
from functions.catalogue.recipes import TERMINATE_SENDER
from functions.catalogue.remedy import Remedy
from functions.catalogue.script import Place, Script

_STATE: Final = Script("SELECT * FROM pg_stat_subscription;")
_SENDERS: Final = Script(
    """\
SELECT sender.application_name, sender.state, sent_lsn, pg_current_wal_lsn(), wait_event
FROM pg_stat_replication AS sender JOIN pg_stat_activity USING (pid);""",
    Place.PUBLISHER,
)
_STANDBYS: Final = Script(
    """\
SELECT slot_name, active, restart_lsn, current_setting('synchronized_standby_slots', true)
FROM pg_replication_slots WHERE slot_type = 'physical';""",
    Place.PUBLISHER,
)

CAUSES: Final = (
    Cause(
        "apply_lagging",
        Severity.CRITICAL,
        "is behind: it applies changes too slowly",
        "Changes arrive, but the subscriber is behind and does not catch up. Slow triggers, a "
        "table without an index for its replica identity or an overloaded server are the usual "
        "reasons.",
        (_STATE,),
        "With the publisher watched: what lies between its slot's `confirmed_flush_lsn` and "
        "`pg_current_wal_lsn()` was written longer than max-lag-seconds ago, or is more than "
        "max-backlog-bytes. Without, the backlog cannot be seen, only that "
        "`pg_stat_subscription.last_msg_send_time` is older than max-lag-seconds and does not get "
        "newer between two samples, while `pg_stat_activity.wait_event` shows the apply worker "
        "busy, not waiting for messages. While the backlog shrinks, it is catching up.",
        (
            Remedy(
                "Look for what is slow on the subscriber: load, triggers, a missing primary key "
                "or index on the tables that change most.",
                "None.",
            ),
            Remedy(
                "If large transactions are the reason: let them be applied in parallel while they "
                "arrive.",
                "It takes workers out of max_logical_replication_workers, and after an error the "
                "log may not name the finish LSN that SKIP needs.",
                (Script("ALTER SUBSCRIPTION {subscription} SET (streaming = parallel);"),),
                since=16,
            ),
        ),
        shown=OF_LAG,
        explained=Explained(at_its_beginning=True),
        problem="behind",
    ),
    Cause(
        "publisher_lagging",
        Severity.CRITICAL,
        "is behind: the publisher sends too slowly, or nothing",
        "The subscriber waits for changes, and the publisher sends them too slowly, or has sent "
        "nothing for longer than the limit. An idle publisher still sends keepalives, so the "
        "publisher, its WAL sender or the network is stuck or overloaded.",
        (_STATE, _SENDERS),
        "The time since `pg_stat_subscription.last_msg_send_time` is above max-lag-seconds and "
        "above half of `wal_receiver_timeout`, when an idle publisher is asked for a message (with "
        "0 it never is), and the apply worker waits for messages, not for a lock. With the "
        "publisher watched also a backlog that is too old or too large while it waits.",
        (
            Remedy(
                "Look at the publisher: its load, long transactions, and what its WAL sender "
                "waits for (pg_stat_replication, pg_stat_activity).",
                "None.",
            ),
            replace(
                TERMINATE_SENDER,
                action="If the WAL sender hangs: end it. The subscription connects again.",
                risk="What is not confirmed is read and sent again, and a subscription with "
                "disable_on_error disables itself.",
            ),
        ),
        shown=OF_LAG,
        explained=Explained(at_its_beginning=True),
        problem="behind",
    ),
    Cause(
        "standby_behind",
        Severity.CRITICAL,
        "is behind: its publisher waits for a standby",
        "The publisher sends a change to this subscription only when the standbys named in "
        "synchronized_standby_slots have it, and one of them is gone, stands still or is slow. The "
        "subscriber is not to blame.",
        (_SENDERS, _STANDBYS),
        "The backlog is older than max-lag-seconds, and `pg_stat_activity.wait_event` of the "
        "slot's WAL sender is WaitForStandbyConfirmation (17+, subscriptions with failover; needs "
        "the `publisher/…` parameters). The standby slots without `active`, else the one with the "
        "lowest `restart_lsn` in `pg_replication_slots`, hold it up.",
        (
            Remedy(
                "Bring the standby back, or its connection to the publisher; the sender goes on by "
                "itself.",
                "None.",
            ),
            Remedy(
                "If it does not come back soon: take its slot out of synchronized_standby_slots "
                "(on RDS in the publisher's parameter group).",
                "If that standby becomes the publisher all the same, the subscriber may have "
                "changes that the new publisher lacks.",
                (
                    Script(
                        """\
SELECT format('ALTER SYSTEM SET synchronized_standby_slots = %L',
    coalesce(string_agg(name, ', ') FILTER (WHERE name <> ALL (gone)), ''))
FROM unnest(string_to_array(current_setting('synchronized_standby_slots'), ',')) AS item
    CROSS JOIN LATERAL btrim(item, ' "') AS listed (name)
    CROSS JOIN string_to_array({standby_slots:literal}, ', ') AS named (gone)
HAVING bool_or(name = ANY (gone))
\\gexec
SELECT pg_reload_conf();""",
                        Place.PUBLISHER,
                    ),
                ),
                needs="standby_slots",
            ),
        ),
        shown=OF_LAG,
        problem="behind",
    ),
    Cause(
        "subscriber_lagging",
        Severity.CRITICAL,
        "is behind: messages arrive too long after they were sent",
        "Messages reach the subscriber later after being sent than the limit allows: the network "
        "or the apply worker is slow, or the clocks of the two servers differ.",
        (_STATE,),
        "`pg_stat_subscription.last_msg_receipt_time` minus `last_msg_send_time` is "
        "above max-lag-seconds. The first is the subscriber's clock, the second the publisher's.",
        (
            Remedy(
                "Compare the clocks: run it on both servers at once.",
                "None.",
                (
                    Script("SELECT clock_timestamp();"),
                    Script("SELECT clock_timestamp();", Place.PUBLISHER),
                ),
            ),
            Remedy(
                "Look at the network between the servers and at the subscriber's load.",
                "None.",
            ),
        ),
        shown=OF_LAG,
        problem="behind",
    ),
    Cause(
        "limit_too_small",
        Severity.WARNING,
        "has a limit of lag so small that an idle publisher exceeds it",
        "Where the publisher is not watched, lag is judged by the age of its last message, and an "
        "idle publisher sends one only when the apply worker asks for it, after half of "
        "wal_receiver_timeout. A smaller limit would report lag where there is none.",
        (Script("SHOW wal_receiver_timeout;"),),
        "max-lag-seconds is below half of `wal_receiver_timeout` plus two seconds, and no "
        "parameters publisher/… exist. With a `wal_receiver_timeout` of 0 an idle publisher may "
        "keep silent, and its silence is not judged at all.",
        (
            Remedy(
                "Set the parameters publisher/…: then the true age of what is not applied yet is "
                "judged, and a limit of seconds works.",
                "None.",
            ),
            Remedy("Raise max-lag-seconds to the smallest limit that works.", "None."),
        ),
        shown=keys("max_lag_seconds least_max_lag_seconds"),
    ),
)
