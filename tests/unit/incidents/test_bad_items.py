"""An item that no execution writes so counts as absent."""

from collections.abc import Iterator
from itertools import cycle
from typing import Any

import pytest

from tests.unit.incidents.decisions import (
    BROKEN,
    CLAIMED,
    CLOSED,
    DAY,
    EPOCH,
    HEALTHY,
    REPORTED,
    SUSPECTED,
    at,
    decided_from,
    incident,
    typed,
    verdict,
    without,
)

Item = dict[str, Any]

RELEASED = {"undelivered": f"opened {BROKEN}"}
SOUND = {
    "notified": incident(),
    "claimed": incident(**CLAIMED),
    "claimed for the first time": without(incident(**CLAIMED), *REPORTED, "channel", "ts"),
    "undelivered": without(incident(**RELEASED), *REPORTED, "channel", "ts"),
    "waiting for Slack": incident(**CLAIMED | RELEASED | {"claimed_until": at(10)}),
    "reopening": incident(**CLAIMED, closed_at=at(-4), fingerprint=HEALTHY),
    "closed": CLOSED,
    "suspected": SUSPECTED,
    "closed and suspected": CLOSED | {"unknown_runs": 1, "unknown_since": at(-1)},
    "known from memory": incident(rests_on_memory="true"),
}
"""Each kind of item that executions write."""

INSTANTS = {
    "opened_at",
    "unknown_since",
    "last_notified_at",
    "closed_at",
    "decided_at",
    "claimed_until",
}
NUMBERS = {"notifications", "unknown_runs", "expires_at"}
OPTIONAL = {"undelivered", "rests_on_memory"}

TYPES: list[dict[str, Any]] = [
    {"S": "x"},
    {"N": "7"},
    {"B": "eA=="},
    {"BOOL": True},
    {"Bool": True},
    {"NULL": True},
    {"Nul": True},
    {"SS": ["x"]},
    {"NS": ["7"]},
    {"BS": ["eA=="]},
    {"M": {}},
    {"M": {"S": {"S": "x"}, "N": {"N": "7"}, "L": {"L": []}}},
    {"L": []},
    {"L": [{"N": "7"}]},
    {"L": [{"S": "x"}, {"NULL": True}]},
]
NO_INSTANTS = [
    "",
    "yesterday",
    "1795402800",
    "2026-11-23",
    "2026-11-23T02:00",
    "2026-11-23T02:00:00.000",
    "2026-11-23T02:00:00.000+00:00",
    "2026-11-23 02:00:00.000Z",
    "2026-00-23T02:00:00.000Z",
    "2026-13-23T02:00:00.000Z",
    "2026-11-00T02:00:00.000Z",
    "2026-11-32T02:00:00.000Z",
    "2026-09-31T02:00:00.000Z",
    "2026-02-30T02:00:00.000Z",
    "2025-02-29T02:00:00.000Z",
    "2026-11-22T24:00:00.000Z",
    "2026-11-22T23:60:00.000Z",
    "2026-11-22T23:00:60.000Z",
    "0000-00-00T00:00:00.000Z",
    "+275760-09-13T00:00:00.000Z",
    "9999-12-31T23:59:59.999Z",
    " 2026-11-23T02:00:00.000Z",
    "2026-11-23T02:00:00.000Z\n2026-11-23T02:00:00.000Z",
    at(12),
    at(60),
    at(365 * 1_440),
]
NO_NUMBERS = ["-1", "0.5", "1E+125", "-9.9E+125", "12345678901", "1795402800000"]
NO_STATUS = ["", "OPEN", "opened", "unknown", "constructor", "__proto__"]


def batched(items: list[Item], size: int) -> Iterator[list[Item]]:
    """An execution takes on forty clusters at most."""
    return (items[start : start + size] for start in range(0, len(items), size))


def wrongs(name: str) -> Iterator[Item]:
    """What the attribute of this name must not be: of another type, or of no such value."""
    kind = "L" if name == "causes" else "N" if name in NUMBERS else "S"
    yield from (wrong for wrong in TYPES if kind not in wrong or (kind == "L" and wrong["L"]))
    if name in INSTANTS:
        yield from ({"S": text} for text in NO_INSTANTS)
        if name != "claimed_until":
            yield {"S": at(2)}
    if name in NUMBERS:
        yield from ({"N": number} for number in NO_NUMBERS)


def with_wrong_values() -> Iterator[Item]:
    """Each wrong value of each attribute, in one after the other of the items that have it."""
    for name in sorted({name for item in SOUND.values() for name in item} - {"cluster"}):
        having = cycle(typed(item) for item in SOUND.values() if name in item)
        yield from (item | {name: wrong} for item, wrong in zip(having, wrongs(name), strict=False))


def damaged(item: Item) -> Iterator[Item]:
    """The item with each of its attributes missing or mistyped, or of another kind's."""
    for name in item.keys() - {"cluster"}:
        yield item | {name: {"NULL": True}}
        if not (name in OPTIONAL or (name == "closed_at" and item["status"]["S"] == "open")):
            yield without(item, name)
    yield from (item | {"status": {"S": status}} for status in NO_STATUS)
    later = {"open": 31 * DAY, "closed": 20 * 60, "suspected": 2 * DAY}[item["status"]["S"]]
    yield item | {"expires_at": {"N": str(EPOCH + later)}}


