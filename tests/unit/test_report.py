import json
from datetime import UTC, datetime

import pytest

from functions.report import (
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


def test_the_fingerprint_is_that_of_the_set_of_subscriptions_and_causes() -> None:
    one, two = Finding("apply_error", "x", "s"), Finding("worker_down", "y", "t", {"pid": 1})
    both = ClusterReport("c", Status.UNHEALTHY, findings=(one, two)).fingerprint
    assert both == ClusterReport("d", Status.UNKNOWN, findings=(two, one, one)).fingerprint
    assert both != ClusterReport("c", Status.UNHEALTHY, findings=(one,)).fingerprint


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
        report([unhealthy(f"c{i}", 1, "x" * 2_000) for i in range(200)], CHECKED_AT)


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
