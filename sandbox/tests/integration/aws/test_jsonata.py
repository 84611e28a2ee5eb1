"""JSONata in the interpreter: what reaches an expression, and what its failure becomes."""

import pytest
from botocore.exceptions import ClientError

from sandbox.aws import FakeFunctions, LocalAws
from sandbox.tests.integration.aws.machines import catch, emit, invoke, machine, run

AWKWARD = "say \"hi\" 'there' \\ \n\t/* 🔴 ü */ {% $x %} $states"


def test_strings_arrive_as_they_are() -> None:
    """Quotes, backslashes, line ends and characters beyond ASCII survive input and variables."""
    definition = machine(
        Keep=emit("{% $states.input %}", Assign={"kept": "{% $states.input.text %}"}, Next="Give"),
        Give=emit({"kept": "{% $kept %}", "text": "{% $states.input.text %}"}),
    )
    ran = run(definition, {"text": AWKWARD})
    assert {"kept": AWKWARD, "text": AWKWARD} == ran.output


def test_arrays_of_data_flatten_as_data() -> None:
    """A path through an array of objects with arrays gives one array, as in JSONata proper."""
    definition = machine(Flatten=emit("{% $states.input.clusters.findings %}"))
    ran = run(definition, {"clusters": [{"findings": [1]}, {"findings": [2, 3]}]})
    assert [1, 2, 3] == ran.output


def test_null_is_a_value() -> None:
    definition = machine(Give=emit({"a": "{% $states.input.nothing %}", "b": None}))
    assert {"a": None, "b": None} == run(definition, {"nothing": None}).output


@pytest.mark.parametrize(
    "expression",
    ["{% $states.input.missing %}", "{% 1 + 'a' %}", "{% $sum %}", "{% $error('mine') %}"],
    ids=["undefined", "wrong type", "a function", "its own error"],
)
def test_a_failing_expression_is_a_query_evaluation_error(expression: str) -> None:
    """It can be caught, by name and by States.ALL."""
    handled = catch("States.QueryEvaluationError", to="Caught", Output="{% $states.errorOutput %}")
    definition = machine(
        Work=invoke("Work", expression, Catch=handled), Caught=emit("{% $states.input %}")
    )
    ran = run(definition, functions={"Work": str})
    assert "States.QueryEvaluationError" == ran.output["Error"]
    assert expression[2:-2].strip() in ran.output["Cause"]
    assert {"Work": []} == ran.received


def test_a_failing_expression_outside_a_task_ends_the_execution() -> None:
    ran = run(machine(Give=emit("{% $states.input.missing %}")))
    assert ("FAILED", "States.QueryEvaluationError") == (ran.status, ran.error)
    assert "$states.input.missing" in (ran.cause or "")


@pytest.mark.parametrize(
    "expression",
    ["{% $states.input. %}", "{% $.a %}", "{% $$ %}", "{% $eval('1') %}", "{% $uuid() %}"],
    ids=["no JSONata", "the context item", "the root", "$eval", "not supported"],
)
def test_a_definition_with_an_unusable_expression_is_refused(expression: str) -> None:
    with LocalAws(FakeFunctions({})) as aws, pytest.raises(ClientError, match=r"definition|parse"):
        aws.create_state_machine("machine", machine(Give=emit(expression)))


def test_the_context_object_has_aws_timestamps() -> None:
    """ISO 8601 in UTC with milliseconds and a Z, which $toMillis understands."""
    definition = machine(
        Give=emit(
            {
                "start": "{% $states.context.Execution.StartTime %}",
                "millis": "{% $toMillis($states.context.State.EnteredTime) %}",
                "input": "{% $states.context.Execution.Input.a %}",
                "machine": "{% $states.context.StateMachine.Name %}",
                "id": "{% $states.context.Execution.Id %}",
                "recent": "{% $abs($millis() - $toMillis($now())) < 60000 %}",
            }
        )
    )
    output = run(definition, {"a": 7}).output
    assert output["start"].endswith("Z")
    assert "2026-11-22T23:34:08.123Z".index(".") == output["start"].index(".")
    assert output["millis"] > 1_700_000_000_000
    assert (7, "machine", True) == (output["input"], output["machine"], output["recent"])
    assert ":execution:machine:" in output["id"]
