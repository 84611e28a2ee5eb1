"""Conditions of `filter`, in three-valued logic. Development only.

A comparison with an absent field is neither true nor false (None), and so is its negation; `filter`
keeps what is true. AWS documents no rule; this is the one under which a query shows too little
rather than lines its author did not mean.
"""

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Protocol

from sandbox.logs.insights.expressions import Expression
from sandbox.logs.insights.values import Row, number, text

OPERATORS: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


class Condition(Protocol):
    def holds(self, row: Row) -> bool | None: ...


@dataclass(frozen=True, slots=True)
class Comparison:
    left: Expression
    operator: str
    right: Expression

    def holds(self, row: Row) -> bool | None:
        left, right = self.left.evaluate(row), self.right.evaluate(row)
        if left is None or right is None:
            return None
        numbers = (number(left), number(right))
        pair = (text(left), text(right)) if None in numbers else numbers
        return OPERATORS[self.operator](*pair)


@dataclass(frozen=True, slots=True)
class Like:
    """The pattern is found anywhere in the value."""

    value: Expression
    pattern: re.Pattern[str]

    def holds(self, row: Row) -> bool | None:
        value = self.value.evaluate(row)
        return None if value is None else self.pattern.search(text(value)) is not None


@dataclass(frozen=True, slots=True)
class IsPresent:
    field: Expression

    def holds(self, row: Row) -> bool:
        return self.field.evaluate(row) is not None


@dataclass(frozen=True, slots=True)
class Not:
    condition: Condition

    def holds(self, row: Row) -> bool | None:
        held = self.condition.holds(row)
        return None if held is None else not held


@dataclass(frozen=True, slots=True)
class All:
    conditions: tuple[Condition, ...]

    def holds(self, row: Row) -> bool | None:
        held = [condition.holds(row) for condition in self.conditions]
        return False if False in held else None if None in held else True


@dataclass(frozen=True, slots=True)
class AnyOf:
    conditions: tuple[Condition, ...]

    def holds(self, row: Row) -> bool | None:
        held = [condition.holds(row) for condition in self.conditions]
        return True if True in held else None if None in held else False
