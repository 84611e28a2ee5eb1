"""Cuts a query into tokens; white space and `#` comments fall away. Development only."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sandbox.logs.insights.errors import MalformedQueryError

_TOKEN: Final = re.compile(
    r"""
      (?P<blank>   \s+ | \#[^\n]* )
    | (?P<name>    @?[A-Za-z_][A-Za-z0-9_.]* )
    | (?P<number>  -?\d+(?:\.\d+)? )
    | (?P<string>  "(?:\\.|[^"\\])*" | '(?:\\.|[^'\\])*' )
    | (?P<regex>   /(?:\\.|[^/\\])+/ )
    | (?P<symbol>  != | <= | >= | [^"'/] )
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPE: Final = re.compile(r"\\(.)", re.DOTALL)
_ESCAPED: Final = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\", '"': '"', "'": "'"}


class Kind(StrEnum):
    NAME = "name"
    NUMBER = "number"
    STRING = "string"
    REGEX = "regex"
    SYMBOL = "symbol"
    END = "end"


@dataclass(frozen=True, slots=True)
class Token:
    """`text` is as written, but for a string its content; `start` and `end` are offsets."""

    kind: Kind
    text: str
    start: int
    end: int


def tokenize(query: str) -> list[Token]:
    """All tokens and an END; raises MalformedQueryError for an unknown escape or a missing end.

    Any other character is a symbol: it is for the grammar to refuse the ones it has no use for.
    """
    return [*_tokens(query), Token(Kind.END, "the end of the query", len(query), len(query))]


def _tokens(query: str) -> Iterator[Token]:
    offset = 0
    while offset < len(query):
        match = _TOKEN.match(query, offset)
        if match is None:
            raise _endless(query, offset)
        if match.lastgroup != "blank":
            yield _token(query, match)
        offset = match.end()


def _token(query: str, match: re.Match[str]) -> Token:
    kind = Kind(str(match.lastgroup))
    text = _content(query, match) if kind is Kind.STRING else match.group()
    return Token(kind, text, *match.span())


def _content(query: str, match: re.Match[str]) -> str:
    def unescape(escape: re.Match[str]) -> str:
        if escape.group(1) not in _ESCAPED:
            start = match.start() + 1 + escape.start()
            raise MalformedQueryError(
                f"unknown escape {escape.group()!r}", query, start, start + 2, r"\\ \" \' \n \r \t"
            )
        return _ESCAPED[escape.group(1)]

    return _ESCAPE.sub(unescape, match.group()[1:-1])


def _endless(query: str, offset: int) -> MalformedQueryError:
    what = "regular expression" if query[offset] == "/" else "string"
    return MalformedQueryError(f"{what} without an end", query, offset, len(query))
