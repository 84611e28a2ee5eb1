"""Reads conditions and the values in them. Development only.

`or` binds weakest, then `and`, then `not`; parentheses hold conditions, not values.
"""

import re
from typing import Final

from sandbox.logs.insights.conditions import (
    OPERATORS,
    All,
    AnyOf,
    Comparison,
    Condition,
    IsPresent,
    Like,
    Not,
)
from sandbox.logs.insights.cursor import Cursor
from sandbox.logs.insights.expressions import FUNCTIONS, Call, Expression, Field, Function, Literal
from sandbox.logs.insights.regexes import SUPPORTED, UnsupportedRegexError, compile_regex
from sandbox.logs.insights.tokens import Kind, Token

_TESTS: Final = (*OPERATORS, "like", "not like", "in", "not in", "ispresent(field)")


def read_condition(cursor: Cursor) -> Condition:
    alternatives = [_conjunction(cursor)]
    while cursor.accept("or"):
        alternatives.append(_conjunction(cursor))
    return AnyOf(tuple(alternatives)) if len(alternatives) > 1 else alternatives[0]


def _conjunction(cursor: Cursor) -> Condition:
    conditions = [_negation(cursor)]
    while cursor.accept("and"):
        conditions.append(_negation(cursor))
    return All(tuple(conditions)) if len(conditions) > 1 else conditions[0]


def _negation(cursor: Cursor) -> Condition:
    if cursor.accept("not"):
        return Not(_negation(cursor))
    if cursor.accept("("):
        condition = read_condition(cursor)
        cursor.expect(")")
        return condition
    return _test(cursor)


def _test(cursor: Cursor) -> Condition:
    if cursor.accept("ispresent", "isPresent"):
        cursor.expect("(")
        field = Field(cursor.field())
        cursor.expect(")")
        return IsPresent(field)
    left = read_expression(cursor)
    if symbol := cursor.accept(*OPERATORS):
        return Comparison(left, symbol.text, read_expression(cursor))
    negated = cursor.accept("not")
    condition = _like_or_in(cursor, left)
    return Not(condition) if negated else condition


def _like_or_in(cursor: Cursor, left: Expression) -> Condition:
    if cursor.accept("like"):
        return Like(left, _like_pattern(cursor))
    if cursor.accept("in"):
        return AnyOf(tuple(Comparison(left, "=", value) for value in _list(cursor)))
    raise cursor.malformed(
        f"{cursor.token.text!r} where a comparison should be", cursor.token, ", ".join(_TESTS)
    )


def _like_pattern(cursor: Cursor) -> re.Pattern[str]:
    if cursor.token.kind is Kind.REGEX:
        return read_regex(cursor)
    wanted = 'a string such as "ERROR" or a regular expression such as /ERROR/'
    return re.compile(re.escape(cursor.take(Kind.STRING, wanted).text))


def _list(cursor: Cursor) -> list[Literal]:
    cursor.expect("[")
    values = [_literal(cursor)]
    while not cursor.accept("]"):
        cursor.expect(",", "]")
        values.append(_literal(cursor))
    return values


def read_regex(cursor: Cursor) -> re.Pattern[str]:
    token = cursor.take(Kind.REGEX, "a regular expression between slashes")
    try:
        return compile_regex(token.text[1:-1])
    except UnsupportedRegexError as error:
        start = token.start + 1 + error.offset
        raise cursor.malformed_at(f"unsupported {error}", start, SUPPORTED) from error


def read_expression(cursor: Cursor) -> Expression:
    """A literal, a field or a function call."""
    if cursor.token.kind in (Kind.STRING, Kind.NUMBER):
        return _literal(cursor)
    name = cursor.token
    if name.kind is Kind.NAME and name.text.lower() in FUNCTIONS:
        cursor.advance()
        return _call(cursor, name)
    if name.kind is Kind.NAME and cursor.next_is("("):
        raise cursor.malformed(f"unknown function {name.text!r}", name, ", ".join(FUNCTIONS))
    return Field(cursor.field())


def _literal(cursor: Cursor) -> Literal:
    if cursor.token.kind is Kind.NUMBER:
        text = cursor.advance().text
        return Literal(float(text) if "." in text else int(text))
    return Literal(cursor.take(Kind.STRING, "a string or a number").text)


def _call(cursor: Cursor, name: Token) -> Call:
    function = FUNCTIONS[name.text.lower()]
    cursor.expect("(")
    arguments = [_argument(cursor, function, 0)]
    while not cursor.accept(")"):
        cursor.expect(",", ")")
        arguments.append(_argument(cursor, function, len(arguments)))
    if not function.fewest <= len(arguments) <= function.most:
        raise cursor.malformed(
            f"{name.text} with {len(arguments)} arguments",
            name,
            f"{function.fewest} to {function.most} arguments",
        )
    return Call(function, tuple(arguments))


def _argument(cursor: Cursor, function: Function, place: int) -> Expression:
    token = cursor.token
    if place >= function.numbers_from and not token.text.isdecimal():
        raise cursor.malformed(f"argument {token.text!r}", token, "whole numbers from 0")
    return read_expression(cursor)
