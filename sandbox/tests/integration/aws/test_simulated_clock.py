"""Executions in time that moves only when it is moved."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sandbox.aws import FakeFunctions, FunctionError, LocalAws, SimulatedClock, in_turn
from sandbox.aws.executions import start_execution, stop_execution, trace, wait_for_end
from sandbox.aws.fake_functions import Answer
from sandbox.aws.moto_adapters.simulated_clock import StillAtWorkError, TimeGoesBackError
from sandbox.tests.integration.aws.machines import catch, emit, invoke, machine, processor

MIDNIGHT = datetime(2026, 11, 23, 0, 0, 0, 250_000, tzinfo=UTC)
TEN_MINUTES = {"Type": "Wait", "Seconds": 600}
RETRY = [{"ErrorEquals": ["Broken"], "IntervalSeconds": 60, "BackoffRate": 2, "MaxAttempts": 2}]


def seconds(number: float) -> timedelta:
    return timedelta(seconds=number)


class World:
    """A local AWS at midnight. The function `Tell` keeps what it is given, and when."""

    def __init__(self) -> None:
        self.clock = SimulatedClock(MIDNIGHT)
        self.received: list[tuple[Any, float]] = []
        self.functions = FakeFunctions({"Tell": self._tell})
        self.aws = LocalAws(self.functions, clock=self.clock)

    def add(self, name: str, answer: Answer) -> None:
        """One more function."""
        self.functions = FakeFunctions({"Tell": self._tell, name: answer})
        self.aws.gateway.functions = self.functions

    @property
    def since_midnight(self) -> float:
        return (self.clock.now() - MIDNIGHT).total_seconds()

    def start(self, definition: dict[str, Any], *inputs: Any) -> list[str]:
        """Start an execution for each input and wait until they sleep or have ended."""
        client = self.aws.client("stepfunctions")
        machine_arn = self.aws.create_state_machine("machine", definition)
        arns = [start_execution(client, machine_arn, document) for document in inputs or ({},)]
        self.clock.settle()
        return arns

    def describe(self, arn: str) -> dict[str, Any]:
        described = self.aws.client("stepfunctions").describe_execution(executionArn=arn)
        return dict(described)

    def status(self, arn: str) -> str:
        return str(self.describe(arn)["status"])

    def _tell(self, event: Any) -> None:
        self.received.append((event, self.since_midnight))


@pytest.fixture
def world() -> Iterator[World]:
    one = World()
    with one.aws:
        yield one


def test_a_wait_ends_when_its_time_has_come_and_not_before(world: World) -> None:
    (arn,) = world.start(machine(Wait=TEN_MINUTES))
    world.clock.run(seconds(599.999))
    assert "RUNNING" == world.status(arn)
    world.clock.run(seconds(0.001))
    described = world.describe(arn)
    assert "SUCCEEDED" == described["status"]
    assert (MIDNIGHT, MIDNIGHT + seconds(600)) == (described["startDate"], described["stopDate"])
    (visit,) = trace(world.aws.client("stepfunctions"), arn)
    assert (MIDNIGHT, 600) == (visit.entered_at, visit.duration_seconds)
    assert [600] == world.clock.waits


def test_a_wait_of_no_time_is_no_sleep(world: World) -> None:
    (arn,) = world.start(machine(Wait={"Type": "Wait", "Seconds": 0}))
    assert "SUCCEEDED" == world.status(arn)


def test_sleepers_wake_in_the_order_of_their_time(world: World) -> None:
    """Each goes as far as it can before the next one wakes; all of them see its instant."""
    definition = machine(
        Wait={"Type": "Wait", "Seconds": "{% $states.input %}", "Next": "Tell"},
        Tell=invoke("Tell", "{% $states.input %}", Output="{% $states.input %}", Next="Again"),
        Again={"Type": "Wait", "Seconds": 25, "Next": "TellAgain"},
        TellAgain=invoke("Tell", "{% $states.input + 25 %}"),
    )
    world.start(definition, 30, 10, 20)
    world.clock.run(seconds(3600))
    moments = [10, 20, 30, 35, 45, 55]
    assert [(moment, moment) for moment in moments] == world.received
    assert 3600 == world.since_midnight


def test_retries_sleep_too(world: World) -> None:
    world.add("Break", in_turn(FunctionError("Broken"), FunctionError("Broken"), "fixed"))
    (arn,) = world.start(machine(Work=invoke("Break", Retry=RETRY)))
    attempts = []
    for _ in range(4):
        attempts.append(len(world.functions.invocations))
        world.clock.run(seconds(60))
    assert [1, 2, 2, 3] == attempts
    assert "SUCCEEDED" == world.status(arn)
    assert [60, 120] == world.clock.retries


def test_the_iterations_of_a_map_sleep_each_for_itself(world: World) -> None:
    """Two at once: the third begins once the first is over."""
    each = processor(
        Wait={"Type": "Wait", "Seconds": "{% $states.input %}", "Next": "Tell"},
        Tell=invoke("Tell", "{% $states.input %}", Output="{% $states.input %}"),
    )
    definition = machine(
        Each={
            "Type": "Map",
            "Items": [10, 40, 20],
            "MaxConcurrency": 2,
            "ItemProcessor": each,
            "Next": "Tell all",
        },
        **{"Tell all": invoke("Tell", "{% $states.input %}")},
    )
    (arn,) = world.start(definition)
    world.clock.run(seconds(60))
    assert [(10, 10), (20, 30), (40, 40), ([10, 40, 20], 40)] == world.received
    assert "SUCCEEDED" == world.status(arn)


def test_parallel_branches_sleep_each_for_itself(world: World) -> None:
    branches = [
        processor(Wait={"Type": "Wait", "Seconds": wait, "Next": "Tell"}, Tell=invoke("Tell", wait))
        for wait in (20, 10)
    ]
    (arn,) = world.start(machine(Both={"Type": "Parallel", "Branches": branches}))
    world.clock.run(seconds(20))
    assert [(10, 10), (20, 20)] == world.received
    assert "SUCCEEDED" == world.status(arn)


def test_expressions_see_the_simulated_time(world: World) -> None:
    wait = {"Type": "Wait", "Timestamp": "2026-11-23T00:10:00Z", "Next": "Tell"}
    times = {
        "now": "{% $now() %}",
        "millis": "{% $fromMillis($millis()) %}",
        "started": "{% $states.context.Execution.StartTime %}",
        "entered": "{% $states.context.State.EnteredTime %}",
    }
    world.clock.run(seconds(1))
    world.start(machine(Wait=wait, Tell=invoke("Tell", times)))
    world.clock.run(seconds(3600))
    ((received, moment),) = world.received
    assert "2026-11-23T00:00:01.250Z" == received.pop("started")
    assert {datetime.fromisoformat(instant) for instant in received.values()} == {
        MIDNIGHT + seconds(moment)
    }
    assert all(instant.endswith("Z") for instant in received.values())


@pytest.mark.parametrize(
    "state", [TEN_MINUTES, invoke("Break", Retry=RETRY)], ids=["in a Wait", "before a Retry"]
)
def test_an_execution_that_is_stopped_does_not_sleep_on(world: World, state: Any) -> None:
    world.add("Break", in_turn(FunctionError("Broken")))
    (arn,) = world.start(machine(Sleep=state))
    client = world.aws.client("stepfunctions")
    stop_execution(client, arn)
    world.clock.settle()
    assert "ABORTED" == wait_for_end(client, arn)["status"]
    assert 0 == world.since_midnight


def test_a_failed_iteration_ends_the_sleep_of_the_others(world: World) -> None:
    each = processor(
        Wait={"Type": "Wait", "Seconds": "{% $states.input %}", "Next": "Lost"},
        Lost={"Type": "Fail", "Error": "Lost"},
    )
    guarded = {
        "Type": "Map",
        "Items": [10, 600],
        "ItemProcessor": each,
        "Catch": catch("Lost", to="Caught"),
    }
    (arn,) = world.start(machine(Each=guarded, Caught=emit("caught")))
    world.clock.run(seconds(10))
    assert '"caught"' == world.describe(arn)["output"]


def test_a_function_that_does_not_answer_is_told_of(world: World) -> None:
    answer = threading.Event()
    world.add("Hang", lambda _: answer.wait())
    client = world.aws.client("stepfunctions")
    arn = world.aws.create_state_machine("machine", machine(Work=invoke("Hang")))
    start_execution(client, arn, {})
    with pytest.raises(StillAtWorkError, match=r"at work after 0\.1 s"):
        world.clock.settle(timeout=0.1)
    answer.set()
    world.clock.settle()


def test_time_does_not_go_back(world: World) -> None:
    world.clock.run_until(MIDNIGHT + seconds(1))
    with pytest.raises(TimeGoesBackError, match="is over"):
        world.clock.run_until(MIDNIGHT)


def test_the_executions_of_an_hour(world: World) -> None:
    """One a minute, each lasting ninety seconds."""
    definition = machine(
        Tell=invoke("Tell", "started", Next="Wait"),
        Wait={"Type": "Wait", "Seconds": 90, "Next": "TellEnd"},
        TellEnd=invoke("Tell", "ended"),
    )
    client = world.aws.client("stepfunctions")
    arn = world.aws.create_state_machine("machine", definition)
    for minute in range(60):
        world.clock.run_until(MIDNIGHT + timedelta(minutes=minute))
        start_execution(client, arn, {})
        world.clock.settle()
    world.clock.run(seconds(90))
    started, ended = (
        [moment for what, moment in world.received if what == which]
        for which in ("started", "ended")
    )
    assert [60.0 * minute for minute in range(60)] == started
    assert [60.0 * minute + 90 for minute in range(60)] == ended
    listed = client.list_executions(stateMachineArn=arn, statusFilter="SUCCEEDED")["executions"]
    assert 60 == len(listed)
