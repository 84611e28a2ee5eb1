"""Who is notified of what: the Choices, the Map, and what happens when a Lambda fails."""

import threading
from typing import Any

import pytest

from sandbox.aws.fake_functions import Answer, FunctionError, in_turn
from sandbox.aws.functions import ServiceError, TooManyRequestsError
from sandbox.aws.moto_adapters import Clock
from tests.integration.statemachine.conftest import (
    MakeMachine,
    cluster,
    posted,
    report,
    undelivered,
)

START = ["ReadIncidents", "CheckReplication", "Remember", "AnythingToNotify"]
HEALTHY_PATH = [*START, "Healthy"]
QUIET_PATH = [*START, "NothingNew"]
NAMES = [f"cluster-{number:04}" for number in range(1_000)]


@pytest.mark.parametrize("clusters", [0, 1, 50, 1_000])
def test_a_healthy_run_takes_the_same_few_steps_however_many_clusters(
    machine: MakeMachine, clusters: int
) -> None:
    """One read, one write of one small item."""
    made = machine(lambda _: report(*(cluster(name, "healthy") for name in NAMES[:clusters])))
    run = made.run()
    assert ("SUCCEEDED", HEALTHY_PATH) == (run.status, run.path)
    assert [] == run.notified
    calls = [call.action for call in made.aws.gateway.calls if call.service == "dynamodb"]
    assert 1 == calls.count("Scan")
    assert 1 == calls.count("PutItem")
    assert not {"UpdateItem", "DeleteItem", "GetItem"} & set(calls)
    assert {} == made.incidents()
    (memory,) = made.memories().values()
    assert len(str(memory)) < 1_000


def test_only_clusters_that_need_words_are_told_of(machine: MakeMachine) -> None:
    clusters = (
        cluster("fine", "healthy"),
        cluster("sample-cluster", "unhealthy"),
        cluster("other", "unknown") | {"unknown_runs": 1},
    )
    run = machine(lambda _: report(*clusters)).run()
    notified = {event["cluster"]["cluster"]: event["transition"] for event in run.notified}
    assert {"sample-cluster": "opened", "other": "opened"} == notified
    assert ("SUCCEEDED", "Notified") == (run.status, run.path[-1])


def test_notify_gets_the_cluster_as_it_was_reported(machine: MakeMachine) -> None:
    """Quotes, backslashes and line ends of a summary survive the journey."""
    run = machine(lambda _: report(cluster())).run()
    (event,) = run.notified
    assert cluster() == event["cluster"]
    keys = {"cluster", "transition", "query", "force_notify", "incident", "execution"}
    assert keys == set(event)
    assert event["force_notify"] is False
    assert {"cluster": "sample-cluster", "notifications": 0, "status": "open"}.items() <= (
        event["incident"].items()
    )
    assert run.description["executionArn"] == event["execution"]["id"]


def test_force_notify_tells_of_healthy_clusters_too(machine: MakeMachine) -> None:
    run = machine(lambda _: report(cluster("sample-cluster", "healthy"), cluster("other"))).run(
        {"force_notify": True}
    )
    notified = {event["cluster"]["cluster"]: event["transition"] for event in run.notified}
    assert {"sample-cluster": "test", "other": "opened"} == notified


@pytest.mark.parametrize(
    ("check", "error", "words"),
    [
        pytest.param(
            in_turn(FunctionError("AccessDeniedException", "no ssm:GetParametersByPath")),
            "AccessDeniedException",
            "no ssm:GetParametersByPath",
            id="raises",
        ),
        pytest.param(
            in_turn(FunctionError("Sandbox.Timedout", "Task timed out after 60.00 seconds")),
            "Sandbox.Timedout",
            "Task timed out after 60.00 seconds",
            id="its time limit",
        ),
        pytest.param(
            in_turn(TooManyRequestsError()),
            "Lambda.TooManyRequestsException",
            "Rate",
            id="throttled",
        ),
        pytest.param(in_turn(ServiceError()), "Lambda.ServiceException", "Service", id="service"),
        pytest.param(
            lambda _: report(cluster()) | {"work": ["x" * 270_000]},
            "States.DataLimitExceeded",
            "262,144 bytes",
            id="report too large",
        ),
    ],
)
def test_a_check_that_fails_is_told_with_the_log_of_the_function(
    machine: MakeMachine, check: Any, error: str, words: str
) -> None:
    made = machine(check)
    first = made.run()
    assert [] == first.notified
    assert ["CheckReplication", "DecideForMonitor", "AnythingToNotify", "NotifyPerCluster"] == (
        first.path[1:5]
    )
    run = made.run()
    (event,) = run.notified
    (finding,) = event["cluster"]["findings"]
    assert "SUCCEEDED" == run.status
    assert ("the monitor", "unknown") == (event["cluster"]["cluster"], event["cluster"]["status"])
    assert ("monitor_failed", error) == (finding["cause"], finding["evidence"]["error"])
    assert words in finding["summary"]
    assert ["/aws/lambda/CheckReplication"] == made.queries.requests[0].request[
        "logGroupIdentifiers"
    ]
    assert "Complete" == event["query"]["status"]


class _GivesUp(Clock):
    """Of the time limits of 90 s, a function's state's, those of two checks are over at once.

    The one between is that of the decision about the first one's failure.
    """

    def __init__(self) -> None:
        super().__init__(speed=200)
        self._given_up = iter([True, False, True])

    def real_timeout(self, seconds: float) -> float:
        at_once = seconds == 90 and next(self._given_up, False)
        return 0.0 if at_once else super().real_timeout(seconds)


