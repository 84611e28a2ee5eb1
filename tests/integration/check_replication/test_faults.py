"""The probe and the diagnosis on real servers: each fault's cause, and quiet when it is mended."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from functions.check_replication import probe
from functions.check_replication.check import check
from functions.check_replication.diagnosis import Looks
from functions.check_replication.targets import Target
from functions.report import ClusterReport, Status
from local.postgres.faults import FAULTS, Fault
from local.postgres.pair import DATABASE, MONITOR, MONITOR_PASSWORD, Pair

UNKNOWN_CAUSES = {"database_auth_failed", "database_unreachable", "database_timeout"}


def look(target: Target) -> Looks:
    assert target.password is not None
    return probe.look(target, target.password)


def verdict(pair: Pair, max_lag_seconds: float = 300) -> ClusterReport:
    target = Target(
        cluster="sample-cluster",
        hostname=pair.subscriber.host,
        port=pair.subscriber.port,
        username=MONITOR,
        password=MONITOR_PASSWORD,
        database=DATABASE,
        sslmode="disable",
        max_lag_seconds=max_lag_seconds,
        log_group="/aws/rds/cluster/sample-cluster/postgresql",
    )
    return check(target, look).report


@contextmanager
def broken(pair: Pair, fault: Fault) -> Iterator[None]:
    try:
        fault.break_(pair)
        yield
    finally:
        fault.mend(pair)


def test_a_pair_that_replicates_is_healthy(pair: Pair) -> None:
    assert (Status.HEALTHY, ()) == (verdict(pair).status, verdict(pair).findings)


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_reported_under_its_cause_and_gone_when_mended(pair: Pair, name: str) -> None:
    fault = FAULTS[name]
    max_lag_seconds = 0.5 if fault.cause == "publisher_lagging" else 300
    with broken(pair, fault):
        report = verdict(pair, max_lag_seconds)
    status = Status.UNKNOWN if fault.cause in UNKNOWN_CAUSES else Status.UNHEALTHY
    assert (status, [fault.cause]) == (report.status, [found.cause for found in report.findings])
    assert Status.HEALTHY == verdict(pair).status


def test_the_conflict_s_evidence_counts_errors_and_names_the_version(pair: Pair) -> None:
    with broken(pair, FAULTS["conflict"]):
        (finding,) = verdict(pair).findings
    assert "orders_sub" == finding.subscription
    assert finding.evidence["apply_error_count"] >= 2  # type: ignore[operator]
    assert finding.evidence["server_version"] == pair.subscriber.version
