import json
import math
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from functions.report import (
    MAX_CLUSTER_BYTES,
    MAX_REPORT_BYTES,
    ClusterReport,
    Finding,
    ReportTooLargeError,
    Status,
    report,
)

CHECKED_AT = datetime(2026, 11, 22, 23, 34, 8, 999, tzinfo=UTC)


def unhealthy(name: str, findings: int = 1, summary: str = "broken") -> ClusterReport:
    return ClusterReport(
        name,
        Status.UNHEALTHY,
        (f"/aws/rds/cluster/{name}/postgresql",),
        tuple(Finding("apply_error", summary, f"sub_{i}", {"n": i}) for i in range(findings)),
    )


def test_the_document_has_the_keys_of_the_contract() -> None:
    expected = {
        "checked_at": "2026-11-22T23:34:08Z",
        "healthy": False,
        "clusters": [
            {
                "cluster": "c",
                "status": "unhealthy",
                "fingerprint": unhealthy("c").fingerprint,
                "log_groups": ["/aws/rds/cluster/c/postgresql"],
                "findings": [
                    {
                        "cause": "apply_error",
                        "severity": "critical",
                        "subscription": "sub_0",
                        "summary": "broken",
                        "evidence": {"n": 0},
                    }
                ],
            }
        ],
    }
    assert expected == report([unhealthy("c")], CHECKED_AT)


def test_unknown_is_not_healthy() -> None:
    clusters = [ClusterReport("a", Status.HEALTHY), ClusterReport("b", Status.UNKNOWN)]
    assert report(clusters, CHECKED_AT)["healthy"] is False
    assert report(clusters[:1], CHECKED_AT)["healthy"] is True


def test_the_fingerprint_is_that_of_the_set_of_subscriptions_and_problems() -> None:
    one, two = Finding("apply_error", "x", "s"), Finding("worker_down", "y", "t", {"pid": 1})
    both = ClusterReport("c", Status.UNHEALTHY, findings=(one, two)).fingerprint
    assert both == ClusterReport("d", Status.UNKNOWN, findings=(two, one, one)).fingerprint
    assert both != ClusterReport("c", Status.UNHEALTHY, findings=(one,)).fingerprint


def test_beside_what_was_found_an_interrupted_check_is_no_problem() -> None:
    fails, cut = Finding("apply_error", "x", "s"), Finding("database_error", "y")
    alone, both, nothing_known = (
        ClusterReport("c", Status.UNHEALTHY, findings=findings).fingerprint
        for findings in ((fails,), (fails, cut), (cut,))
    )
    assert alone == both != nothing_known


def test_a_cluster_report_survives_the_journey_through_json() -> None:
    before = unhealthy("c", findings=3)
    assert before == ClusterReport.from_json(json.loads(json.dumps(before.to_json())))


@pytest.mark.parametrize(
    ("clusters", "findings"), [(1, 1_000), (100, 60), (500, 2)], ids=["deep", "wide", "many"]
)
def test_a_large_report_is_bounded_and_counts_what_it_leaves_out(
    clusters: int, findings: int
) -> None:
    document = report([unhealthy(f"c{i}", findings) for i in range(clusters)], CHECKED_AT)
    assert len(json.dumps(document)) <= MAX_REPORT_BYTES
    for cluster in document["clusters"]:
        assert cluster["findings"]
        assert findings == len(cluster["findings"]) + cluster.get("omitted_findings", 0)


def test_a_thousand_healthy_clusters_fit() -> None:
    names = [f"production-orders-replica-{i:04}" for i in range(1_000)]
    clusters = [
        ClusterReport(name, Status.HEALTHY, (f"/aws/rds/cluster/{name}/postgresql",))
        for name in names
    ]
    assert 1_000 == len(report(clusters, CHECKED_AT)["clusters"])


def test_a_report_that_cannot_be_bounded_says_what_to_do() -> None:
    with pytest.raises(ReportTooLargeError, match='"shard"'):
        report([unhealthy(f"c{i}", 1, "x" * 2_000) for i in range(1_000)], CHECKED_AT)


def test_a_cause_of_another_version_is_not_lost() -> None:
    finding = Finding.from_json({"cause": "cause_of_tomorrow", "summary": "words"})
    assert ("monitor_failed", "words") == (finding.cause, finding.summary)


def test_muted_findings_stay_in_the_report_and_are_told_apart() -> None:
    """By cause or by subscription; the status tells the truth all the same."""
    findings = (
        Finding("apply_error", "x", "told"),
        Finding("skip_pending", "x", "told"),
        Finding("apply_error", "x", "silenced"),
    )
    mute = ("skip_pending", "silenced", "no_such_thing")
    cluster = ClusterReport("c", Status.UNHEALTHY, findings=findings, mute=mute).without_muted()
    assert (findings[:1], findings[1:]) == (cluster.findings, cluster.muted)
    assert Status.UNHEALTHY == cluster.status
    assert cluster == ClusterReport.from_json(json.loads(json.dumps(cluster.to_json())))
    assert cluster == cluster.without_muted()


