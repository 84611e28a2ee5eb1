"""Who is notified of what: the Choices, the Map, and what happens when a Lambda fails."""

import threading
from typing import Any

import pytest

from sandbox.aws.fake_functions import FunctionError, in_turn
from sandbox.aws.functions import ServiceError, TooManyRequestsError
from sandbox.aws.moto_adapters import Clock
from tests.integration.statemachine.conftest import (
    MakeMachine,
    cluster,
    posted,
    report,
    undelivered,
)

HEALTHY_PATH = ["CheckReplication", "ReadIncidents", "AnythingToNotify", "Healthy"]
QUIET_PATH = ["CheckReplication", "ReadIncidents", "AnythingToNotify", "NothingNew"]
NAMES = [f"cluster-{number:03}" for number in range(400)]


@pytest.mark.parametrize("clusters", [0, 1, 400])
def test_a_healthy_run_takes_the_same_few_steps_however_many_clusters(
    machine: MakeMachine, clusters: int
) -> None:
    run = machine(lambda _: report(*(cluster(name, "healthy") for name in NAMES[:clusters]))).run()
    assert ("SUCCEEDED", HEALTHY_PATH) == (run.status, run.path)
    assert [] == run.notified


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
            lambda _: report(*(cluster(f"{name}{'x' * 600}") for name in NAMES)),
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
    assert [] == made.run().notified
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
    """Time limits of 90 s are over at once, as many as it is told: those of a function's state."""

    def __init__(self, times: int) -> None:
        super().__init__(speed=200)
        self._limits = [0.0] * times

    def real_timeout(self, seconds: float) -> float:
        given_up = seconds == 90 and self._limits
        return self._limits.pop() if given_up else super().real_timeout(seconds)


def test_a_check_that_hangs_is_given_up(machine: MakeMachine) -> None:
    """By its state's TimeoutSeconds; twice, for one run without an answer is told to nobody."""
    answer = threading.Event()
    made = machine(lambda _: answer.wait(), clock=_GivesUp(times=2))
    try:
        made.run()
        run = made.run()
    finally:
        answer.set()
    (finding,) = run.notified[0]["cluster"]["findings"]
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
