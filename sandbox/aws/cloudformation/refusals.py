"""What CloudFormation refuses before a change set is made; moto asks nothing. Development only.

Parameters that the template does not declare or allow, and roles that nobody has acknowledged.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from moto.cloudformation.exceptions import CloudFormationError, ValidationError
from moto.cloudformation.models import Stack
from moto.cloudformation.responses import CloudFormationResponse

from sandbox.aws.cloudformation.parameters import text_of
from sandbox.aws.cloudformation.sam import translated
from sandbox.aws.json_types import JsonObject
from sandbox.aws.moto_adapters.replacement import replaced

_NAMES: Final = {"AWS::IAM::Role": "RoleName", "AWS::IAM::ManagedPolicy": "ManagedPolicyName"}


class InsufficientCapabilitiesError(CloudFormationError):  # type: ignore[misc]  # moto has no types
    """CloudFormation's answer to a template with roles that nobody acknowledged."""

    code = "InsufficientCapabilitiesException"


@contextmanager
def install() -> Iterator[None]:
    upstream = CloudFormationResponse.create_change_set

    def create_change_set(self: CloudFormationResponse) -> Any:  # noqa: ANN401  moto's
        if text := _template(self):
            template = translated(Stack.parse_template(text), self.region)
            given = {
                parameter["ParameterKey"]: parameter["ParameterValue"]
                for parameter in self._get_param("Parameters", [])
                if not parameter.get("UsePreviousValue")
            }
            check_parameters(template.get("Parameters", {}), given)
            check_capabilities(template["Resources"], set(self._get_param("Capabilities", [])))
        return upstream(self)

    with replaced(CloudFormationResponse, "create_change_set", create_change_set):
        yield


def _template(request: CloudFormationResponse) -> str | None:
    if url := request._get_param("TemplateURL"):  # noqa: SLF001  moto's way to read a request
        return str(request._get_stack_from_s3_url(url))  # noqa: SLF001  the same
    body: str | None = request._get_param("TemplateBody")  # noqa: SLF001  the same
    return body


def check_parameters(declared: Mapping[str, JsonObject], given: Mapping[str, str]) -> None:
    """Raises moto's `ValidationError` with what CloudFormation says of the values."""
    if unknown := sorted(given.keys() - declared.keys()):
        raise ValidationError(
            message=f"Parameters: [{', '.join(unknown)}] do not exist in the template"
        )
    for name, value in given.items():
        if problem := _problem(declared[name], value):
            raise ValidationError(
                message=f"Parameter '{name}' failed to satisfy constraint: {problem}"
            )


def _problem(declared: JsonObject, value: str) -> str | None:
    allowed = [text_of(value) for value in declared.get("AllowedValues", ())]
    if allowed and value not in allowed:
        return f"must be one of {', '.join(allowed)}"
    if re.fullmatch(declared.get("AllowedPattern", "(?s:.*)"), value) is None:
        return str(declared.get("ConstraintDescription", declared["AllowedPattern"]))
    return None


def check_capabilities(resources: Mapping[str, JsonObject], given: set[str]) -> None:
    """Raises `InsufficientCapabilitiesError`."""
    roles = [role for role in resources.values() if role["Type"] in _NAMES]
    named = any(_NAMES[role["Type"]] in role.get("Properties", {}) for role in roles)
    enough = {"CAPABILITY_NAMED_IAM"} if named else {"CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"}
    if roles and not enough & given:
        raise InsufficientCapabilitiesError(f"Requires capabilities : [{min(enough)}]")
