"""A role's policies, evaluated as IAM does. Development only.

Of IAM's language what our policies use; anything else is refused, never ignored.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from sandbox.aws.iam.requests import Request
from sandbox.aws.json_types import Json, JsonObject


class UnsupportedPolicyError(Exception):
    """A policy uses a part of IAM's language that is not known here."""


def _equals(pattern: str, value: str) -> bool:
    return pattern == value


def _matches(pattern: str, value: str) -> bool:
    """With IAM's wildcards: * for any characters, slashes and colons too, ? for one."""
    return _regex(pattern).fullmatch(value) is not None


_OPERATORS: Final[Mapping[str, Callable[[str, str], bool]]] = {
    "ArnEquals": _matches,
    "ArnLike": _matches,
    "StringEquals": _equals,
    "StringLike": _matches,
}
_KEYS: Final = {"Sid", "Effect", "Action", "Resource", "Condition"}


@dataclass(frozen=True, slots=True)
class Statement:
    """`conditions` are (operator, context key, values); all must hold, each for one value."""

    effect: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    conditions: tuple[tuple[str, str, tuple[str, ...]], ...] = ()

    def applies_to(self, request: Request) -> bool:
        return (
            any(_matches(action.lower(), request.action.lower()) for action in self.actions)
            and any(_matches(resource, request.resource) for resource in self.resources)
            and all(_holds(*condition, request) for condition in self.conditions)
        )


@dataclass(frozen=True, slots=True)
class Policy:
    """All statements of a role."""

    statements: tuple[Statement, ...]

    @classmethod
    def of(cls, documents: Iterable[JsonObject]) -> "Policy":
        """Read policy documents. Raises `UnsupportedPolicyError`."""
        return cls(
            tuple(_statement(entry) for document in documents for entry in document["Statement"])
        )

    def allows(self, request: Request) -> bool:
        """Whether a statement allows it and none denies it."""
        effects = {
            statement.effect for statement in self.statements if statement.applies_to(request)
        }
        return effects == {"Allow"}

    def allowed_actions(self) -> set[str]:
        """Every action that a statement allows somewhere, as it is written there."""
        return {
            action
            for statement in self.statements
            if statement.effect == "Allow"
            for action in statement.actions
        }


def _statement(document: JsonObject) -> Statement:
    if unknown := document.keys() - _KEYS:
        raise UnsupportedPolicyError(f"{', '.join(sorted(unknown))} in {document}")
    if document["Effect"] not in ("Allow", "Deny"):
        raise UnsupportedPolicyError(f"the Effect {document['Effect']}")
    conditions = document.get("Condition", {})
    if unknown := conditions.keys() - _OPERATORS.keys():
        raise UnsupportedPolicyError(f"the condition {', '.join(sorted(unknown))}")
    resources = _strings(document["Resource"])
    if variables := [resource for resource in resources if "${" in resource]:
        raise UnsupportedPolicyError(f"the policy variable in {variables[0]}")
    return Statement(
        document["Effect"],
        _strings(document["Action"]),
        resources,
        tuple(
            (operator, key, _strings(values))
            for operator, keys in conditions.items()
            for key, values in keys.items()
        ),
    )


def _holds(operator: str, key: str, values: tuple[str, ...], request: Request) -> bool:
    """False for a key that the request has not, as these operators are without IfExists."""
    value = request.context.get(key)
    return value is not None and any(_OPERATORS[operator](wanted, value) for wanted in values)


def _regex(pattern: str) -> re.Pattern[str]:
    return re.compile(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "."), re.DOTALL)


def _strings(value: Json) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)
