"""Expressions that give a value for a row: fields and function calls. Development only."""

from dataclasses import dataclass
from typing import Protocol

from sandbox.logs.insights.values import Row, Value, text


class Expression(Protocol):
    def evaluate(self, row: Row) -> Value: ...


@dataclass(frozen=True, slots=True)
class Field:
    name: str

    def evaluate(self, row: Row) -> Value:
        return row[self.name]


@dataclass(frozen=True, slots=True)
class Substr:
    """From a character, counted from 0, so many of them, or to the end."""

    string: Expression
    start: int
    length: int | None = None

    def evaluate(self, row: Row) -> Value:
        end = None if self.length is None else self.start + self.length
        return text(self.string.evaluate(row))[self.start : end]


@dataclass(frozen=True, slots=True)
class Strlen:
    """In code points."""

    string: Expression

    def evaluate(self, row: Row) -> Value:
        return len(text(self.string.evaluate(row)))
