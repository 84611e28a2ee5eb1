"""A publisher that is restored to what it was before: its changes since then are nowhere."""

import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from functions.check_replication.check import check
from functions.check_replication.checked import Checked, Memory
from functions.check_replication.handler import PROBES
from functions.check_replication.memory.remembered import RememberedCluster
from functions.check_replication.targets import Login, Target
from local.postgres.pair import DATABASE, MONITOR, MONITOR_PASSWORD, Pair, has_order, start_pair
from sandbox.postgres.server import Server
from sandbox.postgres.waiting import wait_until

CLUSTER = "sample-cluster"
DROPPED, APPLIED = 900_001, 900_002
"""Orders placed after the restore: before and after its WAL has reached the lost position."""


@pytest.fixture(scope="module", params=["16", "18"], ids=["PG16", "PG18"])
def pair(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Pair]:
    directory = tmp_path_factory.mktemp(f"restored-{request.param}")
    with start_pair(directory, request.param, request.param, {}) as pair:
        yield pair


def checked(pair: Pair, before: RememberedCluster | None) -> Checked:
    def login(server: Server) -> Login:
        return Login(server.host, MONITOR, DATABASE, MONITOR_PASSWORD, server.port, "disable")

    publishers = {"publisher": login(pair.publisher)}
    target = Target(CLUSTER, login(pair.subscriber), "/log", publishers)
    memory = {} if before is None else {CLUSTER: before}
    return check(target, PROBES, Memory(memory, datetime.now(UTC)))


def causes(seen: Checked) -> list[str]:
    return [finding.cause for finding in seen.report.findings]


def test_it_is_said_until_its_wal_is_where_it_was(pair: Pair, tmp_path: Path) -> None:
    publisher, backup = pair.publisher, tmp_path / "backup"
    publisher.stop()
    copy(publisher.data_directory, backup)
    publisher.start()
    pair.place_orders(200)
    pair.wait_until_replicated()
    before = checked(pair, None).remembered
    publisher.stop()
    shutil.rmtree(publisher.data_directory)
    copy(backup, publisher.data_directory)
    publisher.start()
    pair.place_order(DROPPED)
    seen = checked(pair, before)
    assert "publisher_went_back" in causes(seen)
    publisher.sql("CREATE TABLE not_published AS SELECT generate_series(1, 10000)", DATABASE)
    pair.place_order(APPLIED)
    wait_until(
        lambda: has_order(pair.subscriber, APPLIED),
        that="what was written behind the lost position is replicated",
        look_at=pair.subscriber.log_tail,
    )
    assert not has_order(pair.subscriber, DROPPED), "what makes it worth a finding"
    assert "publisher_went_back" not in causes(checked(pair, seen.remembered))


def copy(source: Path, target: Path) -> None:
    """With its owner, who runs the server."""
    subprocess.run(["cp", "-a", str(source), str(target)], check=True)
