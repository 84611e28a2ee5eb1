"""A session that breaks between two samples costs nothing that was seen, and is never healthy."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest

from functions.check_replication.check import Probes, check
from functions.check_replication.checked import Memory
from functions.check_replication.probe import sample, sample_publisher
from functions.check_replication.targets import Target
from functions.report import ClusterReport, Status
from local.postgres.faults import FAULTS
from local.postgres.pair import DATABASE, MONITOR, MONITOR_PASSWORD, Pair
from sandbox.postgres.server import Server
from sandbox.postgres.waiting import wait_until
from tests.integration.check_replication.test_faults import broken, checked, login
from tests.unit.check_replication.builders import NO_MEMORY

ERRORS = "SELECT coalesce(sum(apply_error_count), 0) FROM pg_stat_subscription_stats"


def kill_sessions(server: Server) -> None:
    server.sql(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = :name", name=MONITOR
    )


def verdict(
    pair: Pair,
    between: Callable[[], None],
    *,
    publisher: bool = False,
    memory: Memory = NO_MEMORY,
    slot_inactive_minutes: float = 60,
) -> ClusterReport:
    """`between` happens between every two samples, on the publisher or on the subscriber."""

    def break_and_pause(seconds: float) -> None:
        between()
        time.sleep(seconds)

    pauses = [time.sleep, break_and_pause]
    on_subscriber, on_publisher = pauses if publisher else reversed(pauses)
    probes = Probes(
        lambda login, limit: sample(login, MONITOR_PASSWORD, limit, pause=on_subscriber),
        lambda login: sample_publisher(login, MONITOR_PASSWORD, pause=on_publisher),
    )
    target = Target(
        "sample-cluster",
        login(pair.subscriber),
        "/logs",
        publishers={"publisher": login(pair.publisher)} if publisher else {},
        slot_inactive_minutes=slot_inactive_minutes,
    )
    return check(target, probes, memory).report


def next_error(server: Server) -> None:
    [[before]] = server.sql(ERRORS)
    wait_until(
        lambda: server.sql(ERRORS) > [[before]],
        that="the worker has failed again",
        look_at=server.log_tail,
    )


@pytest.fixture
def lock_out(pair: Pair) -> Iterator[Callable[[Server], None]]:
    """Ends the monitor's sessions on the one server, and lets it in there no more."""

    def lock_out_of(server: Server) -> None:
        server.sql(f"ALTER ROLE {MONITOR} NOLOGIN")
        kill_sessions(server)

    yield lock_out_of
    for server in (pair.subscriber, pair.publisher):
        server.sql(f"ALTER ROLE {MONITOR} LOGIN")


def causes(report: ClusterReport) -> list[str]:
    return [finding.cause for finding in report.findings]


def test_a_session_that_breaks_between_all_looks_hides_no_conflict(pair: Pair) -> None:
    def between() -> None:
        next_error(pair.subscriber)
        kill_sessions(pair.subscriber)

    with broken(pair, FAULTS["conflict"]):
        assert ["apply_error"] == causes(verdict(pair, between))


def test_what_was_seen_before_is_told_beside_what_could_not_be(
    pair: Pair, lock_out: Callable[[Server], None]
) -> None:
    """One sample sees a disabled subscription, and another's missing worker that may come back."""
    pair.subscriber.sql(
        "CREATE SUBSCRIPTION waiting CONNECTION 'host=127.0.0.1 port=1' "
        "PUBLICATION orders_pub WITH (connect = false)",
        DATABASE,
    )
    pair.alter_subscription("DISABLE")
    try:
        pair.subscriber.sql("ALTER SUBSCRIPTION waiting ENABLE", DATABASE)
        report = verdict(pair, lambda: lock_out(pair.subscriber))
    finally:
        pair.subscriber.sql("ALTER SUBSCRIPTION waiting DISABLE", DATABASE)
        pair.subscriber.sql("ALTER SUBSCRIPTION waiting SET (slot_name = NONE)", DATABASE)
        pair.subscriber.sql("DROP SUBSCRIPTION waiting", DATABASE)
        pair.alter_subscription("ENABLE")
    assert ["subscription_disabled", "database_auth_failed"] == causes(report)
    assert Status.UNHEALTHY == report.status
    assert report.findings[1].summary.startswith("The check was interrupted: ")


def test_looks_that_settled_nothing_are_not_healthy(
    pair: Pair, lock_out: Callable[[Server], None]
) -> None:
    with broken(pair, FAULTS["conflict"]):
        report = verdict(pair, lambda: lock_out(pair.subscriber))
    assert (Status.UNKNOWN, ["database_auth_failed"]) == (report.status, causes(report))


def test_the_publisher_s_second_look_is_made_on_a_new_connection(pair: Pair) -> None:
    fault = FAULTS["orphan_slot"]
    with broken(pair, fault):
        before = checked(pair, publisher=True).remembered
        assert before is not None
        report = verdict(
            pair,
            lambda: kill_sessions(pair.publisher),
            publisher=True,
            memory=Memory({"sample-cluster": before}, datetime.now(UTC)),
            slot_inactive_minutes=0.001,
        )
    assert [fault.cause] == causes(report)


def test_a_publisher_that_is_lost_after_one_look_is_said(
    pair: Pair, lock_out: Callable[[Server], None]
) -> None:
    with broken(pair, FAULTS["orphan_slot"]):
        report = verdict(pair, lambda: lock_out(pair.publisher), publisher=True)
    assert (Status.UNKNOWN, ["database_auth_failed"]) == (report.status, causes(report))
    (finding,) = report.findings
    assert finding.summary.startswith("The publisher: The check was interrupted: ")
    assert "publisher" == finding.evidence["side"]
