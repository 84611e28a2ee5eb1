"""What a check gives the next one: read first, written by one small write, never in the way."""

import json
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from functions.check_replication.memory.packing import MAX_MEMORY_BYTES
from functions.execution_input import ExecutionInput
from functions.incidents.times import KEPT_FOR_COMPARISON
from sandbox.aws.executions import wait_for_end
from sandbox.aws.fake_functions import FunctionError
from sandbox.aws.moto_adapters import SimulatedClock
from tests.integration.statemachine.conftest import (
    INCIDENTS,
    MEMORY_OF,
    Machine,
    MakeMachine,
    Run,
    cluster,
    report,
)

START = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
HEALTHY = report(cluster(status="healthy"))
BROKEN = report(cluster())
SHARD = {"shard": {"index": 1, "of": 4}}
NAMED = {"clusters": ["sample-cluster"]}
OF_ALL, OF_THE_SHARD = "all.", "shard 1 of 4."

ATTEMPTS = 5
"""Of a write: the first one and its retries."""


def instant(minutes: float) -> str:
    moment = START + timedelta(minutes=minutes)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def memory(of: str, text: str = "seen", **more: Any) -> dict[str, Any]:
    """An item of the table, written a minute ago."""
    return {
        "cluster": {"S": MEMORY_OF + of},
        "memory": {"S": text},
        "started_at": {"S": instant(-1)},
        "expires_at": {"N": str(int((START + KEPT_FOR_COMPARISON).timestamp()))},
        **more,
    }


def without(item: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in item.items() if key != name}


class World:
    """A machine whose clock stands at `START`; each run takes a minute of it."""

    def __init__(self, machine: MakeMachine, answer: Any = HEALTHY) -> None:
        self.answer = answer
        self.machine: Machine = machine(self._check, clock=SimulatedClock(START))

    def _check(self, event: dict[str, Any]) -> Any:
        ExecutionInput.from_event(event)
        return self.answer(event) if callable(self.answer) else self.answer

    def minute(self, **input_: Any) -> Run:
        return self.machine.minute(input_)

    @property
    def events(self) -> list[dict[str, Any]]:
        """What CheckReplication was given, in order."""
        return self.machine.functions.events["CheckReplication"]

    @property
    def remembered(self) -> list[str]:
        """The last check's."""
        found: list[str] = self.events[-1]["remembered"]
        return sorted(found)

    def fail(self, action: str, code: str = "AccessDeniedException", times: int = 99) -> None:
        self.machine.aws.gateway.fail("dynamodb", action, status=400, code=code, times=times)


@pytest.fixture
def world(machine: MakeMachine) -> World:
    return World(machine)


def written(machine: Machine) -> dict[str, str]:
    """Which memories there are, and what they say."""
    return {of: item["memory"] for of, item in machine.memories().items()}


def saw(run: Run) -> str:
    """What the stand-in for CheckReplication lets a run be remembered by."""
    return f"what {run.description['executionArn']} saw"


# Read and written


def test_a_check_is_given_what_the_last_one_was_remembered_by(world: World) -> None:
    """Whole, and nothing else but the incidents."""
    runs = [world.minute() for _ in range(3)]
    assert [[], [saw(runs[0])], [saw(runs[1])]] == [event["remembered"] for event in world.events]
    assert [[], [], []] == [event["incidents"] for event in world.events]
    (item,) = world.machine.memories().values()
    assert {"cluster", "memory", "started_at", "expires_at"} == item.keys()
    assert saw(runs[2]) == item["memory"]
    assert instant(2) == item["started_at"]
    assert START + timedelta(minutes=2) + KEPT_FOR_COMPARISON <= datetime.fromtimestamp(
        item["expires_at"], UTC
    )


def test_the_incidents_come_along_as_dynamodb_has_them(world: World) -> None:
    world.answer = BROKEN
    world.minute()
    world.minute()
    (item,) = world.events[-1]["incidents"]
    assert {"S": "sample-cluster"} == item["cluster"]
    assert {"N": "1"} == item["notifications"]
    assert {"L": [{"S": "apply_error"}]} == item["causes"]


