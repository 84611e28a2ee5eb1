"""Decisions import the standard library and each other only."""

import ast
import sys
from pathlib import Path

import pytest

FUNCTIONS = Path(__file__).parents[2] / "functions"
PURE = [
    "causes",
    "report",
    "check_replication.execution_input",
    "check_replication.targets",
    "check_replication.snapshot",
    "check_replication.selection",
    "check_replication.diagnosis",
    "notify.event",
    "notify.log_events",
    "notify.redaction",
]
ALLOWED = {*sys.stdlib_module_names, *(f"functions.{module}" for module in PURE)}


def imported(module: str) -> set[str]:
    path = FUNCTIONS.joinpath(*module.split(".")).with_suffix(".py")
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module or "")
    return names


@pytest.mark.parametrize("module", PURE)
def test_a_pure_module_imports_nothing_that_talks_to_the_world(module: str) -> None:
    foreign = {
        name
        for name in imported(module)
        if name not in ALLOWED and name.partition(".")[0] not in sys.stdlib_module_names
    }
    assert set() == foreign
