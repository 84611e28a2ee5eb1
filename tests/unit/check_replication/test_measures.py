"""The metrics of a check, in CloudWatch's embedded format."""

import json
from dataclasses import replace
from typing import Any

import pytest

from functions.check_replication.checked import Checked
from functions.check_replication.diagnosis import Lag, PublisherSamples, Samples, compare, lags
from functions.check_replication.measures import publish_measures
from functions.report import ClusterReport, Finding, Status
from functions.telemetry import NAMESPACE
from tests.unit.check_replication.builders import (
    DOWN,
    HEALTHY,
    LIMITS,
    NOW,
    SLOT,
    ago,
    publisher,
    snapshot,
    watching,
)

BROKEN = (Finding("apply_error", "It fails."), Finding("skip_pending", "It waits."))
SLOW, QUICK = Lag("slow_sub", 240.0, 61e6), Lag("quick_sub", 0.5, 100.0)

Metrics = dict[tuple[str, ...], float]


def checked(*found: Lag, name: str = "shop", status: Status = Status.HEALTHY) -> Checked:
    return Checked(ClusterReport(name, status, ()), lags=found)


def published(lines: str) -> Metrics:
    """Values by names and dimensions."""
    metrics: Metrics = {}
    for document in map(json.loads, lines.splitlines()):
        [group] = document["_aws"]["CloudWatchMetrics"]
        assert NAMESPACE == group["Namespace"]
        [dimensions] = group["Dimensions"]
        for metric in group["Metrics"]:
            key = (metric["Name"], *(document[name] for name in dimensions))
            assert key not in metrics
            [metrics[key]] = document[metric["Name"]]
    return metrics


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        pytest.param(
            [checked(QUICK, SLOW, Lag("down_sub", None))],
            {("Findings",): 0, ("LagSeconds",): 240.0, ("BacklogBytes",): 61e6},
            id="the worst subscription",
        ),
        pytest.param(
            [checked(Lag("a", 3.0), Lag("b", 7.0))],
            {("Findings",): 0, ("LagSeconds",): 7.0},
            id="publisher not watched",
        ),
        pytest.param(
            [checked(Lag("down_sub", None))], {("Findings",): 0}, id="nothing known of its lag"
        ),
        pytest.param(
            [replace(checked(SLOW), measures_subscriptions=True)],
            {
                ("Findings",): 0,
                ("LagSeconds",): 240.0,
                ("BacklogBytes",): 61e6,
                ("LagSeconds", "slow_sub"): 240.0,
                ("BacklogBytes", "slow_sub"): 61e6,
            },
            id="each subscription, as asked for",
        ),
        pytest.param(
            [
                replace(
                    checked(Lag("down_sub", None), Lag("a", 3.0)),
                    measures_subscriptions=True,
                )
            ],
            {("Findings",): 0, ("LagSeconds",): 3.0, ("LagSeconds", "a"): 3.0},
            id="each that has a lag",
        ),
        pytest.param(
            [Checked(ClusterReport("shop", Status.UNHEALTHY, (), BROKEN, muted=BROKEN[:1]))],
            {("Findings",): 3},
            id="findings, the muted ones too",
        ),
    ],
)
def test_a_cluster_has_two_or_three_metrics(
    seen: list[Checked], expected: Metrics, capsys: pytest.CaptureFixture[str]
) -> None:
    publish_measures(seen)
    found = published(capsys.readouterr().out)
    assert {(name, "shop", *rest): value for (name, *rest), value in expected.items()} == found


def test_what_could_not_be_checked_is_counted_once_for_all(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """And not at all where there is none: AWS charges for every hour with a value."""
    publish_measures([checked(name=name, status=Status.UNKNOWN) for name in "abc"])
    expected: dict[tuple[str, ...], Any] = {("Findings", name): 0 for name in "abc"}
    assert expected | {("ClustersNotChecked",): 3} == published(capsys.readouterr().out)
    publish_measures([checked()])
    assert {("Findings", "shop"): 0} == published(capsys.readouterr().out)


@pytest.mark.parametrize(
    ("subscription", "written", "expected"),
    [
        pytest.param(HEALTHY, 3e6, Lag("orders_sub", 0.0, 2e6), id="written just now"),
        pytest.param(
            replace(HEALTHY, last_msg_send_time=ago(12)), None, Lag("orders_sub", 12.0), id="quiet"
        ),
        pytest.param(
            replace(HEALTHY, last_msg_send_time=ago(-3600)),
            None,
            Lag("orders_sub", 0.0),
            id="a clock that is ahead",
        ),
        pytest.param(DOWN, None, Lag("orders_sub", None), id="no worker"),
        pytest.param(DOWN, 3e6, Lag("orders_sub", None), id="no worker, its slot is not seen"),
    ],
)
def test_the_true_age_goes_before_that_of_the_last_message(
    subscription: Any, written: float | None, expected: Lag
) -> None:
    samples = Samples((snapshot(subscription),))
    seen = None
    if written is not None:
        seen = PublisherSamples("p.example:5432", (publisher(SLOT, wal_bytes=written),))
    histories = compare(samples, watching(seen), None, NOW, LIMITS)
    assert (expected,) == lags(samples.latest, histories)