@pytest.mark.parametrize(
    ("input_", "read", "kept"),
    [
        pytest.param({}, ["of all"], OF_ALL, id="all"),
        pytest.param(SHARD, ["of the shard"], OF_THE_SHARD, id="a shard"),
        pytest.param({"shard": {"index": 1, "of": 40}}, [], "shard 1 of 40.", id="a new shard"),
        pytest.param(
            NAMED, ["of all", "of shard 11", "of shard 2", "of the shard"], None, id="named"
        ),
        pytest.param(
            NAMED | SHARD,
            ["of all", "of shard 11", "of shard 2", "of the shard"],
            None,
            id="named, of a shard",
        ),
    ],
)
def test_what_is_asked_for_has_a_memory_of_its_own(
    world: World, input_: dict[str, Any], read: list[str], kept: str | None
) -> None:
    """Named clusters may be in any shard: all memories are read, and none is written."""
    before = {
        OF_ALL: "of all",
        OF_THE_SHARD: "of the shard",
        "shard 2 of 4.": "of shard 2",
        "shard 11 of 40.": "of shard 11",
    }
    for of, text in before.items():
        world.machine.put(memory(of, text))
    run = world.minute(**input_)
    assert read == world.remembered
    assert "Healthy" == run.path[-1]
    expected = before | ({kept: saw(run)} if kept else {})
    assert expected == written(world.machine)


@pytest.mark.parametrize(
    "item",
    [
        pytest.param(memory(OF_ALL, expires_at={"N": "1"}), id="expired"),
        pytest.param(memory(OF_ALL, memory={"N": "7"}), id="a number"),
        pytest.param(memory(OF_ALL, memory={"M": {"a": {"S": "b"}}}), id="a map"),
        pytest.param(without(memory(OF_ALL), "memory"), id="without its text"),
        pytest.param(memory(OF_ALL, "x" * (MAX_MEMORY_BYTES + 1)), id="longer than any"),
        pytest.param(memory(OF_ALL, "x" * 270_000), id="larger than a payload"),
    ],
)
def test_what_is_no_memory_is_none(world: World, item: dict[str, Any]) -> None:
    """And the next check is remembered in its place."""
    world.machine.put(item)
    run = world.minute()
    assert ("SUCCEEDED", []) == (run.status, world.remembered)
    assert {OF_ALL: saw(run)} == written(world.machine)


@pytest.mark.parametrize("input_", [{}, SHARD, NAMED], ids=["all", "a shard", "named"])
def test_an_item_too_large_to_be_passed_on_blinds_nobody(
    world: World, input_: dict[str, Any]
) -> None:
    for of in (OF_ALL, OF_THE_SHARD):
        world.machine.put(memory(of, "x" * 270_000))
    assert ("SUCCEEDED", []) == (world.minute(**input_).status, world.remembered)


@pytest.mark.parametrize(("input_", "of"), [({}, OF_ALL), (SHARD, OF_THE_SHARD)])
def test_a_memory_whose_name_only_begins_so_is_none(
    world: World, input_: dict[str, Any], of: str
) -> None:
    """No execution would ever write it anew."""
    world.machine.put(without(memory(of + "more", "foreign"), "expires_at"))
    run = world.minute(**input_)
    assert [] == world.remembered
    world.minute(**input_)
    assert [saw(run)] == world.remembered


def test_a_memory_as_long_as_it_may_be_is_read(world: World) -> None:
    text = "x" * MAX_MEMORY_BYTES
    world.machine.put(memory(OF_ALL, text))
    world.minute()
    assert [text] == world.remembered


# Written only if no later run wrote


