"""What is to be deployed, out of make's variables. Pure but for reading our own template."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any, Final

import yaml  # type: ignore[import-untyped]  # PyYAML, by way of Chalice

from scripts.arguments import ArgumentError, members, required
from scripts.deploy import schedule
from scripts.package import TEMPLATE

VARIABLES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "ARCHITECTURE": "Architecture",
        "DATABASE_USER": "DatabaseUser",
        "EMAIL": "AlertEmail",
        "KMS_KEY": "KmsKeyArn",
        "LOG_GROUPS": "DatabaseLogGroups",
        "PARAMETER_PATH": "SsmParameterPath",
        "RETENTION_DAYS": "LogRetentionDays",
        "RUNBOOK": "RunbookUrl",
        "SCHEDULE": "ScheduleExpression",
        "SCHEDULE_STATE": "ScheduleState",
        "SECURITY_GROUPS": "SecurityGroupIds",
        "SILENCE_SECONDS": "SilenceSeconds",
        "SUBNETS": "SubnetIds",
    }
)
"""make's variables, and the parameters of the template they fill in."""

KNOWN: Final = frozenset({"STACK", "BUCKET", "REGION", *VARIABLES})
MAX_STACK_NAME: Final = 64 - len("-CheckReplication")
"""A function's name has at most 64 characters (Lambda API), and is the stack's with a suffix."""

_STACK_NAME: Final = re.compile(r"[a-zA-Z][-a-zA-Z0-9]*")
"""CloudFormation API, CreateStack: pattern of a stack's name."""


@dataclass(frozen=True, slots=True)
class Request:
    """`overrides` are the template's parameters that were given; all others stay as they are."""

    stack: str
    bucket: str
    overrides: Mapping[str, str]

    def effective(self, deployed: Mapping[str, str]) -> dict[str, str]:
        """Every parameter of the template as it will be, `deployed` being the stack's own."""
        defaults = {
            name: str(declared.get("Default", "")) for name, declared in declarations().items()
        }
        return {**defaults, **deployed, **self.overrides}


def read(given: Mapping[str, str]) -> Request:
    """Raises `ArgumentError` that names every variable that is missing or malformed."""
    stack, bucket = required(given, "STACK", "BUCKET")
    overrides = {
        parameter: _value(parameter, given[variable])
        for variable, parameter in VARIABLES.items()
        if variable in given
    }
    problems = [*stack_name_problems(stack), *_problems(overrides)]
    if problems:
        raise ArgumentError("; ".join(problems))
    return Request(stack, bucket, overrides)


def stack_name_problems(name: str) -> Iterator[str]:
    if not _STACK_NAME.fullmatch(name):
        yield f"STACK is {name!r}, not a letter followed by letters, digits and hyphens"
    if len(name) > MAX_STACK_NAME:
        yield (
            f"STACK has {len(name)} characters, not at most {MAX_STACK_NAME}: "
            "the functions' names begin with it"
        )


def silence_problem(effective: Mapping[str, str]) -> str | None:
    """An alarm that would ring between two runs of the schedule; None if it would not."""
    shortest = schedule.shortest_silence(effective["ScheduleExpression"])
    enabled = effective["ScheduleState"] == "ENABLED"
    if not enabled or shortest is None or int(effective["SilenceSeconds"]) >= shortest:
        return None
    allowed = declarations()["SilenceSeconds"]["AllowedValues"]
    enough = next((seconds for seconds in allowed if seconds >= shortest), None)
    fix = f"add SILENCE_SECONDS={enough}" if enough else "check more often"
    return (
        f"with {effective['ScheduleExpression']} the alarm for {effective['SilenceSeconds']} "
        f"seconds without a success would ring between two checks: {fix}"
    )


@cache
def declarations() -> Mapping[str, Mapping[str, Any]]:
    """The parameters of the template as it declares them."""
    document = yaml.load(TEMPLATE.read_text(), _Loader)  # noqa: S506 - a SafeLoader
    return MappingProxyType(document["Parameters"])


class _Loader(yaml.SafeLoader):  # type: ignore[misc]  # PyYAML has no types
    """Leaves out what CloudFormation's own tags (`!Sub`) say."""


_Loader.add_multi_constructor("!", lambda _loader, _suffix, _node: None)


def _value(parameter: str, text: str) -> str:
    is_list = declarations()[parameter]["Type"] == "CommaDelimitedList"
    return ",".join(members(text)) if is_list else text


def _problems(overrides: Mapping[str, str]) -> Iterable[str]:
    for variable, parameter in VARIABLES.items():
        if parameter in overrides:
            problem = _problem(parameter, overrides[parameter])
            if problem is not None:
                yield f"{variable} {problem}"


def _problem(parameter: str, value: str) -> str | None:
    """What CloudFormation would say of the value, before anything is uploaded."""
    declared = declarations()[parameter]
    allowed = [str(value) for value in declared.get("AllowedValues", [])]
    if allowed and value not in allowed:
        return f"is {value!r}, not one of {', '.join(allowed)}"
    if not re.fullmatch(declared.get("AllowedPattern", ".*"), value):
        wanted = declared.get("ConstraintDescription", f"of the form {declared['AllowedPattern']}")
        return f"is {value!r}; wanted is: {wanted}"
    return schedule.problem(value) if parameter == "ScheduleExpression" else None
