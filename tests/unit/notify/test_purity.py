"""Decisions import the standard library, the contract and each other only."""

import ast
import sys
from pathlib import Path

import pytest

import functions.notify

PURE = [
    "alert",
    "event",
    "facts",
    "links",
    "log_error",
    "log_errors",
    "log_events",
    "log_note",
    "message",
    "occurrences",
    "postgres_log",
    "redaction",
    "text",
    "wording",
]
_ALLOWED = {"functions.report", "functions.causes"} | {f"functions.notify.{name}" for name in PURE}
_MODELS = {"slack_sdk.models.blocks"}


def _imported(module: str) -> set[str]:
    source = (Path(functions.notify.__path__[0]) / f"{module}.py").read_text()
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module or "")
    return {name for name in names if name.partition(".")[0] not in sys.stdlib_module_names}


@pytest.mark.parametrize("module", PURE)
def test_pure(module: str) -> None:
    """`message` alone may use slack_sdk's models of blocks besides."""
    allowed = _ALLOWED | _MODELS if module == "message" else _ALLOWED
    assert set() == _imported(module) - allowed
