import pytest

from functions.check_replication.execution_input import ExecutionInput, Shard
from functions.check_replication.selection import select
from functions.check_replication.targets import Misconfigured

PATH = "/monitoring-logical-replication/"
REQUIRED = {"hostname": "db.example", "username": "monitor", "dbname": "shop"}
CLUSTERS = dict.fromkeys(("c", "a", "b", "d"), REQUIRED)


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        pytest.param(ExecutionInput(), ["a", "b", "c", "d"], id="all, by name"),
        pytest.param(ExecutionInput(clusters=("d", "a")), ["d", "a"], id="those named"),
        pytest.param(ExecutionInput(shard=Shard(0, 2)), ["a", "c"], id="first half"),
        pytest.param(ExecutionInput(shard=Shard(1, 2)), ["b", "d"], id="second half"),
        pytest.param(ExecutionInput(shard=Shard(5, 6)), [], id="more shards than clusters"),
    ],
)
def test_the_request_selects_clusters(request_: ExecutionInput, expected: list[str]) -> None:
    assert expected == [one.cluster for one in select(CLUSTERS, request_, PATH)]


def test_an_unknown_cluster_is_reported_and_the_others_are_checked() -> None:
    known, unknown = select(CLUSTERS, ExecutionInput(clusters=("a", "typo")), PATH)
    assert "a" == known.cluster
    assert Misconfigured("typo", (f"there are no parameters below {PATH}typo/",)) == unknown


def test_an_empty_parameter_path_is_a_finding_of_the_monitor_itself() -> None:
    (only,) = select({}, ExecutionInput(), PATH)
    assert isinstance(only, Misconfigured)
    assert "the monitor" == only.cluster
    assert f"no cluster has parameters below {PATH}" in only.problems[0]
