from dataclasses import replace

import pytest

from functions.check_replication.diagnosis import Samples, unsettled
from functions.check_replication.snapshot import Subscription
from tests.unit.check_replication.builders import DOWN, HEALTHY, NOW, ago, diagnosed, snapshot

MAX_LAG = 300.0
OTHER = replace(HEALTHY, oid=16_401, name="stock_sub")

STARTED = replace(HEALTHY, last_msg_send_time=None, last_msg_receipt_time=None)
DISABLED = replace(DOWN, enabled=False)
ERRORS_8 = replace(DOWN, apply_error_count=8)
ERRORS_9 = replace(DOWN, apply_error_count=9)


def causes(samples: Samples) -> list[tuple[str | None, str]]:
    return [(finding.subscription, finding.cause) for finding in diagnosed(samples, MAX_LAG)]


@pytest.mark.parametrize(
    ("subscription", "cause"),
    [
        pytest.param(DISABLED, "subscription_disabled", id="disabled by somebody"),
        pytest.param(
            replace(DISABLED, disable_on_error=None), "subscription_disabled", id="before 15"
        ),
        pytest.param(
            replace(DISABLED, disable_on_error=True), "disabled_on_error", id="disabled by itself"
        ),
        pytest.param(
            replace(HEALTHY, last_msg_send_time=ago(301), last_msg_receipt_time=ago(300)),
            "publisher_lagging",
            id="nothing sent for too long",
        ),
        pytest.param(
            replace(HEALTHY, last_msg_send_time=ago(400), last_msg_receipt_time=ago(1)),
            "subscriber_lagging",
            id="arrives too long after it was sent",
        ),
    ],
)
def test_one_look_is_enough(subscription: Subscription, cause: str) -> None:
    samples = Samples((snapshot(subscription),))
    assert [("orders_sub", cause)] == causes(samples)


@pytest.mark.parametrize(
    "subscription",
    [
        pytest.param(HEALTHY, id="busy"),
        pytest.param(
            replace(HEALTHY, last_msg_send_time=ago(27), last_msg_receipt_time=ago(27)),
            id="idle publisher: keepalives come every half minute",
        ),
        pytest.param(
            replace(HEALTHY, last_msg_send_time=ago(-3600)), id="publisher's clock an hour ahead"
        ),
        pytest.param(
            replace(HEALTHY, last_msg_send_time=None, last_msg_receipt_time=None),
            id="worker just started, no message yet",
        ),
        pytest.param(
            replace(HEALTHY, last_msg_send_time=ago(300), last_msg_receipt_time=ago(300)),
            id="exactly at the limit",
        ),
        pytest.param(replace(HEALTHY, apply_error_count=12), id="errors of the past"),
        pytest.param(
            replace(HEALTHY, apply_error_count=None, sync_error_count=None), id="before 15"
        ),
        pytest.param(DOWN, id="worker missing in the only sample: not known yet"),
    ],
)
def test_a_healthy_set_up_is_quiet(subscription: Subscription) -> None:
    assert [] == causes(Samples((snapshot(subscription),)))


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        pytest.param(DOWN, DOWN, ["worker_down"], id="down twice"),
        pytest.param(ERRORS_8, ERRORS_8, ["worker_down"], id="down, old errors only"),
        pytest.param(ERRORS_8, ERRORS_9, ["apply_error"], id="errors rise"),
        pytest.param(
            ERRORS_8,
            replace(HEALTHY, apply_error_count=9),
            ["apply_error"],
            id="errors rise, worker caught alive",
        ),
        pytest.param(
            ERRORS_8,
            replace(ERRORS_9, stats_reset=NOW),
            ["worker_down"],
            id="counters reset in between say nothing",
        ),
        pytest.param(
            replace(DOWN, apply_error_count=None),
            replace(DOWN, apply_error_count=None),
            ["worker_down"],
            id="before 15: no counters",
        ),
        pytest.param(DOWN, HEALTHY, [], id="ordinary restart"),
        pytest.param(DOWN, DISABLED, ["subscription_disabled"], id="disabled between the samples"),
    ],
)
def test_a_missing_worker_is_judged_by_several_looks(
    first: Subscription, second: Subscription, expected: list[str]
) -> None:
    samples = Samples((snapshot(first), snapshot(second, seconds_later=6)))
    assert expected == [cause for _, cause in causes(samples)]


