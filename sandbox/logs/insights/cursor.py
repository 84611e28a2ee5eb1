"""A place in a query's tokens, and the fields known at that place. Development only."""

from typing import Final

from sandbox.logs.insights.errors import MalformedQueryError
from sandbox.logs.insights.tokens import Kind, Token, tokenize

EVENT_FIELDS: Final = ("@timestamp", "@message", "@logStream", "@log", "@ingestionTime")


class Cursor:
    """Reads tokens one after the other; raises MalformedQueryError for what does not fit."""

    def __init__(self, query: str) -> None:
        self._query = query
        self._tokens = tokenize(query)
        self._index = 0
        self._fields = list(EVENT_FIELDS)

    @property
    def token(self) -> Token:
        return self._tokens[self._index]

    def next_is(self, text: str) -> bool:
        """Whether the token after this one is that symbol."""
        following = self._tokens[min(self._index + 1, len(self._tokens) - 1)]
        return following.kind is Kind.SYMBOL and following.text == text

    def advance(self) -> Token:
        token = self.token
        self._index += token.kind is not Kind.END
        return token

    def accept(self, *texts: str) -> Token | None:
        """The token, passed, if it is one of these words or symbols."""
        found = self.token.kind in (Kind.NAME, Kind.SYMBOL) and self.token.text in texts
        return self.advance() if found else None

    def expect(self, *texts: str) -> Token:
        return self.accept(*texts) or self._refuse(" or ".join(map(repr, texts)))

    def take(self, kind: Kind, wanted: str) -> Token:
        return self.advance() if self.token.kind is kind else self._refuse(wanted)

    def field(self) -> str:
        """The name of a field that events have or that the query made."""
        token = self.take(Kind.NAME, "a field")
        if token.text not in self._fields:
            raise self.malformed(
                f"unknown field {token.text!r} (none is discovered in messages)",
                token,
                ", ".join(self._fields),
            )
        return token.text

    def new_field(self) -> str:
        """The name of a field the query makes; AWS refuses to make one twice."""
        token = self.take(Kind.NAME, "a new field's name")
        if token.text in self._fields:
            raise self.malformed(f"field {token.text!r} exists already", token)
        self._fields.append(token.text)
        return token.text

    def whole_number(self) -> int:
        """Written out, from 0 on."""
        token = self.take(Kind.NUMBER, "a whole number")
        if not token.text.isdecimal():
            raise self.malformed(f"number {token.text}", token, "whole numbers from 0")
        return int(token.text)

    def source(self, start: Token) -> str:
        """The text from that token up to the last one passed."""
        return self._query[start.start : self._tokens[self._index - 1].end]

    def malformed(self, problem: str, token: Token, supported: str = "") -> MalformedQueryError:
        return MalformedQueryError(problem, self._query, token.start, token.end, supported)

    def malformed_at(self, problem: str, offset: int, supported: str) -> MalformedQueryError:
        return MalformedQueryError(problem, self._query, offset, offset + 1, supported)

    def _refuse(self, wanted: str) -> Token:
        found = self.token
        quoted = found.text if found.kind is Kind.END else repr(found.text)
        raise self.malformed(f"unexpected {quoted}, expected {wanted}", found)
