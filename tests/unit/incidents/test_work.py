"""What a run does about all of its clusters: how much of it, and what first."""

import json

import pytest

from functions.incidents.work import MAX_WORK
from tests.unit.incidents.decisions import (
    CLAIMED,
    REPORTED,
    SUSPECTED,
    at,
    decided,
    incident,
    verdict,
    without,
)

NAMES = [f"production-orders-replica-{number:04}" for number in range(130)]


@pytest.mark.parametrize("broken", [0, 1, 40, 130])
def test_a_run_takes_on_forty_clusters_at_most(broken: int) -> None:
    """The list is a variable of the state machine, beside the reports in 262,144 bytes."""
    clusters = [
        verdict(name, "unhealthy" if number < broken else "healthy")
        for number, name in enumerate(NAMES)
    ]
    stored = [incident(cluster=name, fingerprint="other") for name in NAMES[:broken]]
    work = decided(clusters, stored)
    assert min(broken, 40) == len(work)
    assert all("changed" == each["transition"] for each in work)
    assert len(json.dumps(work)) < 80_000


def test_the_next_runs_take_on_the_rest() -> None:
    """Each outage is notified of once, a run after the other."""
    opened: list[str] = []
    known: list[dict[str, object]] = []
    for _ in range(4):
        work = decided([verdict(name) for name in NAMES], known)
        opened += [each["cluster"] for each in work]
        known = [incident(cluster=name) for name in opened]
    assert NAMES == opened
    assert [] == decided([verdict(name) for name in NAMES], known)


def test_what_nobody_knows_of_comes_first_and_the_log_last() -> None:
    """Whatever its name; what was decided about longest ago comes before its like."""
    late = {"explained": "false", "last_notified_at": at(-14), "decided_at": at(-14)}
    never = without(incident(**CLAIMED | {"claimed_until": at(-1)}), *REPORTED, "channel", "ts")
    verdicts = [
        verdict("a: the log is read again"),
        verdict("b: over", "healthy"),
        verdict("c: changed an hour ago", causes=("slot_missing",)),
        verdict("d: gave no answer", "unknown"),
        verdict("e: died before it was posted"),
        verdict("f: new"),
        verdict("g: never accepted by Slack"),
    ]
    incidents = [
        incident(cluster="a: the log is read again", **late),
        incident(cluster="b: over"),
        incident(cluster="c: changed an hour ago", decided_at=at(-60)),
        never | {"cluster": "e: died before it was posted"},
        never | {"cluster": "g: never accepted by Slack", "undelivered": "nowhere"},
    ]
    expected = ["f", "e", "d", "c", "b", "g", "a"]
    assert expected == [work["cluster"][0] for work in decided(verdicts, incidents)]


def test_alerts_that_slack_never_accepts_keep_no_other_back() -> None:
    """As many as a run takes on; each has its turn."""
    refused = without(incident(undelivered="nowhere"), *REPORTED, "channel", "ts")
    incidents = [refused | {"cluster": name, "decided_at": at(-1)} for name in NAMES[:MAX_WORK]]
    incidents.append(incident(cluster="other"))
    verdicts = [*(verdict(name) for name in NAMES[:MAX_WORK]), verdict("other", "healthy")]
    work = decided(verdicts, incidents)
    assert ("other", "resolved") == (work[0]["cluster"], work[0]["transition"])


def test_suspicions_of_clusters_that_are_not_checked_stay() -> None:
    assert [] == decided([verdict("other", "healthy")], [SUSPECTED, incident(cluster="third")])


def test_a_test_writes_nothing() -> None:
    [work] = decided([verdict(status="healthy")], [], force_notify=True)
    expected = {"cluster": "shop", "transition": "test", "incident": {}, "item": {}}
    assert expected | {"seen": "never"} == work
