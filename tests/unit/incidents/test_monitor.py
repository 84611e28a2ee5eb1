"""The monitor's own incidents: what they are called, who ends them, and the check that failed."""

import json
from datetime import timedelta
from typing import Any

import pytest

from functions.execution_input import Shard
from functions.incidents.asked import EVERYTHING, Asked, is_monitor
from functions.incidents.incident import Incident
from functions.incidents.monitor import decide_failed_check
from tests.unit.incidents.decisions import (
    CLAIMED,
    DAY,
    EPOCH,
    MONITOR,
    NOW,
    SUSPECTED,
    at,
    decided,
    incident,
    typed,
    verdict,
    without,
)

SHARD = Asked(shard=Shard(1, 4))
LONG = "a" * 100


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (EVERYTHING, "the monitor"),
        (SHARD, "the monitor (shard 1 of 4)"),
        (Asked(("b", "a")), "the monitor (a, b)"),
        (Asked(("c", "b", "a")), "the monitor (a, b, c)"),
        (Asked(("d", "c", "b", "a")), "the monitor (a, b and 2 more, c6cce423)"),
        (Asked(("a",), Shard(0, 2)), "the monitor (a, shard 0 of 2)"),
        (Asked((LONG,)), f"the monitor ({LONG[:63]}, 5cdcc04f)"),
    ],
)
def test_a_failed_check_is_named_by_what_was_asked(asked: Asked, expected: str) -> None:
    assert expected == asked.monitor
    assert is_monitor(expected)
    assert asked == Asked.from_json(json.loads(json.dumps(asked.to_json())))


@pytest.mark.parametrize(
    ("asked", "other", "expected"),
    [
        pytest.param(EVERYTHING, EVERYTHING, True, id="all, all"),
        pytest.param(EVERYTHING, SHARD, True, id="all, a shard"),
        pytest.param(EVERYTHING, Asked(("a",), Shard(0, 2)), True, id="all, a shard of names"),
        pytest.param(SHARD, SHARD, True, id="a shard, itself"),
        pytest.param(SHARD, EVERYTHING, False, id="a shard, all"),
        pytest.param(SHARD, Asked(shard=Shard(0, 4)), False, id="a shard, another"),
        pytest.param(SHARD, Asked(shard=Shard(1, 5)), False, id="a shard, one of five"),
        pytest.param(SHARD, Asked(("a",)), False, id="a shard, a name"),
        pytest.param(SHARD, Asked(("a",), Shard(1, 4)), True, id="a shard, its own of a name"),
        pytest.param(Asked(("a", "b")), Asked(("b",)), True, id="names, one of them"),
        pytest.param(Asked(("a", "b")), Asked(("b", "c")), False, id="names, another too"),
        pytest.param(Asked(("a",)), EVERYTHING, False, id="names, all"),
        pytest.param(Asked(("a",)), Asked(("a",), Shard(0, 2)), True, id="names, a shard of them"),
    ],
)
def test_a_run_covers_what_it_checks(asked: Asked, other: Asked, *, expected: bool) -> None:
    assert expected is asked.covers(other)


def of_monitor(asked: Asked, **more: Any) -> dict[str, Any]:
    """An open incident of a check that failed."""
    return incident(cluster=asked.monitor, asked=json.dumps(asked.to_json()), **more)


ALL_OF_THEM = [of_monitor(EVERYTHING), of_monitor(SHARD), of_monitor(Asked(("a",)))]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        pytest.param(EVERYTHING, [each["cluster"] for each in ALL_OF_THEM], id="all"),
        pytest.param(SHARD, [SHARD.monitor], id="the shard"),
        pytest.param(Asked(shard=Shard(2, 4)), [], id="another shard"),
        pytest.param(Asked(("a", "b")), [Asked(("a",)).monitor], id="more names"),
        pytest.param(Asked(("b",)), [], id="another name"),
    ],
)
def test_a_check_that_worked_ends_the_incidents_it_covers(
    asked: Asked, expected: list[str]
) -> None:
    work = decided([], ALL_OF_THEM, asked=asked)
    assert expected == [each["cluster"] for each in work]
    assert {"resolved"} >= {each["transition"] for each in work}
    for each in work:
        assert each["item"]["asked"] in [stored["asked"] for stored in map(typed, ALL_OF_THEM)]


