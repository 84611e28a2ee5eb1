"""Reads expressions and conditions: what stands inside of a command. Development only.

`or` binds weakest, then `and`, then `not`; parentheses hold conditions, not values.
"""

import re
from typing import Final

from sandbox.logs.insights.conditions import All, AnyOf, Condition, Like, Not
from sandbox.logs.insights.cursor import Cursor
from sandbox.logs.insights.expressions import Expression, Field, Strlen, Substr
from sandbox.logs.insights.regexes import SUPPORTED, UnsupportedRegexError, compile_regex
from sandbox.logs.insights.tokens import Kind

_TESTS: Final = "like, not like"
_FUNCTIONS: Final = "substr, strlen"


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
    return _like(cursor)


def _like(cursor: Cursor) -> Condition:
    value = read_expression(cursor)
    negated = cursor.accept("not")
    if not cursor.accept("like"):
        raise cursor.malformed(
            f"{cursor.token.text!r} where a comparison should be", cursor.token, _TESTS
        )
    condition = Like(value, _pattern(cursor))
    return Not(condition) if negated else condition


def _pattern(cursor: Cursor) -> re.Pattern[str]:
    if cursor.token.kind is Kind.REGEX:
        return _regex(cursor)
    wanted = 'a string such as "ERROR" or a regular expression such as /ERROR/'
    return re.compile(re.escape(cursor.take(Kind.STRING, wanted).text))


def _regex(cursor: Cursor) -> re.Pattern[str]:
    token = cursor.advance()
    try:
        return compile_regex(token.text[1:-1])
    except UnsupportedRegexError as error:
        start = token.start + 1 + error.offset
        raise cursor.malformed_at(f"unsupported {error}", start, SUPPORTED) from error


def read_expression(cursor: Cursor) -> Expression:
    """A field or a function call."""
    name = cursor.token
    if name.kind is not Kind.NAME or not cursor.next_is("("):
        return Field(cursor.field())
    if cursor.accept("strlen"):
        cursor.expect("(")
        string = read_expression(cursor)
        cursor.expect(")")
        return Strlen(string)
    if cursor.accept("substr"):
        return _substr(cursor)
    raise cursor.malformed(f"unknown function {name.text!r}", name, _FUNCTIONS)


def _substr(cursor: Cursor) -> Substr:
    cursor.expect("(")
    string = read_expression(cursor)
    cursor.expect(",")
    start = cursor.whole_number()
    length = cursor.whole_number() if cursor.accept(",") else None
    cursor.expect(")")
    return Substr(string, start, length)