def test_every_subscription_is_judged_not_only_the_first() -> None:
    samples = Samples((snapshot(HEALTHY, replace(DISABLED, oid=1, name="a"), OTHER),))
    assert [("a", "subscription_disabled")] == causes(samples)


def test_a_subscription_dropped_or_made_between_the_looks_is_not_reported() -> None:
    made = replace(DOWN, oid=9, name="new_sub")
    samples = Samples((snapshot(HEALTHY, DOWN), snapshot(HEALTHY, made, seconds_later=6)))
    assert [] == causes(samples)


def test_a_cluster_without_a_subscription_is_a_finding() -> None:
    assert [(None, "no_subscription")] == causes(Samples((snapshot(),)))


def test_a_read_replica_is_a_wrong_configuration_not_an_outage() -> None:
    """On a replica the view shows no worker for any subscription."""
    samples = Samples((snapshot(DOWN, in_recovery=True),))
    assert [(None, "monitor_misconfigured")] == causes(samples)


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        pytest.param([HEALTHY], False, id="running"),
        pytest.param([DISABLED], False, id="disabled"),
        pytest.param([DOWN], True, id="missing once"),
        pytest.param([DOWN, DOWN], True, id="missing twice"),
        pytest.param([DOWN, HEALTHY], True, id="just back"),
        pytest.param([DOWN, HEALTHY, HEALTHY], False, id="back to stay"),
        pytest.param([DOWN, HEALTHY, DOWN], True, id="gone again"),
        pytest.param([ERRORS_8, ERRORS_9], False, id="errors rise"),
        pytest.param([DOWN, DISABLED], False, id="disabled meanwhile"),
        pytest.param([STARTED], True, id="just started"),
        pytest.param([STARTED, STARTED], False, id="just started, and stays"),
        pytest.param(
            [STARTED, replace(STARTED, worker_pid=4712)], True, id="started, and started again"
        ),
        pytest.param(
            [replace(HEALTHY, worker_start=ago(3), apply_error_count=7)],
            True,
            id="started after errors: caught in a restart",
        ),
        pytest.param(
            [replace(HEALTHY, worker_start=ago(60), apply_error_count=7)],
            False,
            id="errors of the past",
        ),
    ],
)
def test_sampling_ends_when_another_look_could_tell_no_more(
    seen: list[Subscription], expected: object
) -> None:
    samples = Samples(tuple(snapshot(OTHER, one, seconds_later=i) for i, one in enumerate(seen)))
    assert expected == unsettled(samples, MAX_LAG)


def test_the_evidence_shows_what_the_verdict_rests_on() -> None:
    samples = Samples((snapshot(ERRORS_8), snapshot(ERRORS_9, seconds_later=6)))
    (finding,) = diagnosed(samples, MAX_LAG)
    expected = {
        "database": "shop",
        "worker_pid": None,
        "apply_error_count": 9,
        "failures": 1,
        "quiet_seconds": 0,
        "server_version": "18.4",
    }
    assert expected == {key: finding.evidence[key] for key in expected}
    assert "1 error within 6 seconds" in finding.summary


def test_lag_evidence_is_in_seconds_and_says_since_when() -> None:
    silent = replace(HEALTHY, last_msg_send_time=ago(720), last_msg_receipt_time=ago(720))
    (finding,) = diagnosed(Samples((snapshot(silent),)), MAX_LAG)
    expected = {
        "lag_seconds": 720.0,
        "max_lag_seconds": 300.0,
        "since": "2026-11-22T23:22:08+00:00",
    }
    assert expected == {key: finding.evidence[key] for key in expected}
