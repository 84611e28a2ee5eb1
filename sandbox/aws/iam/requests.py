"""What a call to AWS asks of IAM: action, resource and context. Development only."""

import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qs

from sandbox.aws.gateway import Call
from sandbox.aws.json_types import JsonObject

_INVOKE: Final = re.compile(r"POST /2015-03-31/functions/(?P<arn>[^/]+)/invocations")


class UnknownActionError(Exception):
    """It is not known here which resources this action is about."""


@dataclass(frozen=True, slots=True)
class Request:
    """One question to IAM; `context` holds the condition keys."""

    action: str
    resource: str
    context: Mapping[str, str] = field(default_factory=dict, hash=False)


Resources = Callable[[JsonObject, str, str], list[str]]
"""(the call's parameters, region, account) → ARNs."""


def _table(call: JsonObject, region: str, account: str) -> list[str]:
    return [f"arn:aws:dynamodb:{region}:{account}:table/{call['TableName']}"]


def _log_groups(call: JsonObject, region: str, account: str) -> list[str]:
    """As CloudWatch Logs names them to IAM: with an empty log stream behind."""
    names = [
        *call.get("logGroupIdentifiers", []),
        *call.get("logGroupNames", []),
        *([call["logGroupName"]] if "logGroupName" in call else []),
    ]
    prefix = f"arn:aws:logs:{region}:{account}:log-group:"
    return [f"{prefix}{name.removeprefix(prefix)}:log-stream:" for name in names]


def _parameters(call: JsonObject, region: str, account: str) -> list[str]:
    return [_parameter(name, region, account) for name in call["Names"]]


def _parameter_path(call: JsonObject, region: str, account: str) -> list[str]:
    """The path as it was given: with its last slash if it had one."""
    return [_parameter(call["Path"], region, account)]


def _parameter(name: str, region: str, account: str) -> str:
    return f"arn:aws:ssm:{region}:{account}:parameter{name}"


def _any(_call: JsonObject, _region: str, _account: str) -> list[str]:
    """IAM knows no resource for it."""
    return ["*"]


_RESOURCES: Final[Mapping[str, Resources]] = {
    "dynamodb:GetItem": _table,
    "dynamodb:PutItem": _table,
    "dynamodb:Scan": _table,
    "dynamodb:UpdateItem": _table,
    "lambda:InvokeFunction": lambda call, _region, _account: [call["FunctionName"]],
    "logs:GetQueryResults": _any,
    "logs:StartQuery": _log_groups,
    "logs:StopQuery": _any,
    "sns:Publish": lambda call, _region, _account: [call["TopicArn"]],
    "ssm:GetParameters": _parameters,
    "ssm:GetParametersByPath": _parameter_path,
    "states:StartExecution": lambda call, _region, _account: [call["stateMachineArn"]],
}


def requests_of(
    call: Call, region: str, account: str, secrets: Collection[str] = ()
) -> Iterator[Request]:
    """What IAM is asked for a call, and for what the service does on its caller's behalf.

    `secrets` are the names of the SecureString parameters, which SSM decrypts by KMS. Raises
    `UnknownActionError`.
    """
    action, parameters = _named(call)
    if action not in _RESOURCES:
        raise UnknownActionError(f"{action}, called by {call.caller}")
    resources = _RESOURCES[action](parameters, region, account)
    for resource in resources:
        yield Request(action, resource)
    if parameters.get("WithDecryption"):
        for name in secrets:
            arn = _parameter(name, region, account)
            if any(_is_read(arn, resource, action) for resource in resources):
                yield _decryption(arn, region, account)


def _named(call: Call) -> tuple[str, JsonObject]:
    """The action as IAM names it, and the call's parameters."""
    if invocation := _INVOKE.fullmatch(call.action):
        return "lambda:InvokeFunction", {"FunctionName": invocation["arn"]}
    action = f"{call.service}:{call.action}"
    if call.service == "sns":
        return action, {name: values[0] for name, values in parse_qs(call.body.decode()).items()}
    return action, json.loads(call.body or b"{}")


def _is_read(parameter: str, resource: str, action: str) -> bool:
    if action == "ssm:GetParametersByPath":
        return parameter.startswith(f"{resource.removesuffix('/')}/")
    return parameter == resource


def _decryption(parameter: str, region: str, account: str) -> Request:
    """SSM decrypts in the name of who reads, and says which parameter it is for."""
    return Request(
        "kms:Decrypt",
        f"arn:aws:kms:{region}:{account}:key/1234abcd-12ab-34cd-56ef-1234567890ab",
        {
            "kms:ViaService": f"ssm.{region}.amazonaws.com",
            "kms:EncryptionContext:PARAMETER_ARN": parameter,
        },
    )
