"""What policies allow, and what calls ask for."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from sandbox.aws.gateway import Call
from sandbox.aws.iam import Policy, Request, UnknownActionError, UnsupportedPolicyError, requests_of

REGION, ACCOUNT = "eu-west-1", "123456789012"
TABLE = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/Incidents"
SSM = f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter"


def allow(action: Any = "dynamodb:Scan", resource: Any = TABLE, **further: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **further}


def policy(*statements: dict[str, Any]) -> Policy:
    return Policy.of([{"Version": "2012-10-17", "Statement": list(statements)}])


VIA_SSM = {"StringEquals": {"kms:ViaService": "ssm.eu-west-1.amazonaws.com"}}


@pytest.mark.parametrize(
    ("statements", "allowed"),
    [
        pytest.param([allow()], True, id="named in full"),
        pytest.param([], False, id="nothing said"),
        pytest.param([allow("dynamodb:PutItem")], False, id="another action"),
        pytest.param([allow(resource=f"{TABLE}2")], False, id="another resource"),
        pytest.param([allow(resource=TABLE[:-1])], False, id="a part of the resource's name"),
        pytest.param([allow(resource="arn:aws:dynamodb:*:table/*")], True, id="a wildcard"),
        pytest.param([allow(resource=f"{TABLE[:-1]}?")], True, id="one character"),
        pytest.param([allow(["dynamodb:GetItem", "DynamoDB:scan"])], True, id="case of the action"),
        pytest.param([allow(), {**allow("*", "*"), "Effect": "Deny"}], False, id="denied too"),
        pytest.param([allow(Condition=VIA_SSM)], True, id="a condition that holds"),
        pytest.param(
            [allow(Condition={"StringEquals": {"kms:ViaService": "s3"}})], False, id="does not hold"
        ),
        pytest.param(
            [allow(Condition={"StringLike": {"aws:Missing": "*"}})], False, id="an absent key"
        ),
        pytest.param(
            [allow(), {**allow(), "Effect": "Deny", "Condition": {"ArnEquals": {"no": "*"}}}],
            True,
            id="a denial whose condition does not hold",
        ),
    ],
)
def test_a_request_is_allowed_or_not(statements: list[dict[str, Any]], allowed: bool) -> None:  # noqa: FBT001  a table's column
    context = {"kms:ViaService": "ssm.eu-west-1.amazonaws.com"}
    assert allowed == policy(*statements).allows(Request("dynamodb:Scan", TABLE, context))


@pytest.mark.parametrize(
    "statement",
    [
        pytest.param({"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"}, id="NotAction"),
        pytest.param(allow(Condition={"IpAddress": {"aws:SourceIp": "::1"}}), id="condition"),
        pytest.param(allow(resource="arn:aws:s3:::${aws:username}"), id="policy variable"),
        pytest.param({**allow(), "Effect": "allow"}, id="effect"),
    ],
)
def test_what_is_not_known_is_refused(statement: dict[str, Any]) -> None:
    with pytest.raises(UnsupportedPolicyError):
        policy(statement)


def call(service: str, action: str, body: str = "{}") -> Call:
    return Call(service, action, datetime.now(UTC), "role", body.encode())


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (call("dynamodb", "Scan", '{"TableName": "Incidents"}'), {("dynamodb:Scan", TABLE)}),
        (
            call("lambda", "POST /2015-03-31/functions/arn:aws:lambda:function:a/invocations"),
            {("lambda:InvokeFunction", "arn:aws:lambda:function:a")},
        ),
        (
            call("logs", "StartQuery", '{"logGroupIdentifiers": ["/aws/rds"]}'),
            {
                (
                    "logs:StartQuery",
                    f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/rds:log-stream:",
                )
            },
        ),
        (
            call("sns", "Publish", "Action=Publish&TopicArn=arn%3Aaws%3Asns&Message=a"),
            {("sns:Publish", "arn:aws:sns")},
        ),
        (
            call("ssm", "GetParametersByPath", '{"Path": "/monitor/"}'),
            {("ssm:GetParametersByPath", f"{SSM}/monitor/")},
        ),
    ],
    ids=lambda one: one.service if isinstance(one, Call) else "",
)
def test_a_call_asks_for_an_action_on_resources(made: Call, expected: set[Any]) -> None:
    asked = requests_of(made, REGION, ACCOUNT)
    assert expected == {(request.action, request.resource) for request in asked}


@pytest.mark.parametrize(
    ("action", "parameters", "decrypted"),
    [
        ("GetParameters", {"Names": ["/a/token", "/a/channel"]}, ["/a/token"]),
        ("GetParametersByPath", {"Path": "/a/"}, ["/a/token", "/a/b/password"]),
        ("GetParametersByPath", {"Path": "/a/b"}, ["/a/b/password"]),
    ],
)
def test_secrets_are_decrypted_in_the_callers_name(
    action: str, parameters: dict[str, Any], decrypted: list[str]
) -> None:
    made = call("ssm", action, json.dumps({**parameters, "WithDecryption": True}))
    asked = requests_of(made, REGION, ACCOUNT, ["/a/token", "/a/b/password", "/other/token"])
    decryptions = [request.context for request in asked if request.action == "kms:Decrypt"]
    names = [
        context["kms:EncryptionContext:PARAMETER_ARN"].removeprefix(SSM) for context in decryptions
    ]
    assert decrypted == names


def test_an_unknown_action_is_refused() -> None:
    with pytest.raises(UnknownActionError, match="dynamodb:DeleteTable"):
        list(requests_of(call("dynamodb", "DeleteTable"), REGION, ACCOUNT))
