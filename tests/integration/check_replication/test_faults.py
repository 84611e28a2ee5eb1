"""The probe and the diagnosis on real servers: a fault's cause, and quiet when it is fixed."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest

from functions.check_replication.check import check
from functions.check_replication.checked import Checked, Memory
from functions.check_replication.handler import PROBES
from functions.check_replication.memory.remembered import RememberedCluster
from functions.check_replication.targets import Login, Target
from functions.report import ClusterReport, Status
from local.postgres.faults import FAULTS, Fault
from local.postgres.pair import DATABASE, MONITOR, MONITOR_PASSWORD, Pair
from sandbox.postgres.server import Server

pytestmark = pytest.mark.parametrize("pair", ["16"], indirect=True, ids=["PG16"])

NAMES = (
    "constraint",
    "missing_table",
    "disabled",
    "disabled_by_outage",
    "subscription_dropped",
    "sync_workers_gone",
    "publisher_slots_gone",
    "launcher_frozen",
    "slow_apply",
    "late_messages",
    "slot_invalidated",
    "slot_unreserved",
    "wrong_password",
    "subscriber_down",
    "subscriber_frozen",
    "no_connection_left",
)
"""Those that the tests of the whole stack leave out, which run on 18."""

UNKNOWN = {"database_auth_failed", "database_unreachable", "database_timeout", "database_error"}


def login(server: Server) -> Login:
    return Login(server.host, MONITOR, DATABASE, MONITOR_PASSWORD, server.port, "disable")


def checked(
    pair: Pair,
    max_lag_seconds: float = 300,
    *,
    publisher: bool = False,
    before: RememberedCluster | None = None,
) -> Checked:
    target = Target(
        cluster="sample-cluster",
        subscriber=login(pair.subscriber),
        publishers={"publisher": login(pair.publisher)} if publisher else {},
        max_lag_seconds=max_lag_seconds,
        log_group="/aws/rds/cluster/sample-cluster/postgresql",
    )
    memory = {} if before is None else {target.cluster: before}
    return check(target, PROBES, Memory(memory, datetime.now(UTC)))


def verdict(pair: Pair, max_lag_seconds: float = 300, *, publisher: bool = False) -> ClusterReport:
    return checked(pair, max_lag_seconds, publisher=publisher).report


@contextmanager
def broken(pair: Pair, fault: Fault) -> Iterator[None]:
    try:
        fault.break_(pair)
        yield
    finally:
        fault.fix(pair)


def test_a_pair_that_replicates_is_healthy(pair: Pair) -> None:
    assert (Status.HEALTHY, ()) == (verdict(pair).status, verdict(pair).findings)


@pytest.mark.parametrize("name", NAMES)
def test_a_fault_is_reported_under_its_cause_and_gone_when_fixed(pair: Pair, name: str) -> None:
    """By the probe alone: the log refines some of these. A check that knows of none before it
    cannot tell a young worker that works from one that fails in a minute.
    """
    fault = FAULTS[name]
    max_lag_seconds = float(fault.parameters.get("max-lag-seconds", 300))
    with broken(pair, fault):
        report = verdict(pair, max_lag_seconds, publisher=fault.watches_publisher)
    cause = fault.probe_cause or fault.cause
    status = Status.UNKNOWN if cause in UNKNOWN else Status.UNHEALTHY
    assert (status, [cause]) == (report.status, [found.cause for found in report.findings])
    assert Status.HEALTHY == checked(pair, before=checked(pair).remembered).report.status


def test_the_conflict_s_evidence_counts_errors_and_names_the_version(pair: Pair) -> None:
    with broken(pair, FAULTS["conflict"]):
        (finding,) = verdict(pair).findings
    assert "orders_sub" == finding.subscription
    assert finding.evidence["apply_error_count"] >= 2  # type: ignore[operator]
    assert finding.evidence["server_version"] == pair.subscriber.version
