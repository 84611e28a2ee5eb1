"""What DynamoDB and SNS refuse, though moto does not."""

from typing import Any

import pytest
from moto.dynamodb.exceptions import MockValidationException
from moto.sns.exceptions import InvalidParameterValue

from sandbox.aws.moto_adapters import dynamodb, sns

X = {":x": {"S": "1"}}


@pytest.mark.parametrize(
    "request_",
    [
        {"Item": {"cluster": {"S": "a"}}},
        {"ConditionExpression": "#a = :x", "ExpressionAttributeNames": {"#a": "a"}},
        {"FilterExpression": "a = :x", "ProjectionExpression": "a, b"},
        {"UpdateExpression": "SET a = :x", "ConditionExpression": "a < :x"},
        {"Item": {"a": {"L": [{"S": ""}, {"M": {"b": {"NULL": True}}}]}}},
    ],
)
def test_a_sound_request_passes(request_: dict[str, Any]) -> None:
    values = X if any(":x" in str(value) for value in request_.values()) else {}
    dynamodb.check({**request_, "ExpressionAttributeValues": values})


@pytest.mark.parametrize(
    ("request_", "reason"),
    [
        ({"Item": {"a": {}}}, "AttributeValue is empty"),
        ({"Item": {"a": {"S": "1", "N": "1"}}}, "more than one datatypes"),
        ({"Item": {"a": {"L": [{}]}}}, "AttributeValue is empty"),
        ({"Item": {"a": {"M": {"b": {}}}}}, "AttributeValue is empty"),
        ({"Key": {"a": {}}}, "AttributeValue is empty"),
        ({"ExpressionAttributeValues": X}, "ExpressionAttributeValues can only be specified"),
        ({"FilterExpression": "a = :x"}, "Invalid FilterExpression.*value: :x"),
        ({"ConditionExpression": "#a = b"}, "Invalid ConditionExpression.*name: #a"),
        (
            {"FilterExpression": "a = b", "ExpressionAttributeValues": X},
            "ExpressionAttributeValues unused in expressions: keys: {:x}",
        ),
        (
            {"ProjectionExpression": "a", "ExpressionAttributeNames": {"#a": "a"}},
            "ExpressionAttributeNames unused in expressions: keys: {#a}",
        ),
    ],
)
def test_what_dynamodb_refuses(request_: dict[str, Any], reason: str) -> None:
    with pytest.raises(MockValidationException, match=reason):
        dynamodb.check(request_)


@pytest.mark.parametrize("subject", [None, "x", "x" * 100, "größer"])
def test_a_subject_that_sns_takes(subject: str | None) -> None:
    sns.check("text", subject)


@pytest.mark.parametrize(
    ("message", "subject", "reason"),
    [
        ("text", "", "Subject"),
        ("text", "two\nlines", "Subject"),
        ("text", "tab\t", "Subject"),
        ("text", "line\u2028separator", "Subject"),
        ("", None, "Empty message"),
    ],
)
def test_what_sns_refuses(message: str, subject: str | None, reason: str) -> None:
    with pytest.raises(InvalidParameterValue, match=reason):
        sns.check(message, subject)