@pytest.mark.parametrize(
    ("stored", "expected"),
    [
        pytest.param(incident(cluster=MONITOR), ["resolved"], id="of a former version"),
        pytest.param(SUSPECTED | {"cluster": MONITOR}, ["forgotten"], id="suspected"),
        pytest.param(of_monitor(EVERYTHING, **CLAIMED), [], id="another execution notifies"),
        pytest.param(of_monitor(EVERYTHING), [], id="not covered"),
        pytest.param(
            of_monitor(EVERYTHING, decided_at=at(-3 * 1_440 - 1)),
            ["resolved"],
            id="a check that is made no more",
        ),
        pytest.param(of_monitor(EVERYTHING, decided_at=at(-1_500)), [], id="one made every day"),
        pytest.param(
            incident(cluster="the monitoring database"), [], id="a cluster of a similar name"
        ),
    ],
)
def test_what_a_shard_ends(stored: dict[str, Any], expected: list[str]) -> None:
    work = decided([verdict("b", "healthy")], [stored], asked=SHARD)
    assert expected == [each["transition"] for each in work]


def test_without_any_cluster_the_monitor_is_misconfigured_for_every_run() -> None:
    """So any run that finds clusters ends it, and none that finds none does."""
    none = verdict(MONITOR, "unknown", ("monitor_misconfigured",), unknown_runs=1)
    [work] = decided([none], [], asked=SHARD)
    assert ("opened", "the monitor") == (work["transition"], work["cluster"])
    assert "asked" not in work["item"]
    known = incident(cluster=MONITOR, fingerprint=none.report.fingerprint)
    assert [] == decided([none], [known], asked=SHARD)
    assert ["resolved"] == [each["transition"] for each in decided([], [known], asked=SHARD)]


def failed(
    *incidents: dict[str, Any],
    input_: object = None,
    error: str = "Lambda.Unknown",
    cause: object = '{"errorMessage":"Task timed out after 60.00 seconds"}',
) -> dict[str, Any]:
    document = {
        "error": error,
        "cause": cause,
        "log_group": "/aws/lambda/check",
        "incidents": [typed(stored) for stored in incidents],
        "input": {} if input_ is None else input_,
        "execution": {"id": "arn:me", "started_at": at(-0.1)},
    }
    return decide_failed_check(document, NOW)


def test_a_failed_check_is_reported_as_the_monitor_s() -> None:
    [report] = failed()["clusters"]
    assert {
        "cluster": "the monitor",
        "status": "unknown",
        "fingerprint": report["fingerprint"],
        "log_groups": ["/aws/lambda/check"],
        "findings": [
            {
                "cause": "monitor_failed",
                "severity": "critical",
                "subscription": None,
                "summary": "CheckReplication failed and checked none of the clusters it was asked "
                "for: Task timed out after 60.00 seconds",
                "evidence": {"error": "Lambda.Unknown"},
            }
        ],
    } == report


@pytest.mark.parametrize(
    ("cause", "expected"),
    [
        ('{"errorMessage":"a \\"b\\"\\n","errorType":"X"}', 'a "b"\n'),
        ('{"errorMessage": "cut of', "cut of"),
        ('{"errorMessage":"cut in a sign \\u00', '{"errorMessage":"cut in a sign \\u00'),
        ('{"errorMessage":null}', '{"errorMessage":null}'),
        ("no JSON", "no JSON"),
        ("x" * 501, "x" * 500),
        (None, "Lambda.Unknown"),
        ("", "Lambda.Unknown"),
        (7, "7"),
    ],
)
def test_the_summary_has_the_exception_s_words(cause: object, expected: str) -> None:
    [report] = failed(cause=cause)["clusters"]
    summary = report["findings"][0]["summary"]
    assert (
        summary
        == f"CheckReplication failed and checked none of the clusters it was asked for: {expected}"
    )


def test_a_report_that_is_too_large_says_what_to_do() -> None:
    [report] = failed(error="States.DataLimitExceeded", cause="…")["clusters"]
    assert "(262,144 bytes)" in report["findings"][0]["summary"]
    assert '"shard"' in report["findings"][0]["summary"]


