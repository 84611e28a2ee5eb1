"""The definition as it is deployed: what scripts/definition.py makes of its source."""

import ast
import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from functions.incidents import times
from functions.incidents.asked import MONITOR
from scripts.definition import SOURCE, definition, expression

PROJECT = Path(__file__).parents[3]
PACKAGES = ("functions", "chalice_app", "scripts", "local", "sandbox", "benchmarks")
EXPRESSIONS = sorted(path.name for path in SOURCE.parent.glob("*.jsonata"))
MACHINE: dict[str, Any] = json.loads(definition())


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


def states(machine: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, state in machine["States"].items():
        yield name, state
        if "ItemProcessor" in state:
            yield from states(state["ItemProcessor"])


def mappings(node: yaml.Node) -> Iterator[yaml.MappingNode]:
    """Every mapping of a YAML document, merged ones where they stand."""
    if isinstance(node, yaml.MappingNode):
        yield node
    for child in node.value if isinstance(node, yaml.CollectionNode) else ():
        for part in child if isinstance(child, tuple) else (child,):
            yield from mappings(part)


def test_what_stands_elsewhere_is_put_in() -> None:
    """Only CloudFormation's placeholders are left, which begin with a capital."""
    assert [] == re.findall(r"\$\{[^A-Z][^}]*\}", definition())
    assert MACHINE["StartAt"] in MACHINE["States"]


@pytest.mark.parametrize("name", EXPRESSIONS)
def test_an_expression_has_no_placeholder_left(name: str) -> None:
    assert "${" not in expression(name)


@pytest.mark.parametrize("name", EXPRESSIONS)
def test_an_expression_is_used(name: str) -> None:
    assert any(expression(name) in text for text in texts(MACHINE))


def test_no_key_of_the_source_stands_twice_in_one_place() -> None:
    """YAML takes the last of them without a word: a state could be lost."""
    for mapping in mappings(yaml.compose(SOURCE.read_text())):
        keys = Counter(key.value for key, _ in mapping.value)
        assert not [key for key, times_ in keys.items() if times_ > 1], mapping.start_mark


def test_a_write_that_loses_to_another_execution_is_not_tried_again() -> None:
    arguments = {name: state.get("Arguments", {}) for name, state in states(MACHINE)}
    writing = [state for name, state in states(MACHINE) if "ConditionExpression" in arguments[name]]
    assert 5 == len(writing)
    for state in writing:
        first = state["Retry"][0]
        assert ["DynamoDB.ConditionalCheckFailedException"] == first["ErrorEquals"]
        assert 0 == first["MaxAttempts"]


def test_a_catcher_of_all_errors_is_the_last_one_and_alone() -> None:
    """Step Functions refuses a definition otherwise; two lines of YAML are easily exchanged."""
    for name, state in states(MACHINE):
        caught = [catcher["ErrorEquals"] for catcher in state.get("Catch", ())]
        assert [["States.ALL"]] == caught[-1:] or not caught, name
        assert all("States.ALL" not in errors for errors in caught[:-1]), name


@pytest.mark.parametrize(
    ("time", "words"),
    [
        ("LEASE", "$slackWait + 300) * 1000"),
        ("SLACK_PATIENCE", "$waitedForSlack < 600"),
        ("LONGEST_SLACK_WAIT", "$states.input.retry_after_seconds, 300]"),
        ("SLACK_WAITS", "{% [5, 10, 20, 40, 60, 90, 120] %}"),
        ("QUERY_WAITS", "{% [1, 2, 2, 3, 5, 5, 10, 15, 15] %}"),
        ("CLOCK_SKEW", "$millis() + 60 * 1000"),
        ("KEPT_FOR_COMPARISON", "$floor($millis() / 1000) + 86400)"),
        ("KEPT_WHILE_OPEN", "$resolved ? 600 : 2592000"),
        ("KEPT_AFTER_CLOSING", "$resolved ? 600 : 2592000"),
    ],
)
def test_a_time_is_the_one_of_the_decisions(time: str, words: str) -> None:
    """In seconds; the source has names only, so that a wait and its lease cannot part."""
    assert hasattr(times, time)
    assert any(f"${{seconds.{time}}}" in path.read_text() for path in sources())
    assert any(words in text for text in texts(MACHINE))


def sources() -> list[Path]:
    return [SOURCE, *map(SOURCE.with_name, EXPRESSIONS)]


def test_the_monitor_has_its_name_from_one_constant() -> None:
    """The definition, and every module but the one that says it, has it from there."""
    quoted = re.compile(rf"""(["']|/\^){MONITOR}\\?(["']|/)""")
    assert [] == [path.name for path in sources() if quoted.search(path.read_text())]
    modules = [path for name in PACKAGES for path in (PROJECT / name).rglob("*.py")]
    named = [path for path in modules if "tests" not in path.parts and named_outside(path)]
    assert ["functions/incidents/asked.py"] == [str(path.relative_to(PROJECT)) for path in named]


def test_the_state_machine_names_the_monitor_as_check_replication_does() -> None:
    """Where its own incidents are told from those of clusters."""
    assert any(f"cluster.S, /^{MONITOR}/" in text for text in texts(MACHINE))
