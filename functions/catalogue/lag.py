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
        "is behind: the publisher has sent nothing for too long",
        "The last message from the publisher is older than the limit. An idle publisher still "
        "sends keepalives, so the publisher, its WAL sender or the network is stuck or overloaded.",
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
        "has a limit of lag that an idle publisher would exceed",
        "Without the publisher's side the monitor knows of lag only what the messages tell, and "
        "an idle publisher sends one when the apply worker asks for it. The smallest limit that "
        "works is used instead of the parameter max-lag-seconds.",
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
            Remedy("Raise max-lag-seconds to what the summary says.", "None."),
        ),
        shown=keys("max_lag_seconds least_max_lag_seconds"),
    ),
)