HEALTHY = [
    ClusterReport(
        f"production-orders-replica-{number:04}",
        Status.HEALTHY,
        (f"/aws/rds/cluster/production-orders-replica-{number:04}/postgresql",),
    )
    for number in range(900)
]
LONG_NAMES = tuple(f"{number:04}" + "🐘" * 59 for number in range(2_000))
"""More than PostgreSQL's 63 bytes could hold."""


def large(**more: Any) -> ClusterReport:
    findings = tuple(Finding("apply_error", "broken", name) for name in LONG_NAMES)
    return ClusterReport("large", Status.UNHEALTHY, ("/group",), **{"findings": findings} | more)


@pytest.mark.parametrize(
    "cluster",
    [
        pytest.param(large(), id="findings"),
        pytest.param(large(mute=("apply_error",)).without_muted(), id="muted findings"),
        pytest.param(large(mute=LONG_NAMES[:1_000]).without_muted(), id="findings of both kinds"),
        pytest.param(large(findings=(), mute=LONG_NAMES), id="the list of what is muted"),
        pytest.param(large(findings=(), not_visible=LONG_NAMES), id="what is not visible"),
        pytest.param(large(findings=(), log_query="é" * 50_000), id="the log query"),
        pytest.param(
            large(findings=(Finding("apply_error", "\x01" * 300_000, "s"),)), id="a summary"
        ),
        pytest.param(
            large(
                findings=tuple(
                    Finding("apply_error", "broken", "s", {"tables": ", ".join(LONG_NAMES)})
                    for _ in range(30)
                )
            ),
            id="evidence",
        ),
    ],
)
@pytest.mark.parametrize("others", [0, 900], ids=["alone", "among many"])
def test_what_is_large_in_one_cluster_costs_the_others_nothing(
    cluster: ClusterReport, others: int
) -> None:
    document = report([cluster, *HEALTHY[:others]], CHECKED_AT)
    assert len(json.dumps(document)) <= MAX_REPORT_BYTES
    first, *rest = document["clusters"]
    assert [one.to_json() for one in HEALTHY[:others]] == rest
    assert len(json.dumps(first)) <= MAX_CLUSTER_BYTES
    assert cluster.fingerprint == first["fingerprint"]
    for kind, omitted, all_of_them in (
        ("findings", "omitted_findings", cluster.findings),
        ("muted", "omitted_muted", cluster.muted),
    ):
        assert len(all_of_them) == len(first.get(kind, [])) + first.get(omitted, 0)
        assert bool(all_of_them) == bool(first.get(kind))
    read = ClusterReport.from_json(json.loads(json.dumps(first)))
    assert first == read.to_json() | {"fingerprint": cluster.fingerprint}


def test_a_hundred_large_clusters_are_cut_alike() -> None:
    muted = large(mute=LONG_NAMES[::2]).without_muted()
    clusters = [replace(muted, cluster=f"c{number}") for number in range(100)]
    document = report(clusters, CHECKED_AT)
    assert len(json.dumps(document)) <= MAX_REPORT_BYTES
    kept = {(len(one["findings"]), len(one["muted"])) for one in document["clusters"]}
    assert 1 == len(kept)


def test_muted_findings_are_kept_worst_first() -> None:
    findings = (
        *(Finding("skip_pending", "x", f"sub_{number}") for number in range(60)),
        Finding("apply_error", "x", "worst"),
    )
    cluster = ClusterReport("c", Status.UNHEALTHY, muted=findings, mute=("skip_pending",))
    muted = report([cluster], CHECKED_AT)["clusters"][0]["muted"]
    assert ("worst", 25) == (muted[0]["subscription"], len(muted))


def test_the_fingerprint_does_not_depend_on_what_the_others_leave_room_for() -> None:
    """Else an outage of others would look like a change of this one."""
    cluster = unhealthy("c", 20)
    others = [unhealthy(f"other-{number}", 20) for number in range(200)]
    alone, among = (report([cluster, *some], CHECKED_AT)["clusters"][0] for some in ([], others))
    assert len(among["findings"]) < len(alone["findings"])
    assert alone["fingerprint"] == among["fingerprint"] == cluster.fingerprint


def test_a_text_that_may_stand_in_a_remedy_is_left_out_rather_than_cut() -> None:
    evidence = {"publications": "p" * 3_001, "table": "t" * 259, "since": None, "rate": math.inf}
    findings = (Finding("apply_error", "broken", "s", evidence),)
    cluster = ClusterReport("c", Status.UNHEALTHY, findings=findings)
    [finding] = report([cluster], CHECKED_AT)["clusters"][0]["findings"]
    assert {"table": "t" * 259, "since": None} == finding["evidence"]


def test_the_fingerprint_is_of_problems_and_the_former_one_of_causes() -> None:
    """One problem shows another cause in each sample; it is one incident all the same."""
    fails, down = (
        ClusterReport("c", Status.UNHEALTHY, findings=(Finding(cause, "x", "s"),))
        for cause in ("apply_error", "worker_down")
    )
    assert fails.fingerprint == down.fingerprint
    assert fails.former_fingerprint != down.former_fingerprint
    gone = ClusterReport("c", Status.UNHEALTHY, findings=(Finding("slot_lost", "x", "s"),))
    assert gone.former_fingerprint == gone.fingerprint != fails.fingerprint
