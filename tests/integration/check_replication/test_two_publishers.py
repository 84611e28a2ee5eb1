"""A subscriber of two publishers, of which the monitor watches one or both."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from functions.catalogue import CATALOGUE
from functions.check_replication.check import Probes, check
from functions.check_replication.checked import Checked, Memory
from functions.check_replication.diagnosis import Samples
from functions.check_replication.handler import PROBES
from functions.check_replication.memory.positions import hashed
from functions.check_replication.memory.remembered import RememberedCluster
from functions.check_replication.snapshot import Snapshot
from functions.check_replication.targets import Login, Target
from functions.notify.log.distinct_errors import distinct_errors
from functions.notify.log.events import log_events
from functions.notify.log.root_cause import refine
from functions.report import ClusterReport, Status
from local.postgres.faults.symptoms import wait_until_leader_is
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
BEGAN_ALONE = "SELECT pid FROM pg_stat_activity WHERE backend_start < now() - interval '6 s'"
"""What begins now did not begin together with it."""


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


def login(server: Server) -> Login:
    return Login(server.host, MONITOR, DATABASE, MONITOR_PASSWORD, server.port, "disable")


def verdict(pair: Pair, watched: Server, probes: Probes = PROBES) -> ClusterReport:
    publishers = {"publisher": login(watched)}
    target = Target("sample-cluster", login(pair.subscriber), "/log", publishers)
    return check(target, probes, NO_MEMORY).report


def of_both(pair: Pair, other: Server, before: RememberedCluster | None = None) -> Checked:
    """Both publishers are watched."""
    publishers = {"publisher": login(pair.publisher), "publishers/other": login(other)}
    target = Target("sample-cluster", login(pair.subscriber), "/log", publishers)
    memory = {} if before is None else {target.cluster: before}
    return check(target, PROBES, Memory(memory, datetime.now(UTC)))


def whose(pair: Pair, checked: Checked) -> set[tuple[str, int | None]]:
    """Where each database's subscription is remembered to be served."""
    assert checked.remembered is not None
    known = {each.oid: each.publisher for each in checked.remembered.subscriptions}
    home = """
        SELECT subscription.oid::bigint, datname::text
        FROM pg_subscription AS subscription JOIN pg_database AS home ON home.oid = subdbid
    """
    return {(database, known[oid]) for oid, database in pair.subscriber.sql(home)}


def minutes_later() -> Probes:
    """As if the workers had begun two minutes before they did."""

    def aged(login: Login, max_lag_seconds: float) -> Samples:
        samples = PROBES.subscriber(login, max_lag_seconds)
        return replace(samples, snapshots=tuple(map(_older, samples.snapshots)))

    return Probes(aged, PROBES.publisher)


def _older(snapshot: Snapshot) -> Snapshot:
    return replace(
        snapshot,
        subscriptions=tuple(
            replace(
                each, worker_start=each.worker_start and each.worker_start - timedelta(minutes=2)
            )
            for each in snapshot.subscriptions
        ),
    )


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


@pytest.mark.parametrize("name", ["another_sub", SUBSCRIPTION])
def test_both_are_watched_and_each_subscription_has_its_own(
    pair: Pair, other: Server, name: str
) -> None:
    """Their slots have the same name; where each was seen to be served is remembered."""
    expected = {
        (database, hashed(login(server).address))
        for database, server in ((DATABASE, pair.publisher), (ELSEWHERE, other))
    }
    wait_until_leader_is(pair, f"pid IN ({BEGAN_ALONE})")
    with subscribed(pair, other, name):
        first = of_both(pair, other)
        assert (Status.HEALTHY, ()) == (first.report.status, first.report.findings)
        assert expected == whose(pair, first)
        with stopped(pair):
            down = of_both(pair, other, first.remembered)
            assert expected == whose(pair, down)
        again = of_both(pair, other, down.remembered)
        assert expected == whose(pair, again)
    causes = {found.cause for found in down.report.findings}
    assert "database_unreachable" in causes
    assert not causes & {"slot_busy", "slot_missing", "not_watched"}
    assert causes & {"worker_down", "apply_error"}


def test_parameters_that_lead_to_another_cluster_are_reported(pair: Pair, other: Server) -> None:
    """Soon after the worker's start it is not sure; a while later it is."""
    assert Status.HEALTHY is verdict(pair, other).status
    [finding] = verdict(pair, other, minutes_later()).findings
    assert ("not_watched", SUBSCRIPTION) == (finding.cause, finding.subscription)
    assert "orders_sub is not watched by these parameters" in finding.summary
    assert f"slot orders_sub does not exist on {login(other).address}" in finding.summary


def test_parameters_that_lead_to_the_old_server_are_reported(pair: Pair, other: Server) -> None:
    """After a failover its slot is left there, and nobody reads it."""
    other.sql(
        "SELECT pg_create_logical_replication_slot(:name, 'pgoutput')", DATABASE, name=SUBSCRIPTION
    )
    try:
        found = verdict(pair, other, minutes_later()).findings
    finally:
        other.sql("SELECT pg_drop_replication_slot(:name)", name=SUBSCRIPTION)
    assert "not_watched" in {finding.cause for finding in found}
    assert any("slot orders_sub is not in use" in finding.summary for finding in found)


def test_parameters_that_lead_to_another_database_are_reported(pair: Pair) -> None:
    publishers = {"publisher": replace(login(pair.publisher), database="postgres")}
    target = Target("sample-cluster", login(pair.subscriber), "/log", publishers)
    [finding] = check(target, PROBES, NO_MEMORY).report.findings
    assert ("not_watched", SUBSCRIPTION) == (finding.cause, finding.subscription)
    assert "belongs to database shop, as its publications do" in finding.summary
    assert "the parameter dbname is postgres" in finding.summary
