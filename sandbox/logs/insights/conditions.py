"""Conditions of `filter`. Development only."""

import re
from dataclasses import dataclass
from typing import Protocol

from sandbox.logs.insights.expressions import Expression
from sandbox.logs.insights.values import Row, text


class Condition(Protocol):
    def holds(self, row: Row) -> bool: ...


@dataclass(frozen=True, slots=True)
class Like:
    """The pattern is found anywhere in the value."""

    value: Expression
    pattern: re.Pattern[str]

    def holds(self, row: Row) -> bool:
        return self.pattern.search(text(self.value.evaluate(row))) is not None


@dataclass(frozen=True, slots=True)
class Not:
    condition: Condition

    def holds(self, row: Row) -> bool:
        return not self.condition.holds(row)


@dataclass(frozen=True, slots=True)
class All:
    conditions: tuple[Condition, ...]

    def holds(self, row: Row) -> bool:
        return all(condition.holds(row) for condition in self.conditions)


@dataclass(frozen=True, slots=True)
class AnyOf:
    conditions: tuple[Condition, ...]

    def holds(self, row: Row) -> bool:
        return any(condition.holds(row) for condition in self.conditions)
