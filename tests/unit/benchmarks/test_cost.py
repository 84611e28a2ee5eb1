"""The cost of a month: its arithmetic, held to cases computed by hand."""

import json
from dataclasses import replace

import pytest

from benchmarks.cost import prices
from benchmarks.cost.article import healthy_month, sleep
from benchmarks.cost.bill import Plan, bill, execution, lambda_seconds, total
from benchmarks.cost.markdown import dollars, table
from benchmarks.cost.measurements import Measurements, Story, Use
from benchmarks.cost.metered import custom_metrics
from benchmarks.cost.page import CLUSTERS, Facts, Limits, page
from benchmarks.cost.stories import HEALTHY, OPENED, RESOLVED
from benchmarks.cost.template import Standing, standing

CHECK = Use(
    function="CheckReplication",
    clusters=10,
    publishers=False,
    invocations=3,
    seconds=1.0,
    cpu_seconds=0.256,
    max_memory_mb=70,
    log_events=33,
    log_bytes=10_000,
    metrics=30,
    parameter_calls=6,
    reads=0,
    writes=0,
)
NOTIFY = replace(
    CHECK, function="Notify", clusters=0, cpu_seconds=0.128, parameter_calls=1, reads=1, writes=3
)
HEALTHY_RUN = Story(HEALTHY, transitions=4, notified=0, reads=1, writes=0)
OPENED_RUN = Story(OPENED, transitions=24, notified=1, reads=1, writes=2)
RESOLVED_RUN = Story(RESOLVED, transitions=14, notified=1, reads=1, writes=2)
STANDING = Standing(alarm_metrics=3, dashboards=1)
MEASURED = Measurements(
    date="2026-11-23",
    machine="a machine",
    stories=(HEALTHY_RUN, OPENED_RUN, RESOLVED_RUN),
    checks=tuple(replace(CHECK, clusters=clusters, metrics=3 * clusters) for clusters in CLUSTERS),
    notify=NOTIFY,
)


def test_a_bill_is_what_it_is_by_hand() -> None:
    """Ten clusters every five minutes are 730 * 12 = 8,760 checks a month."""
    lines = bill(Plan(10, 5), CHECK, HEALTHY_RUN, STANDING, memory_mb=256)
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
    assert expected == {line.item: pytest.approx(line.dollars, rel=1e-5) for line in lines}
    assert 13.636959 == pytest.approx(total(lines), rel=1e-6)


@pytest.mark.parametrize(
    ("use", "memory_mb", "seconds"),
    [
        # 256 MB are 256/1,769 of a processor: 1.769 s, and 6 * 0.02 + 0.03
        pytest.param(CHECK, 256, 1.919, id="a share of a processor"),
        pytest.param(CHECK, 1_769, 0.256 + 0.15, id="a whole one"),
        pytest.param(CHECK, 10_240, 0.256 + 0.15, id="never more than one"),
        # 65 clusters are looked at in two rounds
        pytest.param(replace(CHECK, clusters=65), 1_769, 0.256 + 0.12 + 0.06, id="two rounds"),
        # one call of Parameter Store, four requests to Slack
        pytest.param(NOTIFY, 1_769, 0.128 + 0.02 + 1.0, id="Notify"),
    ],
)
def test_time_on_lambda_is_computing_by_share_and_waiting(
    use: Use, memory_mb: int, seconds: float
) -> None:
    """Processor seconds stretch with less memory; waiting does not."""
    assert seconds == pytest.approx(lambda_seconds(use, memory_mb))


@pytest.mark.parametrize(
    ("metrics", "expected"),
    [(0, 0.0), (1, 0.30), (10_000, 3_000.0), (10_001, 3_000.1), (250_000, 27_000.0)],
)
def test_metrics_are_charged_by_tier(metrics: int, expected: float) -> None:
    """0.30 for each of the first 10,000, 0.10 for each of the next 240,000."""
    assert expected == pytest.approx(prices.of_metrics(metrics))


def test_more_metrics_than_the_tiers_hold_are_refused() -> None:
    """Rather than computed wrongly."""
    with pytest.raises(prices.TooManyMetricsError, match="250,001 metrics"):
        prices.of_metrics(250_001)


def test_an_execution_that_tells_is_what_it_is_by_hand() -> None:
    """24 transitions, 1 + 1 reads, 2 + 3 writes, and one Notify: (0.8845 + 1.02) s * 0.25 GB."""
    expected = 0.0006 + 2 * 0.000000125 + 5 * 0.000000625 + 0.0000002 + 0.0000079354
    assert expected == pytest.approx(execution(OPENED_RUN, NOTIFY, 256), rel=1e-5)


