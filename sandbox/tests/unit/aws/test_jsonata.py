"""JSONata's semantics as the state machine relies on them, through our evaluator."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from moto.stepfunctions.parser.asl.jsonata.jsonata import JSONataException

from sandbox.aws.moto_adapters.jsonata import evaluate

NOW = datetime(2026, 11, 22, 23, 34, 8, 7_000, tzinfo=UTC)
DATA: dict[str, Any] = {
    "clusters": [{"name": "a", "findings": [1]}, {"name": "b", "findings": [2, 3]}],
    "one": [{"name": "a"}],
    "empty": [],
    "nothing": None,
    "nested": [[1], [2]],
    "at": "2026-11-22T23:34:08.123Z",
    "arn": "arn:aws:logs:eu-west-1:1:log-group:/aws/rds/c/postgresql",
}


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("$d.clusters.findings", [1, 2, 3]),
        ("$d.clusters[name = 'a']", DATA["clusters"][0]),
        ("[$d.clusters[name = 'a']]", [DATA["clusters"][0]]),
        ("[$d.clusters[name = 'z']]", []),
        ("$d.clusters[name = 'a'][]", [DATA["clusters"][0]]),
        ("$d.one.name", "a"),
        ("[$d.one.name]", ["a"]),
        ("$d.one", [{"name": "a"}]),
        ("$d.empty", []),
        ("$d.nested", [[1], [2]]),
        ("$d.nothing", None),
        ("null", None),
        ("{'a': $d.missing, 'b': null}", {"b": None}),
        ("$exists($d.nothing)", True),
        ("$exists($d.missing)", False),
        ("$type($d.nothing)", "null"),
        ("$type($d.empty)", "array"),
        ("$count($d.empty)", 0),
        ("$count($d.missing)", 0),
        ("$boolean($d.empty)", False),
        ("[1..3]", [1, 2, 3]),
        ("$map($d.clusters, function($c) { $c.name })", ["a", "b"]),
        ("$map($d.one, function($c) { $c.name })", "a"),
        ("[$map($d.one, function($c) { $c.name })]", ["a"]),
        ("$filter($d.clusters, function($c) { $c.name = 'b' }).name", "b"),
        ("$merge([{'a': 1}, {'a': 2, 'b': null}])", {"a": 2, "b": None}),
        ("$append($d.empty, {'a': 1})", [{"a": 1}]),
        ("$append([1], 2)", [1, 2]),
        ("$string({'a': [1, null]})", '{"a":[1,null]}'),
        ("$number('12.50')", 12.5),
        ("4 / 2", 2),
        ("$min([3, 1]) + $max([3, 1])", 4),
        ("$contains('Error', /ERR/i)", True),
        ("$match('finished at 0/17184E8', /[0-9A-F]+\\/[0-9A-F]+/)[0].match", "0/17184E8"),
        ("$split('a/b', '/')", ["a", "b"]),
        ("$substringAfter($d.arn, ':log-group:')", "/aws/rds/c/postgresql"),
        ("$toMillis($d.at)", 1795390448123),
        ("$fromMillis(1795390448123)", "2026-11-22T23:34:08.123Z"),
        ("$encodeUrlComponent('/a b:ü')", "%2Fa%20b%3A%C3%BC"),
        ("$millis()", 1795390448007),
        ("$now()", "2026-11-22T23:34:08.007Z"),
        ("$now('[H01]:[m01] [z]', '+0100')", "00:34 GMT+01:00"),
        ("$now() = $fromMillis($millis())", True),
        ("'Running' in ['Scheduled', 'Running']", True),
        ("$parse('{\"a\": [null, 1.5]}')", {"a": [None, 1.5]}),
        ("$parse('[1]')[0]", 1),
    ],
)
def test_a_result_is_plain_json(expression: str, expected: Any) -> None:
    result = evaluate(expression, {"d": DATA}, NOW)
    assert expected == result
    assert type(expected) is type(result)


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("$d.missing", "returned nothing"),
        ("$d.clusters[name = 'z']", "returned nothing"),
        ("$sum", "unsupported result type"),
        ("function($x) { $x }", "unsupported result type"),
        ("[$sum]", "unsupported result type"),
        ("1 + 'a'", "must evaluate to a number"),
        ("$error('mine')", "mine"),
        ("$nosuch(1)", "non-function"),
        ("$parse('{')", "Expecting"),
        ("$parse($d.missing)", "JSON"),
        ("($f := function() { 1 + $f() }; $f())", "nests deeper than 100"),
    ],
)
def test_a_failure_says_why(expression: str, reason: str) -> None:
    with pytest.raises(JSONataException) as failure:
        evaluate(expression, {"d": DATA}, NOW)
    assert reason in (failure.value.details or "")


def test_an_expression_is_evaluated_anew_each_time() -> None:
    """With its own variables and instant, also in threads at once."""
    expression = "($to := $append(?, $n); [$to(0), $millis() % 1000, $map([1, 2], $string)])"

    def one(number: int) -> Any:
        return evaluate(expression, {"n": number}, NOW + timedelta(milliseconds=number))

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(one, range(200)))
    assert [[0, number, 7 + number, "1", "2"] for number in range(200)] == results


@pytest.mark.parametrize(
    "expression",
    [
        pytest.param("($f := function() { $f() }; $f())", id="a loop"),
        pytest.param("$count($map([1..100], function($n) { $n + 1 }))", id="one that is long"),
    ],
)
def test_an_expression_without_end_is_ended(expression: str) -> None:
    """By its steps, so that a slow machine ends nothing else."""
    with pytest.raises(JSONataException) as failure:
        evaluate(expression, {}, NOW, most_steps=300)
    assert "it goes on after 300 steps" in (failure.value.details or "")


@pytest.mark.parametrize("levels", [1, 50, 99])
def test_an_expression_may_nest_as_deep_as_step_functions_evaluates(levels: int) -> None:
    """Parentheses are a level each, and so is what stands within them."""
    assert 1 == evaluate(f"{'(' * levels}1{')' * levels}", {}, NOW)


@pytest.mark.parametrize(
    "expression",
    [
        pytest.param(f"{'(' * 100}1{')' * 100}", id="as it is written"),
        pytest.param("($f := function($n) { $n = 0 ? 0 : 1 + $f($n - 1) }; $f(40))", id="by calls"),
    ],
)
def test_one_that_nests_deeper_is_refused(expression: str) -> None:
    with pytest.raises(JSONataException) as failure:
        evaluate(expression, {}, NOW)
    assert "it nests deeper than 100" in (failure.value.details or "")


def test_what_nests_again_and_again_is_not_deep() -> None:
    """A level ends with its node, as often as there is one."""
    assert 500500 == evaluate("$sum($map([1..1000], function($n) { (((($n)))) }))", {}, NOW)


def test_no_clock_ends_an_evaluation(monkeypatch: pytest.MonkeyPatch) -> None:
    """However slowly it goes: here an hour passes whenever somebody looks."""
    hours = count()
    monkeypatch.setattr(time, "time", lambda: next(hours) * 3600.0)
    assert 5050 == evaluate("$sum($map([1..100], function($n) { $n }))", {}, NOW)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("$n", None),
        ("$n = null", True),
        ("$n != null", False),
        ("$type($n)", "null"),
        ("$exists($n)", True),
        ("$string($n)", "null"),
        ("$n.a = null", False),
        ("{'n': $n}", {"n": None}),
        ("$merge([{'n': 1}, {'n': $n}])", {"n": None}),
        ("$exists($m)", False),
    ],
)
def test_a_variable_that_is_null_is_not_undefined(expression: str, expected: Any) -> None:
    assert expected == evaluate(expression, {"n": None}, NOW)


def test_the_variables_stay_as_they_are() -> None:
    """An expression that changes a part of them works on a copy."""
    data = {"a": [{"b": 1}]}
    assert [{"b": 2}] == evaluate("$d.a ~> | $ | {'b': 2} |", {"d": data}, NOW)
    assert {"a": [{"b": 1}]} == data
