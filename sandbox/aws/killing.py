"""Definitions whose executions die on the way, to test what the next one does. Development only."""

from collections.abc import Mapping
from copy import deepcopy
from typing import Final

from sandbox.aws.json_types import Json, JsonObject

KILLED: Final = "Killed"
"""The state that ends such an execution, and its error."""


class CannotKillError(Exception):
    """The definition has no such state, or none can follow it."""


def killed_after(definition: Mapping[str, Json], state: str) -> JsonObject:
    """A copy of `definition` that fails as `Killed` as soon as it leaves `state`, whichever way.

    The state may be inside a Map, which then catches and retries nothing. Raises
    `CannotKillError`.
    """
    copy = deepcopy(dict(definition))
    if not _kill(copy, state):
        raise CannotKillError(f"there is no state {state}")
    return copy


def _kill(machine: JsonObject, name: str) -> bool:
    states = machine["States"]
    if name in states:
        _lead_to_the_end(states[name], name)
        states[KILLED] = {"Type": "Fail", "Error": KILLED, "Cause": f"Killed after {name}"}
        return True
    for state in states.values():
        if "ItemProcessor" in state and _kill(state["ItemProcessor"], name):
            state.pop("Catch", None)
            state.pop("Retry", None)
            return True
    return False


def _lead_to_the_end(state: JsonObject, name: str) -> None:
    if state["Type"] in ("Succeed", "Fail"):
        raise CannotKillError(f"{name} is an end itself")
    if state.pop("End", False) or "Next" in state:
        state["Next"] = KILLED
    if "Default" in state:
        state["Default"] = KILLED
    for way in (*state.get("Choices", ()), *state.get("Catch", ())):
        way["Next"] = KILLED
