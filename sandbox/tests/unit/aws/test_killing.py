"""Definitions whose executions die after a state."""

from copy import deepcopy
from typing import Any

import pytest

from sandbox.aws.killing import CannotKillError, killed_after

CATCH = {"ErrorEquals": ["States.ALL"], "Next": "Last"}
FAIL = {"Type": "Fail", "Error": "Killed"}
DEFINITION: dict[str, Any] = {
    "StartAt": "First",
    "States": {
        "First": {"Type": "Task", "Resource": "r", "Catch": [CATCH], "Next": "Choose"},
        "Choose": {
            "Type": "Choice",
            "Choices": [{"Condition": "{% true %}", "Next": "Each"}],
            "Default": "Last",
        },
        "Each": {
            "Type": "Map",
            "ItemProcessor": {
                "StartAt": "Inside",
                "States": {
                    "Inside": {"Type": "Pass", "Next": "InsideToo"},
                    "InsideToo": {"Type": "Pass", "End": True},
                },
            },
            "Retry": [{"ErrorEquals": ["States.ALL"]}],
            "Catch": [CATCH],
            "Next": "Last",
        },
        "Last": {"Type": "Succeed"},
    },
}


def killed(state: str, **inside: str) -> dict[str, Any]:
    """The states among which `state` is, in the copy that is killed after it."""
    copy = killed_after(DEFINITION, state)
    states: dict[str, Any] = copy["States"]
    return states[inside["map"]]["ItemProcessor"]["States"] if inside else states


def test_every_way_out_of_a_state_leads_to_its_end() -> None:
    states = killed("First")
    assert "Killed" == states["First"]["Next"] == states["First"]["Catch"][0]["Next"]
    assert FAIL.items() <= states["Killed"].items()
    choice = killed("Choose")["Choose"]
    assert "Killed" == choice["Default"] == choice["Choices"][0]["Next"]


@pytest.mark.parametrize("state", ["Inside", "InsideToo"])
def test_inside_a_map_it_dies_there_and_the_map_lets_it(state: str) -> None:
    """Also a state that ended the iteration."""
    states = killed(state, map="Each")
    assert {"Type": "Pass", "Next": "Killed"} == states[state]
    assert FAIL.items() <= states["Killed"].items()
    outer = killed(state)
    assert "Killed" not in outer
    assert {"Type", "ItemProcessor", "Next"} == set(outer["Each"])


def test_after_a_map_itself_its_own_ways_lead_to_the_end() -> None:
    states = killed("Each")
    assert "Killed" == states["Each"]["Next"] == states["Each"]["Catch"][0]["Next"]
    assert "Killed" not in states["Each"]["ItemProcessor"]["States"]


def test_the_definition_itself_stays() -> None:
    before = deepcopy(DEFINITION)
    killed_after(DEFINITION, "Inside")
    assert before == DEFINITION


@pytest.mark.parametrize(
    ("state", "reason"), [("Nowhere", "no state Nowhere"), ("Last", "an end itself")]
)
def test_what_cannot_be_killed_is_refused(state: str, reason: str) -> None:
    with pytest.raises(CannotKillError, match=reason):
        killed_after(DEFINITION, state)
