"""The cost of a month: its arithmetic, held to cases computed by hand, and the page."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.cost import bill as bills
from benchmarks.cost.bill import PRICES, Plan, bill, check_seconds, execution
from benchmarks.cost.counts import HEALTHY, MEASURED, OPENED, RESOLVED, Check, Counts, Story
from benchmarks.cost.measure import custom_metrics
from benchmarks.cost.page import CLUSTERS, dollars, page, table

PAGE = Path(__file__).parents[3] / "docs" / "cost.md"

CHECK = Check(clusters=10, parameter_calls=6, metrics=30, log_bytes=10_000, processor_seconds=0.256)
HEALTHY_RUN = Story(HEALTHY, transitions=4, notified=0, reads=1, writes=0)
OPENED_RUN = Story(OPENED, transitions=24, notified=1, reads=1, writes=2)
RESOLVED_RUN = Story(RESOLVED, transitions=14, notified=1, reads=1, writes=2)
COUNTS = Counts(
    date="2026-11-23",
    memory_mb=256,
    limit_seconds=60,
    alarm_metrics=3,
    dashboards=1,
    stories=(HEALTHY_RUN, OPENED_RUN, RESOLVED_RUN),
    checks=tuple(replace(CHECK, clusters=clusters, metrics=3 * clusters) for clusters in CLUSTERS),
)


def test_a_bill_is_what_it_is_by_hand() -> None:
    """Ten clusters every five minutes are 730 * 12 = 8,760 checks a month."""
    expected = {
        "CloudWatch custom metrics": 9.00,  # 30 * 0.30
        "KMS, passwords decrypted": 0.28908,  # 8,760 * 11 = 96,360 * 0.000003
        "CloudWatch Logs, kept for 30 days": 0.046428,  # 0.0876 GB * (0.50 + 0.03)
        "Lambda GB-seconds": 0.070044,  # 8,760 * 1.919 s * 0.25 GB = 4,202.61 * 0.0000166667
        "Lambda requests": 0.001752,  # 8,760 * 0.0000002
        "Step Functions transitions": 0.876,  # 35,040 * 0.000025
        "DynamoDB reads": 0.001095,  # 8,760 * 0.000000125
        "X-Ray traces": 0.0438,  # 8,760 * 0.000005
        "EventBridge Scheduler": 0.00876,  # 8,760 * 0.000001
        "Dashboard": 3.00,
        "Alarms": 0.30,
    }
    found = bill(COUNTS, Plan(10, 5))
    assert list(expected) == list(found)
    assert expected == pytest.approx(found, rel=1e-5)


@pytest.mark.parametrize(
    ("check", "memory_mb", "seconds"),
    [
        # 256 MB are 256/1,769 of a processor: 1.769 s, and 6 * 0.02 + 0.03
        pytest.param(CHECK, 256, 1.919, id="a share of a processor"),
        pytest.param(CHECK, 1_769, 0.256 + 0.15, id="a whole one"),
        pytest.param(CHECK, 10_240, 0.256 + 0.15, id="never more than one"),
        # 65 clusters are looked at in two rounds
        pytest.param(replace(CHECK, clusters=65), 1_769, 0.256 + 0.12 + 0.06, id="two rounds"),
    ],
)
def test_the_time_on_lambda(check: Check, memory_mb: int, seconds: float) -> None:
    """Computing by the share of a processor, waiting as assumed."""
    assert seconds == pytest.approx(check_seconds(check, memory_mb))


@pytest.mark.parametrize(
    ("metrics", "expected"),
    [(0, 0), (3, 0.9), (10_000, 3_000), (10_001, 3_000.1), (250_000, 27_000)],
)
def test_metrics_are_charged_tier_by_tier(metrics: int, expected: float) -> None:
    """0.30 for each of the first 10,000, 0.10 for each of the next 240,000."""
    assert expected == pytest.approx(bills.metrics(metrics))


def test_more_metrics_than_the_tiers_hold_are_refused() -> None:
    """Rather than computed wrongly."""
    with pytest.raises(bills.TooManyMetricsError, match="250,001 metrics"):
        bills.metrics(250_001)


def test_an_execution_that_tells_is_what_it_is_by_hand() -> None:
    """24 transitions, a read, two writes, and a second of one Notify at a quarter of a GB."""
    expected = 0.0006 + 0.000000125 + 2 * 0.000000625 + 0.0000002 + 0.25 * 0.0000166667
    assert expected == pytest.approx(execution(COUNTS, OPENED_RUN))


def test_a_quiet_execution_is_its_transitions_and_one_read() -> None:
    """Nobody is told, so Notify costs nothing."""
    assert 0.000100125 == pytest.approx(execution(COUNTS, HEALTHY_RUN))


def test_the_articles_lambda_is_one_for_each_cluster() -> None:
    """8,760 * 2 invocations of 1.919 s at 256 MB."""
    expected = 2 * 8_760 * (0.0000002 + 1.919 * 0.25 * 0.0000166667)
    assert expected == pytest.approx(bills.single_lambda(COUNTS, Plan(2, 5)))


def test_counts_survive_json() -> None:
    """What is read from measured.json is what was written."""
    assert COUNTS == Counts.from_json(COUNTS.to_json())


def test_custom_metrics_are_counted_once_each() -> None:
    """By name and values of dimensions, whichever line they stand in; other lines are none."""

    def line(cluster: str, *names: str) -> str:
        group = {"Dimensions": [["cluster"]], "Metrics": [{"Name": name} for name in names]}
        return json.dumps({"_aws": {"CloudWatchMetrics": [group]}, "cluster": cluster})

    lines = [line("a", "Findings", "Unknown"), line("a", "Findings"), line("b", "Findings"), "END"]
    expected = {("Findings", "a"), ("Unknown", "a"), ("Findings", "b")}
    assert expected == custom_metrics(lines)


@pytest.mark.parametrize(
    ("amount", "expected"),
    [(0, "0.00"), (0.0049, "< 0.01"), (0.005, "0.01"), (1234.5, "1,234.50")],
)
def test_dollars_are_shown_to_the_cent(amount: float, expected: str) -> None:
    """What is less than half a cent is not shown as nothing."""
    assert expected == dollars(amount)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("state_transition", "$0.025 per 1,000 state transitions"),
        ("lambda_request", "$0.20 per 1,000,000 requests"),
        ("dashboard", "$3.00 per dashboard"),
    ],
)
def test_prices_are_shown_with_their_unit(name: str, expected: str) -> None:
    """As AWS's pages do."""
    assert expected == str(PRICES[name])


