"""Reads a query: commands between pipes. Development only."""

import re
from collections.abc import Callable
from typing import Final, TypeVar

from sandbox.logs.insights.commands import (
    Column,
    Command,
    Dedup,
    Fields,
    Filter,
    Limit,
    Parse,
    Sort,
    SortKey,
)
from sandbox.logs.insights.condition_grammar import read_condition, read_expression, read_regex
from sandbox.logs.insights.cursor import Cursor
from sandbox.logs.insights.expressions import Field
from sandbox.logs.insights.query import MAX_ROWS, Query
from sandbox.logs.insights.tokens import Kind, Token

T = TypeVar("T")

_DEFAULT_COLUMNS: Final = ("@timestamp", "@message")


def parse(query: str) -> Query:
    """The query, ready to run; raises MalformedQueryError."""
    return _Parser(Cursor(query)).query()


class _Parser:
    def __init__(self, cursor: Cursor) -> None:
        self._cursor = cursor
        self._columns: list[str] = []
        self._displayed: list[str] = []
        self._commands: dict[str, Callable[[], Command | None]] = {
            "fields": self._fields,
            "display": self._display,
            "filter": self._filter,
            "parse": self._parse,
            "sort": self._sort,
            "dedup": self._dedup,
            "limit": self._limit,
        }

    def query(self) -> Query:
        commands = [self._command()]
        while self._cursor.token.kind is not Kind.END:
            self._cursor.expect("|")
            self._check_place_after(commands)
            commands.append(self._command())
        columns = self._displayed or self._columns or _DEFAULT_COLUMNS
        return Query(tuple(filter(None, commands)), tuple(dict.fromkeys(columns)))

    def _check_place_after(self, commands: list[Command | None]) -> None:
        token = self._cursor.token
        if token.text != "limit" and any(isinstance(command, Dedup) for command in commands):
            raise self._cursor.malformed(f"{token.text!r} after dedup", token, "limit")

    def _command(self) -> Command | None:
        token = self._cursor.token
        if token.kind is not Kind.NAME or token.text not in self._commands:
            supported = ", ".join(self._commands)
            raise self._cursor.malformed(f"unknown command {token.text!r}", token, supported)
        self._cursor.advance()
        return self._commands[token.text]()

    def _several(self, read: Callable[[], T]) -> list[T]:
        found = [read()]
        while self._cursor.accept(","):
            found.append(read())
        return found

    def _fields(self) -> Fields:
        columns = self._several(self._column)
        self._columns += [column.name for column in columns]
        return Fields(tuple(columns))

    def _column(self) -> Column:
        start = self._cursor.token
        value = read_expression(self._cursor)
        written = self._cursor.source(start)
        return Column(self._cursor.new_field() if self._cursor.accept("as") else written, value)

    def _display(self) -> None:
        self._displayed = self._several(self._cursor.field)

    def _filter(self) -> Filter:
        return Filter(read_condition(self._cursor))

    def _parse(self) -> Parse:
        field = Field(self._cursor.field())
        pattern = self._cursor.token
        if pattern.kind is not Kind.STRING:
            return self._parse_regex(field, pattern)
        self._cursor.advance()
        self._cursor.expect("as")
        names = self._several(self._cursor.new_field)
        if len(names) != pattern.text.count("*"):
            raise self._cursor.malformed(
                f"{pattern.text.count('*')} wildcards for {len(names)} fields", pattern
            )
        return Parse(field, _glob(pattern.text), tuple(names))

    def _parse_regex(self, field: Field, token: Token) -> Parse:
        pattern = read_regex(self._cursor)
        if not pattern.groupindex or len(pattern.groupindex) != pattern.groups:
            raise self._cursor.malformed("groups without a name", token, "(?<name>…) and (?:…)")
        names = [self._cursor.make_field(name, token) for name in pattern.groupindex]
        return Parse(field, pattern, tuple(names))

    def _sort(self) -> Sort:
        return Sort(tuple(self._several(self._sort_key)))

    def _sort_key(self) -> SortKey:
        field = self._cursor.field()
        direction = self._cursor.accept("asc", "desc")
        return SortKey(field, descending=direction is not None and direction.text == "desc")

    def _dedup(self) -> Dedup:
        return Dedup(tuple(self._several(self._cursor.field)))

    def _limit(self) -> Limit:
        token = self._cursor.take(Kind.NUMBER, "a number of rows")
        if not token.text.isdecimal() or not 1 <= int(token.text) <= MAX_ROWS:
            raise self._cursor.malformed(f"limit {token.text}", token, f"1 to {MAX_ROWS}")
        return Limit(int(token.text))


def _glob(pattern: str) -> re.Pattern[str]:
    """`*` takes as little as it can, at the end of the pattern the rest of the line."""
    literals = [re.escape(literal) for literal in pattern.split("*")]
    last = "(.*?)" if literals[-1] else "(.*)"
    return re.compile("(.*?)".join(literals[:-1]) + last + literals[-1])