@pytest.mark.parametrize(
    ("item", "is_replaced"),
    [
        pytest.param(memory(OF_ALL, started_at={"S": instant(-0.01)}), True, id="earlier"),
        pytest.param(memory(OF_ALL, started_at={"S": instant(0.5)}), False, id="later"),
        pytest.param(memory(OF_ALL, started_at={"S": instant(600)}), True, id="of the future"),
        pytest.param(memory(OF_ALL, started_at={"N": "7"}), True, id="a number"),
        pytest.param(memory(OF_ALL, started_at={"S": ""}), True, id="empty"),
        pytest.param(without(memory(OF_ALL), "started_at"), True, id="of no time"),
    ],
)
def test_a_later_run_is_not_overwritten(
    world: World, item: dict[str, Any], *, is_replaced: bool
) -> None:
    """That is no failure; and what no run wrote so holds nobody up."""
    world.machine.put(item)
    run = world.minute()
    assert ("SUCCEEDED", "Healthy") == (run.status, run.path[-1])
    assert {OF_ALL: saw(run) if is_replaced else "seen"} == written(world.machine)


def test_of_twenty_executions_at_once_the_last_is_remembered(machine: MakeMachine) -> None:
    made = machine(lambda _: HEALTHY)
    executions = [made.start() for _ in range(20)]
    client = made.aws.client("stepfunctions")
    ended = [wait_for_end(client, execution) for execution in executions]
    assert Counter(SUCCEEDED=20) == Counter(each["status"] for each in ended)
    (item,) = made.memories().values()
    assert max(each["startDate"] for each in ended) - datetime.fromisoformat(
        item["started_at"]
    ) <= timedelta(milliseconds=1)


# Written in vain


def test_a_memory_that_cannot_be_kept_fails_the_execution(world: World) -> None:
    """Nobody else would hear of a monitor that remembers nothing."""
    world.fail("PutItem")
    run = world.minute()
    assert ("FAILED", "MemoryNotKept") == (run.status, run.description["error"])
    for words in (INCIDENTS, "AccessDeniedException"):
        assert words in run.description["cause"]


def test_but_everything_is_notified_before(world: World) -> None:
    world.answer = BROKEN
    world.fail("PutItem", times=ATTEMPTS)
    run = world.minute()
    assert ["opened"] == [event["transition"] for event in run.notified]
    assert ("FAILED", "MemoryNotKept") == (run.status, run.description["error"])
    assert "open" == world.machine.incidents()["sample-cluster"]["status"]
    assert "NothingNew" == world.minute().path[-1]


def test_a_lost_alert_is_named_first(world: World) -> None:
    world.answer = BROKEN
    world.fail("PutItem")
    run = world.minute()
    assert ("FAILED", "AlertLost") == (run.status, run.description["error"])


@pytest.mark.parametrize("input_", [{}, NAMED], ids=["all", "named"])
def test_a_write_that_fails_in_passing_is_repeated(world: World, input_: dict[str, Any]) -> None:
    world.fail("PutItem", "ThrottlingException", times=2)
    assert "Healthy" == world.minute(**input_).path[-1]


# The table cannot be read


def unreadable(world: World) -> None:
    world.fail("Scan")


def too_large_for_one_read(world: World) -> None:
    """DynamoDB reads a megabyte, before any filter."""
    for number in range(4):
        world.machine.put(memory(f"shard {number} of 4.", "x" * 300_000))


def too_large_for_a_payload(world: World) -> None:
    for number in range(2):
        name = {"S": f"cluster-{number}"}
        world.machine.put({"cluster": name, "fingerprint": {"S": "x" * 140_000}})


@pytest.mark.parametrize(
    ("obstacle", "words"),
    [
        pytest.param(unreadable, "Scan was told to fail", id="refused"),
        pytest.param(too_large_for_one_read, "more than one read returns", id="several pages"),
        pytest.param(too_large_for_a_payload, "States.DataLimitExceeded", id="too large"),
    ],
)
def test_without_the_table_the_check_names_what_is_broken(
    world: World, obstacle: Callable[[World], None], words: str
) -> None:
    """For the alarm on failed executions is all that a person hears."""
    obstacle(world)
    world.answer = report(cluster(), cluster("other"), cluster("fine", "healthy"))
    run = world.minute()
    assert ["ReadIncidents", "CheckWithoutMemory", "ReportUnreadableIncidents"] == run.path
    assert ("FAILED", "IncidentsUnreadable") == (run.status, run.description["error"])
    cause = run.description["cause"]
    assert "sample-cluster (orders_sub apply_error), other (orders_sub apply_error)." in cause
    assert words in cause
    assert "fine" not in cause
    (event,) = world.events
    assert (None, None) == (event["remembered"], event["incidents"])
    assert [] == world.machine.notified