def test_a_table_is_markdown() -> None:
    """The first column to the left, the others to the right."""
    assert "| a | b |\n| --- | ---: |\n| c | 1 |" == table(["a", "b"], [["c", "1"]])


def test_the_page_is_the_one_of_the_counts() -> None:
    """If this fails: `python -m benchmarks.cost --measured`."""
    assert page(Counts.from_json(MEASURED.read_text())) == PAGE.read_text()


def test_the_page_shows_every_total() -> None:
    """The totals of the tables are those of the bills."""
    text = page(COUNTS)
    for minutes in (1, 5):
        totals = [sum(bill(COUNTS, Plan(clusters, minutes)).values()) for clusters in CLUSTERS]
        shown = " | ".join(f"**{dollars(total)}**" for total in totals)
        assert f"| **total** | {shown} |" in text


@pytest.mark.parametrize(
    ("processor_seconds", "verdict"),
    [
        (0.2, "At 256 MB no check comes near it."),
        (5, "At 256 MB a check of 1,000 clusters comes near it, by the estimate of 35 s"),
        (9, "At 256 MB a check of 1,000 clusters exceeds it, by the estimate of 63 s"),
    ],
)
def test_the_page_warns_of_a_check_that_may_not_end(processor_seconds: float, verdict: str) -> None:
    """By the estimate, not by what was seen on the machine that counted."""
    slow = tuple(replace(one, processor_seconds=processor_seconds) for one in COUNTS.checks)
    assert verdict in page(replace(COUNTS, checks=slow))