@pytest.mark.parametrize(
    ("input_", "stored", "expected"),
    [
        pytest.param({}, [], "noted", id="for the first time"),
        pytest.param({}, [SUSPECTED | {"cluster": MONITOR}], "opened", id="for the second"),
        pytest.param({}, [SUSPECTED], "noted", id="another is suspected"),
        pytest.param({"force_notify": True}, [], "opened", id="forced"),
        pytest.param({"shard": {"index": 1, "of": 4}}, [of_monitor(EVERYTHING)], "noted", id="own"),
        pytest.param({}, [of_monitor(EVERYTHING, **CLAIMED)], "none", id="claimed by another"),
        pytest.param(
            {"force_notify": True},
            [of_monitor(EVERYTHING, **CLAIMED)],
            "none",
            id="forced, claimed by another",
        ),
        pytest.param(
            {},
            [incident(cluster=MONITOR, fingerprint="monitor_failed")],
            "none",
            id="reported by a former version",
        ),
    ],
)
def test_what_is_done_about_a_failed_check(
    input_: dict[str, Any], stored: list[dict[str, Any]], expected: str
) -> None:
    work = failed(*stored, input_=input_)["work"]
    assert [expected] == ([each["transition"] for each in work] or ["none"])


def test_one_shard_of_four_that_always_fails_is_notified_of_once() -> None:
    """The others end nothing of it; its own success does."""
    table: dict[str, dict[str, Any]] = {}
    transitions: list[str] = []

    def write(work: list[dict[str, Any]]) -> None:
        """As the state machine claims and records."""
        for each in work:
            transitions.append(each["transition"])
            item = without(each["incident"], "claimed_by", "claimed_for", "claimed_until")
            if each["transition"] == "opened":
                [report] = failed(input_={"shard": {"index": 1, "of": 4}})["clusters"]
                item |= {
                    "fingerprint": report["fingerprint"],
                    "causes": ["monitor_failed"],
                    "explained": "true",
                    "notifications": 1,
                    "last_notified_at": at(-0.2),
                }
            table[each["cluster"]] = item | {"decided_at": at(-0.2)}

    for _ in range(5):
        write(failed(*table.values(), input_={"shard": {"index": 1, "of": 4}})["work"])
        for index in (0, 2, 3):
            write(decided([], list(table.values()), asked=Asked(shard=Shard(index, 4))))
    assert ["noted", "opened"] == transitions
    assert [SHARD.monitor] == list(table)
    write(decided([], list(table.values()), asked=SHARD))
    assert ["noted", "opened", "resolved"] == transitions


def test_the_incident_knows_what_was_asked() -> None:
    input_ = {"clusters": ["a", "b"], "lookback_minutes": 5}
    [work] = failed(input_=input_)["work"]
    expected = {
        "cluster": "the monitor (a, b)",
        "status": "suspected",
        "unknown_runs": 1,
        "unknown_since": at(0),
        "decided_at": at(0),
        "expires_at": EPOCH + DAY,
        "asked": '{"clusters": ["a", "b"]}',
    }
    assert expected == work["incident"]
    assert (typed(expected), "never") == (work["item"], work["seen"])


@pytest.mark.parametrize(("names", "is_known"), [(30, True), (3_000, False)])
def test_what_is_too_long_to_be_read_is_not_written(names: int, *, is_known: bool) -> None:
    """Any success ends it then; the item stays sound."""
    input_ = {"clusters": [f"production-orders-{number:04}" for number in range(names)]}
    [first] = failed(input_=input_)["work"]
    assert is_known is ("asked" in first["item"])
    assert Incident.from_item(first["item"], NOW)


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"incidents": None, "input": "text", "execution": None, "log_group": 7},
        {"incidents": "x", "input": [1], "execution": {"started_at": "yesterday"}},
        {"incidents": [None, 7, {}, {"cluster": 7}], "input": {"shard": 7}, "error": {"a": 1}},
        {"cause": {"errorMessage": "x"}},
        {
            "incidents": [typed(SUSPECTED | {"cluster": MONITOR, "unknown_runs": 0})],
            "execution": {"started_at": "2026-11-23T02:59:30"},
        },
    ],
)
def test_no_event_keeps_the_monitor_from_being_decided_about(document: dict[str, Any]) -> None:
    done = decide_failed_check(document, NOW + timedelta(seconds=1))
    assert [("the monitor", "noted")] == [
        (each["cluster"], each["transition"]) for each in done["work"]
    ]
    assert ["the monitor"] == [report["cluster"] for report in done["clusters"]]
