"""The commands of a query, each from rows to rows. Development only."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from sandbox.logs.insights.conditions import Condition
from sandbox.logs.insights.expressions import Expression
from sandbox.logs.insights.values import Row


class Command(Protocol):
    def apply(self, rows: Sequence[Row]) -> Sequence[Row]: ...


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    value: Expression


@dataclass(frozen=True, slots=True)
class Fields:
    """Makes the columns' fields; which of them are shown is the query's `columns`."""

    columns: tuple[Column, ...]

    def apply(self, rows: Sequence[Row]) -> Sequence[Row]:
        return [{**row, **self._made(row)} for row in rows]

    def _made(self, row: Row) -> Row:
        return {column.name: column.value.evaluate(row) for column in self.columns}


@dataclass(frozen=True, slots=True)
class Filter:
    condition: Condition

    def apply(self, rows: Sequence[Row]) -> Sequence[Row]:
        return [row for row in rows if self.condition.holds(row)]


@dataclass(frozen=True, slots=True)
class SortByTime:
    """Rows of the same time stay as they are."""

    newest_first: bool

    def apply(self, rows: Sequence[Row]) -> Sequence[Row]:
        return sorted(rows, key=lambda row: row["@timestamp"], reverse=self.newest_first)


@dataclass(frozen=True, slots=True)
class Limit:
    rows: int

    def apply(self, rows: Sequence[Row]) -> Sequence[Row]:
        return rows[: self.rows]
