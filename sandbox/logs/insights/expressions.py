"""Expressions that give a value for a row: literals, fields, function calls. Development only."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

from sandbox.logs.insights.values import Row, Value, text


class Expression(Protocol):
    def evaluate(self, row: Row) -> Value: ...


@dataclass(frozen=True, slots=True)
class Literal:
    value: str | int | float

    def evaluate(self, row: Row) -> Value:  # noqa: ARG002  the protocol's argument
        return self.value


@dataclass(frozen=True, slots=True)
class Field:
    name: str

    def evaluate(self, row: Row) -> Value:
        return row.get(self.name)


@dataclass(frozen=True, slots=True)
class Function:
    """Its arguments: how many, and from which on they must be whole numbers written out."""

    apply: Callable[..., Value]
    fewest: int
    most: int
    numbers_from: int = 99


@dataclass(frozen=True, slots=True)
class Call:
    """A function over arguments; absent if an argument is absent, but for `coalesce`."""

    function: Function
    arguments: tuple[Expression, ...]

    def evaluate(self, row: Row) -> Value:
        values = [argument.evaluate(row) for argument in self.arguments]
        if self.function.apply is _coalesce:
            return _coalesce(*values)
        present = [value for value in values if value is not None]
        return self.function.apply(*present) if len(present) == len(values) else None


def _coalesce(*values: Value) -> Value:
    return next((value for value in values if value is not None), None)


def _substr(string: str | float, start: int, length: int | None = None) -> str:
    end = None if length is None else start + length
    return text(string)[start:end]


def _trim(string: str | float, characters: str | float | None = None) -> str:
    return text(string).strip(None if characters is None else text(characters))


FUNCTIONS: Final = {
    "coalesce": Function(_coalesce, 1, 99),
    "concat": Function(lambda *strings: "".join(map(text, strings)), 1, 99),
    "lower": Function(lambda string: text(string).lower(), 1, 1),
    "replace": Function(lambda string, old, new: text(string).replace(text(old), text(new)), 3, 3),
    "strlen": Function(lambda string: len(text(string)), 1, 1),
    "substr": Function(_substr, 2, 3, numbers_from=1),
    "tolower": Function(lambda string: text(string).lower(), 1, 1),
    "trim": Function(_trim, 1, 2),
}
