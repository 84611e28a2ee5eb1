"""A monitor with memory on a real pair that fails late after each start of its worker."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from functions.check_replication.targets import Login, Target
from local.postgres.pair import DATABASE, MONITOR, MONITOR_PASSWORD, Pair, start_pair
from local.trials.slow.failing import KINDS, Kind
from local.trials.slow.monitor import Monitor
from sandbox.postgres.waiting import wait_until
from tests.integration.postgres.conftest import SOON

SECONDS = 1.0
SETTLED = [kind for kind in KINDS if kind.name != "killed"]
"""A server that crashes every second cannot always be checked."""


def monitor(pair: Pair) -> Monitor:
    server = pair.subscriber
    login = Login(server.host, MONITOR, DATABASE, MONITOR_PASSWORD, server.port, "disable")
    return Monitor(Target("c", login, "/logs"), every_seconds=0)


@pytest.fixture
def own_pair(tmp_path: Path) -> Iterator[Pair]:
    with start_pair(tmp_path, settings=SOON) as pair:
        yield pair


@pytest.mark.parametrize("kind", SETTLED, ids=[kind.name for kind in SETTLED])
def test_it_is_reported_once(own_pair: Pair, kind: Kind) -> None:
    """Its first runs see a pair that works; further ones repeat nothing."""
    watching = monitor(own_pair)
    for _ in range(2):
        watching.run()
    assert not any(run.causes for run in watching.runs)
    kind.begin(own_pair, SECONDS)
    try:
        wait_until(
            lambda: watching.run().transition == "opened",
            that="the failure is reported",
            look_at=own_pair.subscriber.log_tail,
        )
        later = [watching.run() for _ in range(2)]
        assert [None, None] == [run.transition for run in later]
        assert all(run.causes for run in later)
    finally:
        kind.end(own_pair)
    own_pair.wait_until_replicated()
