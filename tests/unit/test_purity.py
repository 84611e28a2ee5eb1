"""Decisions import the standard library and each other only."""

import ast
import sys
from pathlib import Path

import pytest

FUNCTIONS = Path(__file__).parents[2] / "functions"

EDGES = {
    "check_replication.check",
    "check_replication.connection",
    "check_replication.handler",
    "check_replication.measures",
    "check_replication.probe",
    "notify.delivery",
    "notify.handler",
    "notify.notification",
    "notify.receipts",
    "notify.settings",
    "notify.slack",
    "parameters",
    "telemetry",
}
"""What talks to the world, or drives what does."""


def modules() -> list[str]:
    """Every module and package under functions/, dotted."""
    paths = (path.relative_to(FUNCTIONS).with_suffix("") for path in FUNCTIONS.rglob("*.py"))
    return sorted(".".join(path.parts).removesuffix(".__init__") for path in paths)


PURE = [module for module in modules() if module not in EDGES and module != "__init__"]
ALLOWED = {f"functions.{module}" for module in PURE}
MODELS = {"slack_sdk.models.blocks"}
"""Of Slack's blocks; they talk to nobody either. Only `notify.alert.blocks` draws with them."""


def foreign(module: str) -> set[str]:
    place = FUNCTIONS.joinpath(*module.split("."))
    path = place / "__init__.py" if place.is_dir() else place.with_suffix(".py")
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module or "")
    return {name for name in names if name.partition(".")[0] not in sys.stdlib_module_names}


@pytest.mark.parametrize("module", PURE)
def test_a_pure_module_imports_nothing_that_talks_to_the_world(module: str) -> None:
    allowed = ALLOWED | MODELS if module == "notify.alert.blocks" else ALLOWED
    assert set() == foreign(module) - allowed
