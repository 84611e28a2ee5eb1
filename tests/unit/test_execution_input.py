from typing import Any

import pytest

from functions.execution_input import ExecutionInput, InvalidInput, Shard
from tests.events import EVENTBRIDGE_EVENT

DEFAULTS = ExecutionInput()


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        pytest.param({}, DEFAULTS, id="nothing"),
        pytest.param({"Comment": "Insert your JSON here"}, DEFAULTS, id="console's default"),
        pytest.param(EVENTBRIDGE_EVENT, DEFAULTS, id="raw EventBridge event"),
        pytest.param(
            {"scheduled_time": "2026-11-22T23:34:00Z", "execution": {"id": "arn"}},
            DEFAULTS,
            id="Scheduler payload",
        ),
        pytest.param(
            {"clusters": ["b", "a", "b"]},
            ExecutionInput(clusters=("b", "a")),
            id="clusters once each",
        ),
        pytest.param({"lookback_minutes": 5}, ExecutionInput(lookback_minutes=5), id="lookback"),
        pytest.param({"force_notify": True}, ExecutionInput(force_notify=True), id="drill"),
        pytest.param(
            {"shard": {"index": 1, "of": 4}}, ExecutionInput(shard=Shard(1, 4)), id="shard"
        ),
        pytest.param({"clusters": None, "shard": None}, DEFAULTS, id="null is absent"),
    ],
)
def test_known_keys_are_read_and_others_ignored(event: object, expected: ExecutionInput) -> None:
    assert expected == ExecutionInput.from_event(event)


@pytest.mark.parametrize(
    ("event", "words"),
    [
        pytest.param({"clusters": "a"}, ['"clusters"', "a list of", '"a"'], id="clusters a string"),
        pytest.param({"clusters": []}, ['"clusters"', "[]"], id="clusters empty"),
        pytest.param({"clusters": ["a", 7]}, ['"clusters"', '["a", 7]'], id="clusters of numbers"),
        pytest.param({"clusters": [" "]}, ['"clusters"'], id="clusters of blanks"),
        pytest.param({"lookback_minutes": "30"}, ['"lookback_minutes"', '"30"'], id="text"),
        pytest.param({"lookback_minutes": 0}, ["from 1 to 10080"], id="lookback zero"),
        pytest.param({"lookback_minutes": 1.5}, ["1.5"], id="lookback fraction"),
        pytest.param({"lookback_minutes": True}, ["true"], id="lookback boolean"),
        pytest.param({"force_notify": "yes"}, ['"force_notify"', '"yes"'], id="force text"),
        pytest.param({"force_notify": None}, ['"force_notify"', "null"], id="force null"),
        pytest.param({"shard": {"index": 4, "of": 4}}, ['"shard"', "index below of"], id="range"),
        pytest.param({"shard": {"index": 0}}, ['"shard"'], id="shard incomplete"),
        pytest.param([], ["JSON object", "[]"], id="a list"),
        pytest.param({"not_an_object": "hello"}, ["JSON object", '"hello"'], id="a string"),
    ],
)
def test_a_wrong_value_names_the_key_what_came_and_what_is_wanted(
    event: Any, words: list[str]
) -> None:
    with pytest.raises(InvalidInput) as caught:
        ExecutionInput.from_event(event)
    assert [] == [word for word in words if word not in str(caught.value)]


def test_a_huge_value_is_shortened_in_the_error() -> None:
    with pytest.raises(InvalidInput) as caught:
        ExecutionInput.from_event({"clusters": "x" * 10_000})
    assert len(str(caught.value)) < 400
