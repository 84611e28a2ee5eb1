"""A day of executions, one a minute, and all that people heard of it."""

from collections import Counter
from datetime import UTC, datetime

from tests.integration.incidents.monitor import Monitor, start_monitor
from tests.integration.incidents.world import FAILS, SLOT_UNUSED, UNREACHABLE, Outage

MINUTES_OF_A_DAY = 1_440


def at(time: str) -> datetime:
    return datetime.fromisoformat(f"2026-11-23T{time}:00").replace(tzinfo=UTC)


OUTAGES = [
    Outage(UNREACHABLE, at("02:17"), at("02:18")),
    Outage(SLOT_UNUSED, at("05:00"), at("08:00")),
    Outage(FAILS, at("06:30"), at("08:00")),
    Outage(FAILS, at("12:00"), at("12:10")),
    Outage(FAILS, at("12:15"), at("12:30")),
    Outage(FAILS, at("18:00"), at("18:40")),
]
SLACK_FAILS, SLACK_WORKS = at("17:59"), at("18:20")

FAILING = "stopped: a change cannot be applied"
CONFLICT = "stopped: a replicated row collides with a local one"
UNUSED = "has a replication slot nobody reads"

SUBSCRIPTION = "sample-cluster: orders_sub"
WORKS_AGAIN = "🟢 sample-cluster: replication works again"
ERRORS = "Up to 5 errors in the last 30 minutes"

HEARD = [
    # an outage gets worse; the log comes 75 seconds late
    ("05:00", "post", f"🟡 {SUBSCRIPTION} {UNUSED}"),
    ("06:01", "update", f"🟡 {SUBSCRIPTION} {UNUSED}"),
    ("06:01", "broadcast", f"🟡 Still, after 1 hour 1 minute: {SUBSCRIPTION} {UNUSED}"),
    ("06:30", "update", f"🔴 {SUBSCRIPTION} {FAILING}, and 1 more"),
    ("06:30", "reply", f"Changed after 1 hour 30 minutes.\n*New:*\n• `orders_sub` {FAILING}"),
    ("06:32", "update", f"🔴 {SUBSCRIPTION} {CONFLICT}, and 1 more"),
    ("06:32", "reply", f"The log says more.\n*New:*\n• `orders_sub` {CONFLICT}"),
    ("06:32", "reply", ERRORS),
    ("08:00", "update", WORKS_AGAIN),
    ("08:00", "reply", "Recovered after 3 hours."),
    # another outage is another message; it flaps
    ("12:00", "post", f"🔴 {SUBSCRIPTION} {FAILING}"),
    ("12:02", "update", f"🔴 {SUBSCRIPTION} {CONFLICT}"),
    ("12:02", "reply", f"The log says more.\n*New:*\n• `orders_sub` {CONFLICT}"),
    ("12:02", "reply", ERRORS),
    ("12:10", "update", WORKS_AGAIN),
    ("12:10", "reply", "Recovered after 10 minutes."),
    ("12:15", "update", f"🔴 {SUBSCRIPTION} {CONFLICT}"),
    ("12:15", "reply", f"Broken again, 5 minutes after the recovery:\n• `orders_sub` {CONFLICT}"),
    ("12:15", "reply", ERRORS),
    ("12:30", "update", WORKS_AGAIN),
    ("12:30", "reply", "Recovered after 30 minutes."),
    # Slack does not answer from 17:59 to 18:20
    ("18:11", "e-mail", f"{SUBSCRIPTION} {FAILING}"),
    ("18:21", "post", f"🔴 {SUBSCRIPTION} {CONFLICT}"),
    ("18:21", "reply", ERRORS),
    ("18:40", "update", WORKS_AGAIN),
    ("18:40", "reply", "Recovered after 40 minutes."),
]


def live_through(monitor: Monitor) -> list[str]:
    """The executions of the day."""
    executions = []
    for _ in range(MINUTES_OF_A_DAY):
        if monitor.clock.now() == SLACK_FAILS:
            monitor.slack_fails()
        if monitor.clock.now() == SLACK_WORKS:
            monitor.slack_works()
        executions.append(monitor.minute())
    return executions


def test_a_day_with_three_outages_a_flap_and_slack_down() -> None:
    """Nothing twice, nothing missing; of a single missed connection (02:17) nobody hears."""
    with start_monitor(at("00:00"), OUTAGES) as monitor:
        executions = live_through(monitor)
        heard = [(f"{one.at:%H:%M}", one.kind, one.text) for one in monitor.workspace.heard]
        statuses = Counter(map(monitor.status, executions))
        [(_, mail)] = monitor.mails
        item = monitor.incident
    assert HEARD == heard
    assert Counter(SUCCEEDED=MINUTES_OF_A_DAY - 1, FAILED=1) == statuses
    assert "Slack did not accept this alert: Slack chat.postMessage: HTTP 502" in mail
    assert "closed" == item["status"]