def test_a_quiet_execution_is_its_transitions_and_one_read() -> None:
    """Nobody is told, so Notify costs nothing."""
    assert 0.000100125 == pytest.approx(execution(HEALTHY_RUN, NOTIFY, 256))


def test_the_articles_lambda_is_one_for_each_cluster() -> None:
    """8,760 * 2 invocations of 1.919 s at 256 MB; a second of sleep is a quarter of a GB-second."""
    expected = 2 * 8_760 * (0.0000002 + 1.919 * 0.25 * 0.0000166667)
    assert expected == pytest.approx(healthy_month(Plan(2, 5), CHECK, 256))
    assert 0.25 * 0.0000166667 == pytest.approx(sleep(256))


def test_secrets_are_a_password_for_each_database_and_slacks_token() -> None:
    """With its publisher, a cluster has two."""
    assert (11, 21, 1) == (CHECK.secrets, replace(CHECK, publishers=True).secrets, NOTIFY.secrets)


def test_measurements_survive_json() -> None:
    """What is read from build/cost.json is what was written."""
    assert MEASURED == Measurements.from_json(MEASURED.to_json())


def test_custom_metrics_are_counted_once_each() -> None:
    """By name and values of dimensions, whichever line they stand in; other lines are none."""

    def line(cluster: str, *names: str) -> str:
        group = {"Dimensions": [["cluster"]], "Metrics": [{"Name": name} for name in names]}
        return json.dumps({"_aws": {"CloudWatchMetrics": [group]}, "cluster": cluster})

    lines = [line("a", "Findings", "Unknown"), line("a", "Findings"), line("b", "Findings"), "END"]
    expected = {("Findings", "a"), ("Unknown", "a"), ("Findings", "b")}
    assert expected == custom_metrics(lines)


def test_what_stands_is_counted_in_the_template() -> None:
    """A metric's own alarm looks at one, metric math at as many as it reads."""
    template = """
    Resources:
      One: {Type: AWS::CloudWatch::Alarm, Properties: {Namespace: AWS/States}}
      Two:
        Type: AWS::CloudWatch::Alarm
        Condition: IsScheduled
        Properties:
          Metrics:
            - {Id: sum, Expression: a + b}
            - {Id: a, MetricStat: {Metric: !Ref Queue}}
            - {Id: b, MetricStat: {Metric: !GetAtt Queue.Arn}}
      Function: {Properties: {FunctionName: !Sub "${AWS::StackName}-x"}}
      Dashboard: {Type: AWS::CloudWatch::Dashboard}
    """
    assert Standing(alarm_metrics=3, dashboards=1) == standing(template)


@pytest.mark.parametrize(
    ("amount", "expected"),
    [(0, "0.00"), (0.0049, "< 0.01"), (0.005, "0.01"), (1234.5, "1,234.50")],
)
def test_dollars_are_shown_to_the_cent(amount: float, expected: str) -> None:
    """What is less than half a cent is not shown as nothing."""
    assert expected == dollars(amount)


@pytest.mark.parametrize(
    ("price", "expected"),
    [
        (prices.STATE_TRANSITION, "$0.025 per 1,000 state transitions"),
        (prices.LAMBDA_REQUEST, "$0.20 per 1,000,000 requests"),
        (prices.DASHBOARD, "$3.00 per dashboard"),
    ],
)
def test_prices_are_shown_with_their_unit(price: prices.Price, expected: str) -> None:
    """As AWS's pages do."""
    assert expected == str(price)


def test_a_table_is_markdown() -> None:
    """The first column to the left, the others to the right."""
    assert "| a | b |\n| --- | ---: |\n| c | 1 |" == table(["a", "b"], [["c", "1"]])


def test_the_page_shows_every_total() -> None:
    """The totals of the tables are those of the bills."""
    facts = Facts(MEASURED, STANDING, Limits(memory_mb=256, seconds=60))
    text = page(facts)
    for minutes in (1, 5):
        totals = [dollars(total(facts.bill(Plan(clusters, minutes)))) for clusters in CLUSTERS]
        assert f"| **total** | {' | '.join(f'**{one}**' for one in totals)} |" in text
    assert "At 256 MB no check comes near it." in text


def test_the_page_warns_of_a_check_that_may_not_end() -> None:
    """By the estimate, not by what was seen on the machine it was measured on."""
    slow = [
        replace(use, cpu_seconds=9.0) if use.clusters == 1_000 else use for use in MEASURED.checks
    ]
    facts = Facts(replace(MEASURED, checks=tuple(slow)), STANDING, Limits(256, 60))
    assert "At 256 MB a check of 1,000 clusters exceeds it" in page(facts)
