"""One machine with everything the monitor's definition uses, run on the local AWS."""

from typing import Any

from sandbox.aws import Clock, FunctionError, in_turn
from sandbox.aws.functions import TooManyRequestsError
from sandbox.tests.integration.aws.machines import (
    FAST,
    catch,
    emit,
    invoke,
    machine,
    processor,
    run,
    sdk,
)
from sandbox.tests.integration.aws.queries import CannedQueries

RUNNING_TWICE = ["Scheduled", "Running", "Complete"]


class SlowQueries(CannedQueries):
    """Every query is Scheduled, then Running, then Complete."""

    def __init__(self) -> None:
        super().__init__()
        self._polls: dict[str, int] = {}

    def start_query(self, request: dict[str, Any]) -> dict[str, Any]:
        self.requests.append(request)
        return {"queryId": request["logGroupName"]}

    def get_query_results(self, request: dict[str, Any]) -> dict[str, Any]:
        poll = self._polls.get(request["queryId"], 0)
        self._polls[request["queryId"]] = poll + 1
        return {"status": RUNNING_TWICE[poll], "results": []}


def definition() -> dict[str, Any]:
    per_cluster = processor(
        StartQuery=sdk(
            "cloudwatchlogs:startQuery",
            {
                "LogGroupName": "{% $states.input.cluster %}",
                "QueryString": "limit 1",
                "StartTime": "{% $from %}",
                "EndTime": 2,
            },
            Assign={"query": "{% $states.result.QueryId %}", "polls": 0},
            Output="{% $states.input %}",
            Next="WaitForQuery",
        ),
        WaitForQuery={"Type": "Wait", "Seconds": 3, "Next": "GetQueryResults"},
        GetQueryResults=sdk(
            "cloudwatchlogs:getQueryResults",
            {"QueryId": "{% $query %}"},
            Assign={"polls": "{% $polls + 1 %}", "status": "{% $states.result.Status %}"},
            Output="{% $states.input %}",
            TimeoutSeconds=10,
            Next="QueryFinished",
        ),
        QueryFinished={
            "Type": "Choice",
            "Choices": [
                {
                    "Condition": "{% $status in ['Scheduled', 'Running'] and $polls < 5 %}",
                    "Next": "WaitForQuery",
                },
                {
                    "Condition": "{% $status = 'Complete' %}",
                    "Assign": {"logs": "found"},
                    "Output": "{% $merge([$states.input, {'status': $status}]) %}",
                    "Next": "Notify",
                },
            ],
            "Default": "Notify",
            "Assign": {"logs": "none"},
        },
        Notify=invoke(
            "Notify",
            {
                "cluster": "{% $states.input.cluster %}",
                "status": "{% $states.input.status %}",
                "logs": "{% $logs %}",
                "polls": "{% $polls %}",
                "index": "{% $states.context.Map.Item.Index %}",
                "execution": "{% $states.context.Execution.Id %}",
            },
            Output="{% $states.result.Payload %}",
            Retry=[
                {
                    "ErrorEquals": ["Lambda.TooManyRequestsException"],
                    "IntervalSeconds": 1,
                    "MaxAttempts": 3,
                    "BackoffRate": 2,
                    "JitterStrategy": "FULL",
                    "MaxDelaySeconds": 5,
                }
            ],
        ),
    )
    return machine(
        Window=emit("{% $states.input %}", Assign={"from": 1, "broken": []}, Next="Check"),
        Check=invoke(
            "Check",
            "{% $states.input %}",
            Output="{% $states.result.Payload %}",
            Catch=catch(
                "States.ALL",
                to="Each",
                Assign={"broken": ["{% $states.errorOutput.Error %}"]},
                Output={"clusters": [{"cluster": "all", "status": "unknown"}]},
            ),
            Next="AnyBroken",
        ),
        AnyBroken={
            "Type": "Choice",
            "Choices": [{"Condition": "{% $states.input.healthy %}", "Next": "Healthy"}],
            "Default": "Each",
        },
        Healthy={"Type": "Succeed"},
        Each={
            "Type": "Map",
            "Items": "{% [$states.input.clusters[status != 'healthy']] %}",
            "ItemSelector": {"cluster": "{% $states.context.Map.Item.Value.cluster %}"},
            "MaxConcurrency": 2,
            "ItemProcessor": per_cluster,
            "Catch": catch(
                "States.ALL", to="Lost", Output="{% $states.errorOutput %}", Assign={"x": 1}
            ),
            "Output": {"sent": "{% $states.result %}", "broken": "{% $broken %}"},
            "Next": "Done",
        },
        Lost={
            "Type": "Fail",
            "Error": "AlertLost",
            "Cause": "{% 'Notify failed: ' & $states.input.Error %}",
        },
        Done=emit("{% $states.input %}"),
    )


