"""Causes: everything runs, too slowly."""

from typing import Final

from functions.catalogue.cause import Cause, Severity
from functions.catalogue.remedy import Place, Remedy

_STATE: Final = "SELECT * FROM pg_stat_subscription;"
_SENDERS: Final = """\
-- on the publisher
SELECT application_name, state, sent_lsn, flush_lsn, pg_current_wal_lsn(), wait_event
FROM pg_stat_replication JOIN pg_stat_activity USING (pid, application_name);"""

CAUSES: Final = (
    Cause(
        "apply_lagging",
        Severity.CRITICAL,
        "is behind: it applies changes too slowly",
        "Changes arrive, but the subscriber is behind and does not catch up. Slow triggers, a "
        "table without an index for its replica identity or an overloaded server are the usual "
        "reasons.",
        _STATE,
        "`pg_stat_subscription.latest_end_lsn` stays behind `received_lsn` for longer than the "
        "limit and does not gain on it, although messages arrive. While it gains, it is catching "
        "up.",
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
                "ALTER SUBSCRIPTION {subscription} SET (streaming = parallel);",
                since=16,
            ),
        ),
    ),
    Cause(
        "publisher_lagging",
        Severity.CRITICAL,
        "is behind: the publisher has sent nothing for too long",
        "The last message from the publisher is older than the limit. An idle publisher still "
        "sends keepalives, so the publisher, its WAL sender or the network is stuck or overloaded.",
        _STATE,
        "The time since `pg_stat_subscription.last_msg_send_time` is above max-lag-seconds, and "
        "the apply worker waits for no lock.",
        (
            Remedy(
                "Look at the publisher: its load, long transactions, and what its WAL sender "
                "waits for (pg_stat_replication, pg_stat_activity).",
                "None.",
                _SENDERS.partition("\n")[2],
                Place.PUBLISHER,
            ),
            Remedy(
                "If the WAL sender hangs: end it. The subscription connects again and goes on.",
                "What is not confirmed is read and sent again, and a subscription with "
                "disable_on_error disables itself.",
                "SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots "
                "WHERE slot_name = {slot_name};",
                Place.PUBLISHER,
            ),
        ),
    ),
    Cause(
        "subscriber_lagging",
        Severity.CRITICAL,
        "is behind: messages arrive too long after they were sent",
        "Messages reach the subscriber later after being sent than the limit allows: the network "
        "or the apply worker is slow, or the clocks of the two servers differ.",
        _STATE,
        "`pg_stat_subscription.last_msg_receipt_time` minus `last_msg_send_time` is "
        "above max-lag-seconds. The first is the subscriber's clock, the second the publisher's.",
        (
            Remedy(
                "Compare the clocks: run it on both servers at once.",
                "None.",
                "SELECT clock_timestamp();",
            ),
            Remedy(
                "Look at the network between the servers and at the subscriber's load.",
                "None.",
            ),
        ),
    ),
)