FOREIGN: list[Item] = [
    {},
    typed(incident()) | {"colour": {"S": "red"}},
    typed(incident()) | {"asked": {"S": "[" * 5_000}},
    typed(incident()) | {"asked": {"S": "[]"}},
    typed(incident()) | {"asked": {"S": "{}"}},
    *(
        typed(incident(**CLAIMED) | RELEASED) | {name: {"S": "x" * 8_000}}
        for name in ("undelivered", "fingerprint", "channel", "ts", "claimed_by", "claimed_for")
    ),
    typed(incident(causes=["x" * 50] * 200)),
    typed(incident()) | {"asked": {"S": '{"shard": 4}'}},
    {"expires_at": {"N": str(EPOCH + DAY)}},
    {"decided_at": {"S": at(-1)}},
    {"id": {"S": "7"}, "payload": {"M": {"cluster": {"S": "shop"}}}},
    {"incident": {"S": "shop 2026-11-23T02:00:00.000Z"}, "told": {"SS": ["0 opened f1"]}},
    {name: {"NULL": True} for name in incident()},
    {name: {"S": ""} for name in incident()},
]
"""Items of another shape altogether."""

SITUATIONS = {
    "broken": verdict(),
    "healthy": verdict(status="healthy"),
    "no answer": verdict(status="unknown"),
    "muted": verdict(causes=(), muted=("slot_lost",)),
}


@pytest.mark.parametrize(
    "bad",
    [
        pytest.param(FOREIGN, id="foreign"),
        pytest.param(list(with_wrong_values()), id="wrong values"),
        *(pytest.param(list(damaged(typed(item))), id=kind) for kind, item in SOUND.items()),
    ],
)
def test_a_bad_item_counts_as_absent(bad: list[Item]) -> None:
    """Whatever is wrong with it; and it silences no other cluster, notified of before or not."""
    known, others = typed(incident(cluster="known")), [verdict("known"), verdict("broken")]
    [absent] = decided_from([verdict()], [])
    for items in batched(bad, 39):
        stored = {f"c{number}": item for number, item in enumerate(items)}
        done = decided_from(
            [*map(verdict, stored), *others],
            [known, *(item | {"cluster": {"S": name}} for name, item in stored.items())],
        )
        got = {work["cluster"]: work for work in done}
        assert not [stored[name] for name in stored if name not in got], "silenced"
        assert [*stored, "broken"] == list(got)
        for name, item in stored.items():
            expected = absent["incident"] | {"cluster": name}
            assert ("opened", expected) == (got[name]["transition"], got[name]["incident"]), item


@pytest.mark.parametrize("force", [False, True], ids=["scheduled", "forced"])
@pytest.mark.parametrize("situation", SITUATIONS)
def test_nothing_of_a_bad_item_is_used(situation: str, *, force: bool) -> None:
    cluster = SITUATIONS[situation]
    absent = decided_from([cluster], [], force_notify=force)
    for sound in SOUND.values():
        item = typed(sound) | {"decided_at": {"S": "never"}, "closed_at": {"N": "7"}}
        assert absent == decided_from([cluster], [item], force_notify=force)


@pytest.mark.parametrize("kind", SOUND)
def test_what_executions_write_is_sound(kind: str) -> None:
    """A healthy cluster's item is used, or waits for the claim to end."""
    healthy = verdict(status="healthy")
    claimed = "claimed_until" in SOUND[kind]
    claimed_before = {"claimed_until": {"S": at(-1)}} if claimed else {}
    done = decided_from([healthy], [typed(SOUND[kind]) | claimed_before])
    expected = {"closed": [], "suspected": ["forgotten"], "closed and suspected": ["forgotten"]}
    assert expected.get(kind, ["resolved"]) == [work["transition"] for work in done]
    if claimed:
        assert [] == decided_from([verdict()], [typed(SOUND[kind])])


@pytest.mark.parametrize(
    ("decided_at", "expected"),
    [
        (None, "never"),
        ({"N": "7"}, "never"),
        ({"S": ""}, ""),
        ({"S": "yesterday"}, "yesterday"),
        ({"S": at(60)}, at(60)),
        ({"S": "x" * 64}, "x" * 64),
        ({"S": "x" * 65}, "never"),
        ({"S": "x" * 250_000}, "never"),
    ],
    ids=["missing", "mistyped", "empty", "unreadable", "in the future", "long", "longer", "huge"],
)
def test_the_claim_knows_a_bad_item_by_its_text(decided_at: Item | None, expected: str) -> None:
    item = without(typed(incident()), "decided_at")
    if decided_at is not None:
        item["decided_at"] = decided_at
    [work] = decided_from([verdict()], [item])
    assert ("opened", expected) == (work["transition"], work["seen"])
