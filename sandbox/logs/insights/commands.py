"""The commands of a query, each from rows to rows. Development only."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from sandbox.logs.insights.conditions import Condition
from sandbox.logs.insights.expressions import Expression
from sandbox.logs.insights.values import Row, Value, sort_key, text


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
class Parse:
    """Makes one field per named group; a row that does not match stays, without the fields."""

    field: Expression
    pattern: re.Pattern[str]
    names: tuple[str, ...]

    def apply(self, rows: Sequence[Row]) -> Sequence[Row]:
        return [{**row, **self._extracted(row)} for row in rows]

    def _extracted(self, row: Row) -> Row:
        value = self.field.evaluate(row)
        match = None if value is None else self.pattern.search(text(value))
        return {} if match is None else dict(zip(self.names, match.groups(), strict=True))


@dataclass(frozen=True, slots=True)
class SortKey:
    field: str
    descending: bool


@dataclass(frozen=True, slots=True)
class Sort:
    keys: tuple[SortKey, ...]

    def apply(self, rows: Sequence[Row]) -> Sequence[Row]:
        for key in reversed(self.keys):
            rows = _sorted(rows, key)
        return rows


def _sorted(rows: Sequence[Row], key: SortKey) -> Sequence[Row]:
    return sorted(rows, key=lambda row: sort_key(row.get(key.field)), reverse=key.descending)


@dataclass(frozen=True, slots=True)
class Dedup:
    """Keeps the first row of each combination of values; absent values are no duplicates."""

    fields: tuple[str, ...]

    def apply(self, rows: Sequence[Row]) -> Sequence[Row]:
        seen: set[tuple[Value, ...]] = set()
        return [row for row in rows if self._is_new(row, seen)]

    def _is_new(self, row: Row, seen: set[tuple[Value, ...]]) -> bool:
        values = tuple(row.get(field) for field in self.fields)
        if None in values:
            return True
        is_new = values not in seen
        seen.add(values)
        return is_new


@dataclass(frozen=True, slots=True)
class Limit:
    rows: int

    def apply(self, rows: Sequence[Row]) -> Sequence[Row]:
        return rows[: self.rows]
