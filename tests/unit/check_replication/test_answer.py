"""What CheckReplication answers: to a person, and to the state machine."""

import json
from typing import Any

import pytest

from functions.check_replication.answer import answer
from functions.check_replication.checked import Checked
from functions.check_replication.memory.packing import unpack_all
from functions.check_replication.memory.remembered import RememberedCluster
from functions.report import ClusterReport, Finding, Status
from tests.unit.check_replication.builders import NOW

FAILS = Finding("apply_error", "It fails.", "orders_sub")
REMEMBERED = RememberedCluster(NOW, NOW)
EXECUTION = {"id": "arn:execution:1", "started_at": "2026-11-22T23:34:00.000Z"}
MACHINE: dict[str, Any] = {"execution": EXECUTION, "remembered": [], "incidents": []}


def cluster(name: str, *findings: Finding, status: Status | None = None) -> Checked:
    default = Status.UNHEALTHY if findings else Status.HEALTHY
    return Checked(ClusterReport(name, status or default, (), findings), remembered=REMEMBERED)


WELL, BROKEN = cluster("well"), cluster("broken", FAILS)


def names(document: dict[str, Any]) -> list[str]:
    return [reported["cluster"] for reported in document["clusters"]]


@pytest.mark.parametrize(
    ("event", "reported", "work", "remembers"),
    [
        pytest.param({}, ["broken", "well"], None, None, id="by hand"),
        pytest.param(
            {"execution": EXECUTION}, ["broken", "well"], None, None, id="of former versions"
        ),
        pytest.param(MACHINE, ["broken"], ["opened"], True, id="scheduled"),
        pytest.param(
            MACHINE | {"shard": {"index": 0, "of": 2}}, ["broken"], ["opened"], True, id="a shard"
        ),
        pytest.param(
            MACHINE | {"clusters": ["broken", "well"]},
            ["broken", "well"],
            ["opened"],
            False,
            id="named clusters",
        ),
        pytest.param(
            MACHINE | {"remembered": None, "incidents": None},
            ["broken"],
            [],
            False,
            id="the table could not be read",
        ),
    ],
)
def test_who_asks_gets_what_it_needs(
    event: dict[str, Any], reported: list[str], work: list[str] | None, remembers: object
) -> None:
    document = answer(event, [BROKEN, WELL], NOW)
    assert reported == sorted(names(document))
    assert document["healthy"] is False
    if work is None:
        assert document.keys() == {"checked_at", "healthy", "clusters"}
        return
    assert work == [each["transition"] for each in document["work"]]
    assert {"healthy": 1, "unhealthy": 1, "unknown": 0} == document["counts"]
    assert remembers == (document["memory"] is not None)


def test_all_is_remembered_what_the_check_saw_and_what_it_could_not_see() -> None:
    lost = cluster("lost", Finding("database_unreachable", "No."), status=Status.UNKNOWN)
    document = answer(MACHINE, [WELL, lost], NOW)
    assert {"well": REMEMBERED, "lost": REMEMBERED} == unpack_all([document["memory"]])


def test_a_healthy_run_answers_in_a_few_bytes() -> None:
    clusters = [cluster(f"production-orders-replica-{number:04}") for number in range(1000)]
    document = answer(MACHINE, clusters, NOW)
    assert ([], [], True) == (document["clusters"], document["work"], document["healthy"])
    assert len(json.dumps(document)) < 20_000


@pytest.mark.parametrize("broken", [41, 1000])
def test_what_the_state_machine_needs_fits_whatever_is_wrong(broken: int) -> None:
    """The others that are not healthy get what room is left, those with work never less."""
    findings = [Finding("apply_error", "ü" * 2000, f"sub_{number}") for number in range(30)]
    clusters = [cluster(f"production-orders-{number:04}", *findings) for number in range(broken)]
    document = answer(MACHINE, clusters, NOW)
    assert len(json.dumps(document)) <= 240_000
    assert 40 == len(document["work"])
    assert {each["cluster"] for each in document["work"]} <= set(names(document))
    assert broken == document["counts"]["unhealthy"]
    assert len(names(document)) == len(set(names(document)))