def test_without_the_table_a_healthy_check_says_so(world: World) -> None:
    unreadable(world)
    assert "Clusters with findings in this run: none." in world.minute().description["cause"]


def test_without_the_table_a_check_that_fails_is_told_too(world: World) -> None:
    def fails(_: object) -> None:
        raise FunctionError("KeyError", "no_such_luck")

    unreadable(world)
    world.answer = fails
    run = world.minute()
    assert "IncidentsUnreadable" == run.description["error"]
    for words in ("Scan was told to fail", "CheckReplication failed too", "no_such_luck"):
        assert words in run.description["cause"]


# A shard whose check always fails


def shards_of_which_one_fails(event: dict[str, Any]) -> dict[str, Any]:
    if event.get("shard") == {"index": 2, "of": 4}:
        raise FunctionError("Sandbox.Timedout", "Task timed out after 60.00 seconds")
    return HEALTHY


def all_shards(world: World) -> None:
    for index in range(4):
        world.minute(shard={"index": index, "of": 4})


def told(world: World) -> list[tuple[str, str]]:
    events = world.machine.notified
    return [(event["cluster"]["cluster"], event["transition"]) for event in events]


def test_one_shard_of_four_that_always_fails_is_told_once(world: World) -> None:
    """The three that succeed do not end it; its own success does."""
    world.answer = shards_of_which_one_fails
    for _ in range(10):
        all_shards(world)
    assert [("the monitor (shard 2 of 4)", "opened")] == told(world)
    (incident,) = world.machine.incidents().values()
    assert {"shard": {"index": 2, "of": 4}} == json.loads(incident["asked"])
    world.answer = HEALTHY
    all_shards(world)
    assert ("the monitor (shard 2 of 4)", "resolved") == told(world)[-1]


def test_a_check_of_all_ends_the_failure_of_a_shard(world: World) -> None:
    world.answer = shards_of_which_one_fails
    for _ in range(2):
        all_shards(world)
    world.minute()
    assert [("the monitor (shard 2 of 4)", which) for which in ("opened", "resolved")] == (
        told(world)
    )


# Of the version before


FORMER = {
    "status": {"S": "open"},
    "fingerprint": {"S": "3f0c"},
    "causes": {"L": [{"S": "apply_error"}]},
    "explained": {"S": "true"},
    "notifications": {"N": "1"},
    "opened_at": {"S": instant(-30)},
    "last_notified_at": {"S": instant(-30)},
    "decided_at": {"S": instant(-30)},
    "channel": {"S": "C0"},
    "ts": {"S": "1.0"},
    "expires_at": {"N": str(int(START.timestamp()) + 86_400)},
}


def test_incidents_of_the_version_before_go_on(world: World) -> None:
    """Without an attribute of this one they are whole, and end in their threads."""
    for name in ("sample-cluster", "the monitor"):
        world.machine.put({"cluster": {"S": name}, **FORMER})
    run = world.minute()
    assert {("sample-cluster", "resolved"), ("the monitor", "resolved")} == set(told(world))
    assert {"1.0"} == {event["incident"]["ts"] for event in run.notified}


def test_any_shard_ends_a_failure_of_the_version_before(world: World) -> None:
    """It does not say whose failure it was; one that lasts opens anew, under its own name."""
    world.machine.put({"cluster": {"S": "the monitor"}, **FORMER})
    world.minute(**SHARD)
    assert [("the monitor", "resolved")] == told(world)
