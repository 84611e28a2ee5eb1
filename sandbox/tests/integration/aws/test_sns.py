"""SNS from a state machine."""

from typing import Any

import pytest

from sandbox.aws import FakeFunctions, LocalAws
from sandbox.aws.executions import start_execution, wait_for_end
from sandbox.tests.integration.aws.machines import catch, emit, machine, publish

TEXT = {"Subject": "{% $states.input.subject %}", "Message": "{% $states.input.text %}"}


def run(
    arguments: dict[str, Any], data: Any = None
) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    """What came of an execution that publishes to a topic, and what the topic got."""
    with LocalAws(FakeFunctions({})) as aws:
        topic = aws.create_topic("Alerts")
        definition = machine(Publish=publish({"TopicArn": topic, **arguments}))
        client = aws.client("stepfunctions")
        arn = aws.create_state_machine("machine", definition)
        described = wait_for_end(client, start_execution(client, arn, data or {}))
        return dict(described), aws.published(topic)


def test_subject_and_message_arrive_as_they_are() -> None:
    text = 'orders_sub stopped & "failed" 🔴\n\nRemedy: <none>\n'
    described, published = run(TEXT, {"subject": "sample-cluster: größer", "text": text})
    assert [("sample-cluster: größer", text)] == published
    assert '{"MessageId":"' in described["output"]


def test_a_message_that_is_no_text_is_sent_as_json() -> None:
    _, published = run({"Message": {"a": [1, None]}})
    assert [("", '{"a": [1, null]}')] == published


@pytest.mark.parametrize(
    ("subject", "text"), [("x" * 101, "a"), ("two\nlines", "a"), ("", "a"), ("fine", "")], ids=str
)
def test_what_sns_does_not_take_is_an_invalid_parameter(subject: str, text: str) -> None:
    described, published = run(TEXT, {"subject": subject, "text": text})
    assert "SNS.InvalidParameterException" == described["error"]
    assert [] == published


@pytest.mark.parametrize(
    ("arguments", "cause"),
    [
        ({"Subject": "a"}, "'Message' is required"),
        ({"Subject": 1, "Message": "a"}, "'Subject' must be a STRING"),
        ({"Message": "a", "Title": "b"}, '"Title" is not supported'),
    ],
    ids=["missing", "type", "unknown"],
)
def test_a_task_with_wrong_parameters_does_not_start(arguments: Any, cause: str) -> None:
    described, published = run(arguments)
    assert "States.Runtime" == described["error"]
    assert cause in described["cause"]
    assert [] == published


def test_a_topic_that_is_not_there_is_not_found() -> None:
    absent = f"arn:aws:sns:{LocalAws.region}:{LocalAws.account}:None"
    described, _ = run({"TopicArn": absent, "Message": "a"})
    assert "SNS.NotFoundException" == described["error"]


@pytest.mark.parametrize(
    ("status", "code", "error"),
    [
        (403, "AuthorizationError", "SNS.AuthorizationErrorException"),
        (500, "InternalError", "SNS.InternalErrorException"),
        (429, "Throttled", "SNS.ThrottledException"),
        (503, "ServiceUnavailable", "SNS.AmazonSNSException"),
    ],
)
def test_a_service_that_fails(status: int, code: str, error: str) -> None:
    with LocalAws(FakeFunctions({})) as aws:
        topic = aws.create_topic("Alerts")
        aws.gateway.fail("sns", "Publish", status=status, code=code)
        definition = machine(
            Publish=publish({"TopicArn": topic, "Message": "a"}, Catch=catch(error, to="Caught")),
            Caught=emit("caught"),
        )
        client = aws.client("stepfunctions")
        arn = aws.create_state_machine("machine", definition)
        assert '"caught"' == wait_for_end(client, start_execution(client, arn, {}))["output"]
        assert [] == aws.published(topic)