def test_a_check_that_hangs_is_given_up(machine: MakeMachine) -> None:
    """By its state's TimeoutSeconds; twice, for one run without an answer is told to nobody."""
    answer = threading.Event()
    made = machine(lambda _: answer.wait(), clock=_GivesUp())
    try:
        made.run()
        (event,) = made.run().notified
    finally:
        answer.set()
    (finding,) = event["cluster"]["findings"]
    assert ("monitor_failed", "States.Timeout") == (finding["cause"], finding["evidence"]["error"])


def test_a_throttled_check_is_tried_again(machine: MakeMachine) -> None:
    made = machine(in_turn(TooManyRequestsError(), ServiceError(), report()))
    run = made.run()
    assert HEALTHY_PATH == run.path
    assert 2 == len(made.clock.retries)


def test_one_lost_alert_does_not_take_the_others_along(machine: MakeMachine) -> None:
    def notify(event: dict[str, Any]) -> dict[str, Any]:
        if event["cluster"]["cluster"] == "sample-cluster":
            return undelivered(refused=True)
        return posted(event)

    run = machine(lambda _: report(cluster(), cluster("other")), notify).run()
    assert {"sample-cluster", "other"} == {event["cluster"]["cluster"] for event in run.notified}
    assert "AlertLost" == run.description["error"]
    assert "other" not in run.description["cause"]


def test_a_cluster_whose_findings_are_all_muted_is_not_told_of(machine: MakeMachine) -> None:
    """Unless somebody asks: a drill shows what is muted."""
    muted = cluster() | {"findings": [], "muted": cluster()["findings"], "mute": ["apply_error"]}
    made = machine(lambda _: report(muted))
    assert QUIET_PATH == made.run().path
    assert ["test"] == [event["transition"] for event in made.run({"force_notify": True}).notified]


# The check itself fails, and whom to notify of that cannot be decided


def fails(_: object) -> None:
    raise FunctionError("AccessDeniedException", "no ssm:GetParametersByPath")


@pytest.mark.parametrize(
    ("decision", "words"),
    [
        pytest.param(in_turn(FunctionError("KeyError", "cluster")), "KeyError", id="raises"),
        pytest.param(in_turn(TooManyRequestsError()), "TooManyRequests", id="throttled"),
        pytest.param(lambda _: {"delivered": False}, "QueryEvaluationError", id="no answer"),
        pytest.param(
            lambda _: {"clusters": [], "work": ["x" * 270_000]}, "DataLimit", id="too large"
        ),
    ],
)
def test_a_failure_that_cannot_be_decided_about_fails_the_execution(
    machine: MakeMachine, decision: Answer, words: str
) -> None:
    """It names both errors, for the alarm leads a person there."""
    made = machine(fails)
    made.functions.replace("Notify", decision)
    run = made.run()
    assert ("FAILED", "CheckFailed") == (run.status, run.description["error"])
    for word in ("AccessDeniedException", "no ssm:GetParametersByPath", words):
        assert word in run.description["cause"]
    assert {} == made.incidents()


def test_a_decision_that_is_throttled_is_tried_again(machine: MakeMachine) -> None:
    made = machine(fails)
    decided: dict[str, Any] = {"clusters": [], "work": []}
    made.functions.replace("Notify", in_turn(TooManyRequestsError(), ServiceError(), decided))
    assert "SUCCEEDED" == made.run().status


def test_what_decides_gets_the_failure_and_the_monitors_own_incidents(
    machine: MakeMachine,
) -> None:
    """Not those of clusters, of which there may be many."""
    reports = in_turn(report(cluster()), FunctionError("KeyError", "x" * 50_000))
    made = machine(reports)
    made.run()
    made.run({"lookback_minutes": 5})
    run = made.run({"lookback_minutes": 5})
    *_, event = (event for event in made.functions.events["Notify"] if "decide" in event)
    decide = event["decide"]
    assert {"error", "cause", "log_group", "incidents", "input", "execution"} == decide.keys()
    assert ("KeyError", "/aws/lambda/CheckReplication") == (decide["error"], decide["log_group"])
    assert {"lookback_minutes": 5} == decide["input"]
    assert run.description["executionArn"] == decide["execution"]["id"]
    assert ["the monitor"] == [item["cluster"]["S"] for item in decide["incidents"]]
    assert len(decide["cause"]) <= 32_768


@pytest.mark.parametrize(
    "missing", ["work", "clusters", "memory", "healthy"], ids=lambda name: f"no {name}"
)
def test_an_answer_without_what_it_must_have_is_a_check_that_failed(
    machine: MakeMachine, missing: str
) -> None:
    """That of the function before it decided, for example, is never taken for a healthy one."""
    healthy = {"checked_at": "2026-11-22T23:34:08Z", "healthy": True, "clusters": []}
    whole = healthy | {"counts": {}, "work": [], "memory": "m"}
    made = machine(lambda _: {name: value for name, value in whole.items() if name != missing})
    made.run()
    (event,) = made.run().notified
    (finding,) = event["cluster"]["findings"]
    assert ("the monitor", "monitor_failed") == (event["cluster"]["cluster"], finding["cause"])


def test_the_monitor_ends_with_the_next_check_that_succeeds(machine: MakeMachine) -> None:
    broken = FunctionError("KeyError", "x")
    made = machine(in_turn(broken, broken, report(cluster(status="healthy"))))
    runs = [made.run() for _ in range(4)]
    notified = [event["transition"] for event in made.notified]
    assert ["opened", "resolved"] == notified
    assert "Healthy" == runs[-1].path[-1]
    assert "closed" == made.incidents()["the monitor"]["status"]
