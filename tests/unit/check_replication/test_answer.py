"""What CheckReplication answers: to a person, and to the state machine."""

import json
import random
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from functions.check_replication.answer import answer
from functions.check_replication.checked import Checked
from functions.check_replication.memory.packing import unpack
from functions.check_replication.memory.remembered import (
    RememberedCluster,
    RememberedSubscription,
    Worker,
)
from functions.incidents.incident import expiry, written
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
    assert {"well": REMEMBERED, "lost": REMEMBERED} == unpack(document["memory"], NOW)


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


def with_full_memory(clusters: list[Checked], subscriptions: int = 6) -> list[Checked]:
    """Each with so many subscriptions, all different, as servers are."""
    chance = random.Random(1)  # noqa: S311  not for secrets

    def subscription() -> RememberedSubscription:
        worker = Worker(chance.randrange(99_999), chance.randrange(2**31))
        return RememberedSubscription(chance.randrange(2**32), worker, chance.randrange(1000))

    def remembered() -> RememberedCluster:
        return replace(
            REMEMBERED, subscriptions=tuple(subscription() for _ in range(subscriptions))
        )

    return [replace(checked, remembered=remembered()) for checked in clusters]


def large(name: str, letter: str, **more: Any) -> Checked:
    """As large as names and messages of PostgreSQL make it, in letters of another script."""
    named = letter * 31
    evidence = {f"name_{number}": named for number in range(20)}
    findings = tuple(Finding("apply_error", letter * 300, named, evidence) for _ in range(5))
    unseen = (f"the tables of subscriptions in database {named} ({letter * 150})",) * 3
    found = ClusterReport(name, Status.UNHEALTHY, (), findings, not_visible=unseen)
    return Checked(replace(found, **more), remembered=REMEMBERED)


@pytest.mark.parametrize("letter", ["a", "ü", "ж", "漢", "😀"])
def test_with_a_full_memory_the_work_that_fits_is_done(letter: str) -> None:
    """The next run does the rest, of which people know nothing yet either."""
    clusters = [large(f"production-{number:04}", letter) for number in range(900)]
    document = answer(MACHINE, with_full_memory(clusters), NOW)
    assert len(json.dumps(document)) <= 240_000
    assert 5 < len(document["work"]) <= 40
    assert {each["cluster"] for each in document["work"]} <= set(names(document))
    assert len(document["memory"]) > 70_000


def test_one_that_has_no_room_beside_a_full_memory_is_told_without_it() -> None:
    """What is remembered of before stays."""
    alone = large("shop", "ж", log_groups=("g" * 180_000,))
    others = [cluster(f"production-{number:04}") for number in range(900)]
    document = answer(MACHINE, with_full_memory([alone, *others]), NOW)
    assert len(json.dumps(document)) <= 240_000
    assert ["shop"] == [each["cluster"] for each in document["work"]]
    assert document["memory"] is None


def test_one_that_has_no_room_at_all_keeps_no_other_back() -> None:
    checked = [large("a", "ж", log_groups=("g" * 250_000,)), BROKEN]
    document = answer(MACHINE, checked, NOW)
    assert ["broken"] == [each["cluster"] for each in document["work"]]


def test_what_is_not_remembered_is_said() -> None:
    """In the log of the function, and in an alert beside what else it could not see."""
    clusters = [cluster(f"production-{number:04}") for number in range(900)]
    clusters += [cluster(f"broken-{number}", FAILS) for number in range(10)]
    document = answer(MACHINE, with_full_memory(clusters), NOW)
    known = unpack(document["memory"], NOW)
    assert 40 == len(document["not_remembered"])
    assert not known.keys() & set(document["not_remembered"])
    assert not known.keys() & set(names(document))
    for reported in document["clusters"]:
        [line] = reported["not_visible"]
        assert "divide the clusters into shards" in line


@pytest.mark.parametrize("event", [MACHINE, MACHINE | {"clusters": ["shop"]}])
def test_where_there_is_room_nothing_is_said(event: dict[str, Any]) -> None:
    document = answer(event, with_full_memory([BROKEN]), NOW)
    assert "not_remembered" not in document
    assert "not_visible" not in document["clusters"][0]


def item(name: str, **more: Any) -> dict[str, Any]:
    """Of an incident that nobody was notified of yet."""
    before = {"S": written(NOW - timedelta(minutes=1))}
    return {
        "cluster": {"S": name},
        "status": {"S": "open"},
        "decided_at": before,
        "opened_at": before,
        "notifications": {"N": "0"},
        "expires_at": {"N": str(expiry(NOW, timedelta(days=1)))},
        **more,
    }


@pytest.mark.parametrize("characters", [1_000, 7_000, 10_000, 125_000, 270_000])
@pytest.mark.parametrize(
    "attribute", ["undelivered", "decided_at", "opened_at", "status", "claimed_by", "colour"]
)
def test_no_item_has_the_check_fail(attribute: str, characters: int) -> None:
    """Whatever stands in it, of clusters that are well or not."""
    items = [item(name, **{attribute: {"S": "ж" * characters}}) for name in ("broken", "well")]
    document = answer(MACHINE | {"incidents": items}, [BROKEN, WELL], NOW)
    assert len(json.dumps(document)) <= 240_000
    assert "broken" in [each["cluster"] for each in document["work"]]


def test_forty_large_items_are_worked_through() -> None:
    clusters = [cluster(f"shop-{number}") for number in range(40)]
    items = [item(f"shop-{number}", undelivered={"S": "x" * 7_000}) for number in range(40)]
    document = answer(MACHINE | {"incidents": items}, clusters, NOW)
    assert len(json.dumps(document)) <= 240_000
    assert {"resolved"} == {each["transition"] for each in document["work"]}
    assert 10 < len(document["work"]) < 40
