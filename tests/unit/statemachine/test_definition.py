"""The definition in one piece, as it is deployed."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from functions.check_replication.selection import MONITOR
from scripts.definition import SOURCE, definition, expression

PROJECT = Path(__file__).parents[3]
PACKAGES = ("functions", "chalice_app", "scripts", "local", "sandbox", "benchmarks")
EXPRESSIONS = sorted(path.name for path in SOURCE.parent.glob("*.jsonata"))


def texts(document: Any) -> Iterator[str]:
    """Every key and every text of a JSON document."""
    if isinstance(document, dict):
        for key, value in document.items():
            yield key
            yield from texts(value)
    elif isinstance(document, list):
        for item in document:
            yield from texts(item)
    elif isinstance(document, str):
        yield document


def named_outside(path: Path) -> list[int]:
    """Lines of a Python module that have the monitor's name as a text of its own."""
    return [
        node.lineno
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and node.value == MONITOR
    ]


def test_what_stands_elsewhere_is_put_in() -> None:
    """Only CloudFormation's placeholders are left, which begin with a capital."""
    assert [] == re.findall(r"\$\{[^A-Z][^}]*\}", definition())
    assert json.loads(definition())["StartAt"] in json.loads(definition())["States"]


@pytest.mark.parametrize("name", EXPRESSIONS)
def test_an_expression_has_no_placeholder_left(name: str) -> None:
    assert "${" not in expression(name)


def test_the_monitor_has_its_name_from_one_constant() -> None:
    """The definition, and every module but the one that says it, has it from there."""
    files = [SOURCE, *map(SOURCE.with_name, EXPRESSIONS)]
    quoted = re.compile(rf"""(["']){MONITOR}\\?\1""")
    assert [] == [path.name for path in files if quoted.search(path.read_text())]
    modules = [path for name in PACKAGES for path in (PROJECT / name).rglob("*.py")]
    named = [path for path in modules if "tests" not in path.parts and named_outside(path)]
    assert ["functions/check_replication/selection.py"] == [
        str(path.relative_to(PROJECT)) for path in named
    ]


def test_the_state_machine_names_the_monitor_as_check_replication_does() -> None:
    """In the reports that stand for a check's that failed, and where it is told from clusters."""
    found = list(texts(json.loads(definition())))
    assert MONITOR in found
    assert any(f"cluster != '{MONITOR}'" in text for text in found)
