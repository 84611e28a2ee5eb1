"""Decisions import the standard library and each other only."""

import ast
import sys
from pathlib import Path

import pytest

FUNCTIONS = Path(__file__).parents[2] / "functions"
PURE = [
    "causes",
    "report",
    "check_replication.diagnosis",
    "check_replication.execution_input",
    "check_replication.selection",
    "check_replication.snapshot",
    "check_replication.targets",
    "notify.alert",
    "notify.event",
    "notify.facts",
    "notify.links",
    "notify.log_error",
    "notify.log_errors",
    "notify.log_events",
    "notify.log_note",
    "notify.message",
    "notify.occurrences",
    "notify.postgres_log",
    "notify.redaction",
    "notify.text",
    "notify.wording",
]
ALLOWED = {f"functions.{module}" for module in PURE}
MODELS = {"slack_sdk.models.blocks"}
"""Of Slack's blocks; they talk to nobody either. Only `notify.message` draws with them."""


def foreign(module: str) -> set[str]:
    path = FUNCTIONS.joinpath(*module.split(".")).with_suffix(".py")
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module or "")
    return {name for name in names if name.partition(".")[0] not in sys.stdlib_module_names}


@pytest.mark.parametrize("module", PURE)
def test_a_pure_module_imports_nothing_that_talks_to_the_world(module: str) -> None:
    allowed = ALLOWED | MODELS if module == "notify.message" else ALLOWED
    assert set() == foreign(module) - allowed
