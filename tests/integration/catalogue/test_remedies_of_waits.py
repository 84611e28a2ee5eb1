"""The remedies against what waits, run as they are printed: on a pair of their own."""

from datetime import UTC, datetime

import pytest

from functions.catalogue import CATALOGUE
from functions.check_replication.check import check
from functions.check_replication.checked import Memory
from functions.check_replication.handler import PROBES
from functions.check_replication.targets import Login, Target
from local.postgres.faults import FAULTS
from local.postgres.pair import (
    DATABASE,
    MONITOR,
    MONITOR_PASSWORD,
    Pair,
)
from sandbox.postgres.server import Server
from tests.integration.catalogue.printed_sql import apply, paste


def login(server: Server) -> Login:
    return Login(server.host, MONITOR, DATABASE, MONITOR_PASSWORD, server.port, "disable")


def found(pair: Pair, name: str) -> dict[str, object]:
    """What the monitor fills into the remedies of a fault's finding."""
    fault = FAULTS[name]
    limits = {key.replace("-", "_"): float(limit) for key, limit in fault.parameters.items()}
    target = Target(
        cluster="sample-cluster",
        subscriber=login(pair.subscriber),
        publishers={"publisher": login(pair.publisher)} if fault.watches_publisher else {},
        log_group="/aws/rds/cluster/sample-cluster/postgresql",
        **limits,  # type: ignore[arg-type]  # of these two
    )
    findings = check(target, PROBES, Memory({}, datetime.now(UTC))).report.findings
    [finding] = [each for each in findings if each.cause == fault.cause]
    return {"subscription": finding.subscription, **finding.evidence}


@pytest.mark.parametrize("place", ["subscriber", "publisher"])
def test_roll_back_a_prepared_transaction(pair: Pair, place: str) -> None:
    """It lets the worker go on; on another server that has one of that name it does nothing."""
    fault = FAULTS["prepared_transaction"]
    try:
        fault.break_(pair)
        _, roll_back = CATALOGUE["apply_blocked"].remedies_for(found(pair, fault.name))
        if place == "subscriber":
            apply(pair, roll_back)
            pair.wait_until_replicated()
        else:
            moved = [script.sql.replace("oid = ", "oid = 1") for script in roll_back.scripts]
            paste(pair.subscriber, moved)
            assert pair.subscriber.sql("SELECT FROM pg_prepared_xacts")
    finally:
        fault.fix(pair)


def test_go_on_without_a_standby(pair: Pair) -> None:
    fault = FAULTS["standby_gone"]
    if pair.publisher.version.partition(".")[0] not in fault.versions:
        pytest.skip("synchronized_standby_slots came with 17")
    setting = "SELECT current_setting('synchronized_standby_slots')"
    try:
        fault.break_(pair)
        [_, without] = CATALOGUE["standby_behind"].remedies_for(found(pair, fault.name))
        apply(pair, without)
        pair.wait_until_replicated()
        assert [[""]] == pair.publisher.sql(setting)
    finally:
        fault.fix(pair)


@pytest.mark.parametrize(
    ("name", "number"), [("copy_locked_out", 2), ("copy_outlasts", 1)], ids=["here", "there"]
)
def test_end_what_a_copy_waits_for(pair: Pair, name: str, number: int) -> None:
    """The copy goes on by itself."""
    fault = FAULTS[name]
    try:
        fault.break_(pair)
        remedies = CATALOGUE["table_sync_blocked"].remedies_for(found(pair, name))
        apply(pair, remedies[number])
        pair.wait_until_copied()
    finally:
        pair.attachments.close()
        fault.fix(pair)