def test_healthy_ends_at_once() -> None:
    ran = run(definition(), functions={"Check": in_turn({"healthy": True, "clusters": []})})
    assert ["Window", "Check", "AnyBroken", "Healthy"] == ran.names
    assert ("SUCCEEDED", {"healthy": True, "clusters": []}) == (ran.status, ran.output)


def test_each_broken_cluster_is_polled_and_notified() -> None:
    """A single cluster is a Map over an array of one, and each iteration has its own variables."""
    report = {"healthy": False, "clusters": [{"cluster": "a", "status": "unhealthy"}]}
    clock = Clock(FAST)
    ran = run(
        definition(),
        functions={
            "Check": in_turn(report),
            "Notify": in_turn(TooManyRequestsError(), lambda event: event["cluster"]),
        },
        queries=SlowQueries(),
        clock=clock,
    )
    assert {"sent": ["a"], "broken": []} == ran.output
    event = ran.received["Notify"][-1]
    assert ("a", "Complete", "found", 3, 0) == tuple(
        event[key] for key in ("cluster", "status", "logs", "polls", "index")
    )
    assert [3, 3, 3] == clock.waits
    polled = ["WaitForQuery", "GetQueryResults", "QueryFinished"] * 3
    inside = [visit.name for visit in ran.visits if visit.map_index == 0]
    assert ["StartQuery", *polled, "Notify"] == inside
    notify = ran.visits[ran.names.index("Notify")]
    assert "Lambda.TooManyRequestsException" == notify.error
    assert 1 == len(clock.retries)


def test_a_map_keeps_order_and_bounds_its_concurrency() -> None:
    clusters = [{"cluster": name, "status": "unknown"} for name in "abcde"]
    ran = run(
        definition(),
        functions={
            "Check": in_turn({"healthy": False, "clusters": clusters}),
            "Notify": lambda event: event["cluster"],
        },
        queries=SlowQueries(),
    )
    assert list("abcde") == ran.output["sent"]
    assert {0, 1, 2, 3, 4} == {event["index"] for event in ran.received["Notify"]}
    assert 2 == most_at_once(ran.events)


def test_a_failing_check_is_caught_and_told() -> None:
    ran = run(
        definition(),
        functions={"Check": in_turn(FunctionError("Sandbox.Timedout")), "Notify": str},
        queries=SlowQueries(),
    )
    assert ["Sandbox.Timedout"] == ran.output["broken"]
    assert "Sandbox.Timedout" == ran.visits[1].error


def test_a_lost_alert_fails_the_execution() -> None:
    report = {"healthy": False, "clusters": [{"cluster": "a", "status": "unhealthy"}]}
    ran = run(
        definition(),
        functions={"Check": in_turn(report), "Notify": in_turn(FunctionError("SlackError"))},
        queries=SlowQueries(),
    )
    assert ("FAILED", "AlertLost") == (ran.status, ran.error)
    assert "Notify failed: SlackError" == ran.cause
    assert ["Each", "Lost"] == [visit.name for visit in ran.visits if visit.map_index is None][-2:]


def most_at_once(events: list[dict[str, Any]]) -> int:
    """The largest number of iterations under way at any event."""
    under_way = most = 0
    for event in events:
        under_way += {"MapIterationStarted": 1, "MapIterationSucceeded": -1}.get(event["type"], 0)
        most = max(most, under_way)
    return most
