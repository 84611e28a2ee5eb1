"""Which clusters an execution checks."""

from collections import Counter
from collections.abc import Iterable

import pytest

from functions.check_replication.selection import select
from functions.check_replication.targets import Misconfigured
from functions.execution_input import ExecutionInput, Shard

PATH = "/monitoring-logical-replication/"
REQUIRED = {"hostname": "db.example", "username": "monitor", "dbname": "shop"}
CLUSTERS = dict.fromkeys(("c", "a", "b", "d"), REQUIRED)


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        pytest.param(ExecutionInput(), ["a", "b", "c", "d"], id="all, by name"),
        pytest.param(ExecutionInput(clusters=("d", "a")), ["d", "a"], id="those named"),
        pytest.param(ExecutionInput(shard=Shard(0, 1)), ["a", "b", "c", "d"], id="the only shard"),
        pytest.param(ExecutionInput(shard=Shard(0, 2)), ["d"], id="the smaller half"),
        pytest.param(ExecutionInput(shard=Shard(1, 2)), ["a", "b", "c"], id="the larger half"),
        pytest.param(ExecutionInput(shard=Shard(1, 6)), [], id="a shard without clusters"),
        pytest.param(
            ExecutionInput(clusters=("d", "a"), shard=Shard(0, 2)), ["d"], id="those of the shard"
        ),
        pytest.param(
            ExecutionInput(clusters=("\ud800",), shard=Shard(0, 1)), ["\ud800"], id="half a letter"
        ),
    ],
)
def test_the_request_selects_clusters(request_: ExecutionInput, expected: list[str]) -> None:
    assert expected == [one.cluster for one in select(CLUSTERS, request_, PATH)]


NAMES = [f"cluster-{number:04}" for number in range(1_000)]


def shards(names: Iterable[str], of: int) -> list[set[str]]:
    clusters = dict.fromkeys(names, REQUIRED)
    requests = (ExecutionInput(shard=Shard(index, of)) for index in range(of))
    return [{one.cluster for one in select(clusters, request, PATH)} for request in requests]


@pytest.mark.parametrize("of", [1, 2, 3, 4, 7, 16])
def test_every_cluster_is_in_one_shard(of: int) -> None:
    """And none of the shards is much larger than another."""
    counts = Counter(name for shard in shards(NAMES, of) for name in shard)
    assert Counter(NAMES) == counts
    sizes = [len(shard) for shard in shards(NAMES, of)]
    assert max(sizes) <= 1.2 * min(sizes)


@pytest.mark.parametrize("of", [2, 3, 16])
def test_a_cluster_that_comes_or_goes_moves_no_other(of: int) -> None:
    """Its memory is in the shard's item: it would be new there, and nothing could be compared."""
    before = shards(NAMES, of)
    added = shards(["a-first", *NAMES, "z-last"], of)
    removed = shards(NAMES[1:], of)
    assert before == [shard - {"a-first", "z-last"} for shard in added]
    assert [shard - {NAMES[0]} for shard in before] == removed


def test_an_unknown_cluster_is_reported_and_the_others_are_checked() -> None:
    known, unknown = select(CLUSTERS, ExecutionInput(clusters=("a", "typo")), PATH)
    assert "a" == known.cluster
    assert Misconfigured("typo", (f"there are no parameters below {PATH}typo/",)) == unknown


def test_an_empty_parameter_path_is_a_finding_of_the_monitor_itself() -> None:
    (only,) = select({}, ExecutionInput(), PATH)
    assert isinstance(only, Misconfigured)
    assert "the monitor" == only.cluster
    assert f"no cluster has parameters below {PATH}" in only.problems[0]
