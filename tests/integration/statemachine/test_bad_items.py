"""A bad item of the incidents table counts as absent, and is written anew."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sandbox.aws.executions import wait_for_end
from sandbox.aws.moto_adapters import Clock
from tests.integration.statemachine.conftest import (
    FINGERPRINT,
    Machine,
    MakeMachine,
    cluster,
    report,
)

Item = dict[str, Any]

BROKEN = report(cluster(), cluster("other"))


def instant(minutes: float) -> Item:
    """So many minutes from now, in DynamoDB's type."""
    moment = datetime.now(UTC) + timedelta(minutes=minutes)
    return {"S": moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")}


def reported(**more: Item) -> Item:
    """The item of an outage reported half an hour ago: nothing to notify about it."""
    return {
        "cluster": {"S": "sample-cluster"},
        "status": {"S": "open"},
        "fingerprint": {"S": FINGERPRINT},
        "causes": {"L": [{"S": "apply_error"}]},
        "explained": {"S": "true"},
        "notifications": {"N": "1"},
        "opened_at": instant(-30),
        "last_notified_at": instant(-30),
        "decided_at": instant(-30),
        "channel": {"S": "C0"},
        "ts": {"S": "1.0"},
        "expires_at": {"N": str(int(datetime.now(UTC).timestamp()) + 86_400)},
        **more,
    }


def without(item: Item, *names: str) -> Item:
    return {name: value for name, value in item.items() if name not in names}


CLAIM = {"claimed_by": {"S": "arn:other"}, "claimed_for": {"S": "opened"}}
LARGER_THAN_A_PAYLOAD = {"S": "x" * 270_000}
BAD: dict[str, Item] = {
    "of another shape": {"cluster": {"S": "sample-cluster"}, "payload": LARGER_THAN_A_PAYLOAD},
    "its key alone": {"cluster": {"S": "sample-cluster"}},
    "without decided_at": without(reported(), "decided_at"),
    "decided_at a number": reported(decided_at={"N": "7"}),
    "decided_at a set": reported(decided_at={"SS": ["x"]}),
    "decided_at a map": reported(decided_at={"M": {"S": {"S": "x"}}}),
    "decided_at binary": reported(decided_at={"B": b"x"}),
    "decided_at true": reported(decided_at={"BOOL": True}),
    "decided_at null": reported(decided_at={"NULL": True}),
    "decided_at empty": reported(decided_at={"S": ""}),
    "decided_at unreadable": reported(decided_at={"S": "yesterday"}),
    "decided_at long": reported(decided_at={"S": "x" * 65}),
    "decided_at of another script": reported(decided_at={"S": "ж" * 40_000}),
    "undelivered long": reported(undelivered={"S": "x" * 100_000}),
    "decided_at in the future": reported(decided_at=instant(600)),
    "claimed for ever": reported(**CLAIM, claimed_until=instant(600)),
    "reported in the future": reported(last_notified_at=instant(600)),
    "opened in the future": reported(opened_at=instant(600)),
    "opened on no day": reported(opened_at={"S": "2026-02-30T00:00:00.000Z"}),
    "without opened_at": without(reported(), "opened_at"),
    "without notifications": without(reported(), "notifications"),
    "causes a text": reported(causes={"S": "apply_error"}),
    "status unknown": reported(status={"S": "constructor"}),
    "without expires_at": without(reported(), "expires_at"),
    "expires_at a text": reported(expires_at={"S": "1795402800"}),
    "expires_at a list": reported(expires_at={"L": []}),
    "expires_at in milliseconds": reported(expires_at={"N": "1795402800000"}),
    "every attribute null": {name: {"NULL": True} for name in reported()}
    | {"cluster": {"S": "sample-cluster"}},
}


def notified(machine: Machine) -> Counter[tuple[str, str]]:
    return Counter((event["cluster"]["cluster"], event["transition"]) for event in machine.notified)


ONCE = Counter({("sample-cluster", "opened"): 1, ("other", "opened"): 1})


def test_a_sound_item_of_that_kind_is_used(machine: MakeMachine) -> None:
    """What the others are made from has nothing to report."""
    made = machine(lambda _: BROKEN)
    made.put(reported())
    made.run()
    assert Counter({("other", "opened"): 1}) == notified(made)


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_item_silences_nobody_and_is_written_anew(machine: MakeMachine, kind: str) -> None:
    made = machine(lambda _: BROKEN)
    made.put(BAD[kind])
    first, second = made.run(), made.run()
    assert ["Notified", "NothingNew"] == [first.path[-1], second.path[-1]]
    assert ONCE == notified(made)
    bad, other = (made.incidents()[name] for name in ("sample-cluster", "other"))
    assert other.keys() == bad.keys()
    assert ("open", 1, "C1") == (bad["status"], bad["notifications"], bad["channel"])


@pytest.mark.parametrize(
    "kind",
    [
        "its key alone",
        "decided_at a number",
        "decided_at in the future",
        "decided_at of another script",
        "claimed for ever",
        "expires_at a text",
    ],
)
def test_of_twenty_executions_that_see_a_bad_item_one_tells(
    machine: MakeMachine, kind: str
) -> None:
    made = machine(lambda _: BROKEN, clock=Clock(speed=50))
    made.put(BAD[kind])
    executions = [made.start() for _ in range(20)]
    client = made.aws.client("stepfunctions")
    ended = [wait_for_end(client, execution)["status"] for execution in executions]
    assert Counter(SUCCEEDED=20) == Counter(ended)
    assert ONCE == notified(made)


def test_a_bad_item_of_a_healthy_cluster_is_left_alone(machine: MakeMachine) -> None:
    """A healthy run writes nothing but what it remembers."""
    made = machine(lambda _: report(cluster(status="healthy")))
    made.put(reported(decided_at=instant(600)))
    assert "Healthy" == made.run().path[-1]
    assert not notified(made)
