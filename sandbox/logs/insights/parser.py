"""Reads a query: commands between pipes. Development only."""

from collections.abc import Callable
from typing import Final

from sandbox.logs.insights.commands import Column, Command, Fields, Filter, Limit, SortByTime
from sandbox.logs.insights.cursor import Cursor
from sandbox.logs.insights.grammar import read_condition, read_expression
from sandbox.logs.insights.query import MAX_ROWS, Query
from sandbox.logs.insights.tokens import Kind

ReadCommand = Callable[[], Command]

_DEFAULT_COLUMNS: Final = ("@timestamp", "@message")


def parse(query: str) -> Query:
    """The query, ready to run; raises MalformedQueryError."""
    return _Parser(Cursor(query)).query()


class _Parser:
    def __init__(self, cursor: Cursor) -> None:
        self._cursor = cursor
        self._columns: list[str] = []
        self._commands: dict[str, ReadCommand] = {
            "fields": self._fields,
            "filter": self._filter,
            "sort": self._sort,
            "limit": self._limit,
        }

    def query(self) -> Query:
        commands = [self._command()]
        while self._cursor.token.kind is not Kind.END:
            self._cursor.expect("|")
            commands.append(self._command())
        return Query(tuple(commands), tuple(dict.fromkeys(self._columns or _DEFAULT_COLUMNS)))

    def _command(self) -> Command:
        token = self._cursor.token
        if token.kind is not Kind.NAME or token.text not in self._commands:
            supported = ", ".join(self._commands)
            raise self._cursor.malformed(f"unknown command {token.text!r}", token, supported)
        self._cursor.advance()
        return self._commands[token.text]()

    def _fields(self) -> Fields:
        columns = [self._column()]
        while self._cursor.accept(","):
            columns.append(self._column())
        self._columns += [column.name for column in columns]
        return Fields(tuple(columns))

    def _column(self) -> Column:
        start = self._cursor.token
        value = read_expression(self._cursor)
        written = self._cursor.source(start)
        return Column(self._cursor.new_field() if self._cursor.accept("as") else written, value)

    def _filter(self) -> Filter:
        return Filter(read_condition(self._cursor))

    def _sort(self) -> SortByTime:
        self._cursor.expect("@timestamp")
        direction = self._cursor.accept("asc", "desc")
        return SortByTime(newest_first=direction is not None and direction.text == "desc")

    def _limit(self) -> Limit:
        token = self._cursor.token
        rows = self._cursor.whole_number()
        if not 1 <= rows <= MAX_ROWS:
            raise self._cursor.malformed(f"limit {rows}", token, f"1 to {MAX_ROWS}")
        return Limit(rows)
