"""A subscriber of two publishers, of which the monitor watches one."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from functions.catalogue import CATALOGUE
from functions.check_replication.check import check
from functions.check_replication.handler import PROBES
from functions.check_replication.targets import Login, Target
from functions.notify.log.distinct_errors import distinct_errors
from functions.notify.log.events import log_events
from functions.notify.log.root_cause import refine
from functions.report import ClusterReport, Status
from local.postgres.pair import (
    DATABASE,
    MONITOR,
    MONITOR_PASSWORD,
    ORDERS,
    SUBSCRIPTION,
    Pair,
)
from sandbox.postgres import binaries
from sandbox.postgres.server import Server
from sandbox.postgres.waiting import wait_until
from tests.unit.check_replication.builders import NO_MEMORY
from tests.unit.notify.logs import row

ELSEWHERE = "elsewhere"


@pytest.fixture(scope="module")
def other(pair: Pair, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The publisher that is watched, with a publication of its own."""
    major = pair.publisher.version.partition(".")[0]
    log = tmp_path_factory.mktemp("other") / "publisher.log"
    settings = {"wal_level": "logical"}
    with Server(binaries.find(major), log, settings) as server:
        server.sql(
            f"CREATE ROLE {MONITOR} LOGIN PASSWORD '{MONITOR_PASSWORD}' IN ROLE pg_read_all_stats"
        )
        server.sql(f"CREATE DATABASE {DATABASE}")
        server.sql(ORDERS, DATABASE)
        server.sql("CREATE PUBLICATION another_pub FOR TABLE public.orders", DATABASE)
        yield server


@contextmanager
def subscribed(pair: Pair, other: Server, name: str) -> Iterator[None]:
    """The subscriber's second database has the watched publisher, with a slot of the same name."""
    pair.subscriber.sql(f"CREATE DATABASE {ELSEWHERE}")
    pair.subscriber.sql(ORDERS, ELSEWHERE)
    connection = (
        f"host={other.host} port={other.port} dbname={DATABASE} user={other.user} "
        f"password={other.password}"
    )
    pair.subscriber.sql(
        f"CREATE SUBSCRIPTION {name} CONNECTION '{connection}' PUBLICATION another_pub "
        f"WITH (slot_name = {SUBSCRIPTION})",
        ELSEWHERE,
    )
    active = "SELECT active FROM pg_replication_slots WHERE slot_name = :name"
    wait_until(
        lambda: other.sql(active, name=SUBSCRIPTION) == [[True]],
        that="the slot of the same name is in use",
        look_at=pair.subscriber.log_tail,
    )
    try:
        yield
    finally:
        pair.subscriber.sql(f"DROP SUBSCRIPTION {name}", ELSEWHERE)
        pair.subscriber.sql(f"DROP DATABASE {ELSEWHERE} WITH (FORCE)")


def verdict(pair: Pair, watched: Server) -> ClusterReport:
    subscriber, publisher = (
        Login(server.host, MONITOR, DATABASE, MONITOR_PASSWORD, server.port, "disable")
        for server in (pair.subscriber, watched)
    )
    return check(
        Target("sample-cluster", subscriber, "/log", {"publisher": publisher}), PROBES, NO_MEMORY
    ).report


def with_log(report: ClusterReport, log: Path) -> ClusterReport:
    rows = [row(line) for line in log.read_text().splitlines()]
    return refine(report, distinct_errors(log_events(rows)))


@contextmanager
def stopped(pair: Pair) -> Iterator[None]:
    """The subscription's own publisher is down for a moment, which the log says."""
    begin = len(pair.subscriber.log_path.read_text())
    pair.publisher.stop()
    wait_until(
        lambda: "could not connect" in pair.subscriber.log_path.read_text()[begin:],
        that="the worker has failed to connect",
        look_at=pair.subscriber.log_tail,
    )
    try:
        yield
    finally:
        pair.publisher.start()
        pair.wait_until_replicated()


def pasted(report: ClusterReport) -> list[str]:
    """What the alert offers for the subscription that is broken."""
    return [
        script.sql
        for finding in report.findings
        for remedy in CATALOGUE[finding.cause].remedies_for(
            {**finding.evidence, "subscription": finding.subscription}
        )
        for script in remedy.scripts
    ]


@pytest.mark.parametrize("name", ["another_sub", SUBSCRIPTION])
def test_a_slot_of_the_same_name_is_not_taken_for_its_own(
    pair: Pair, other: Server, name: str
) -> None:
    """Nor are the publications beside it, whatever the subscription there is called."""
    with subscribed(pair, other, name):
        assert Status.HEALTHY is verdict(pair, other).status


@pytest.mark.parametrize("name", ["another_sub", SUBSCRIPTION])
def test_while_its_own_publisher_is_down_nobody_else_is_ended(
    pair: Pair, other: Server, name: str
) -> None:
    with subscribed(pair, other, name), stopped(pair):
        seen = verdict(pair, other)
        refined = with_log(seen, pair.subscriber.log_path)
    assert ["slot_busy"] == [finding.cause for finding in seen.findings]
    assert "If its own publisher is another one" in seen.findings[0].summary
    assert [] == pasted(seen)
    assert ["publisher_unreachable"] == [finding.cause for finding in refined.findings]


def test_while_its_own_publisher_is_down_nothing_is_thrown_away(pair: Pair, other: Server) -> None:
    """The watched one has no slot of that name: it comes back by itself."""
    with stopped(pair):
        seen = verdict(pair, other)
        refined = with_log(seen, pair.subscriber.log_path)
    assert ["slot_missing"] == [finding.cause for finding in seen.findings]
    assert "If its own publisher is another one" in seen.findings[0].summary
    assert [] == pasted(seen)
    assert ["publisher_unreachable"] == [finding.cause for finding in refined.findings]
    assert not [sql for sql in pasted(refined) if "DROP" in sql or "TRUNCATE" in sql]
