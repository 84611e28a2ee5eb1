"""Whether two regular expressions can match one text, decided by walking both at once."""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from importlib import import_module
from typing import Any, NamedTuple

_PARSER = import_module("re._parser")
_CHARACTERS = frozenset('\n aZ_0é~:"…')
"""One of each kind, beside those that the expressions name."""


class _One(NamedTuple):
    """One character out of these."""

    of: frozenset[str]


class _Repeat(NamedTuple):
    least: int
    most: int | None
    of: "_Steps"


class _Either(NamedTuple):
    of: "tuple[_Steps, ...]"


class _End(NamedTuple):
    """Nothing comes after it."""


_Steps = tuple[_One | _Repeat | _Either | _End, ...]


def common_text(left: str, right: str, *, whole: bool) -> str | None:
    """A text that both match, at its beginning or as a whole; None if there is none.

    With `re.DOTALL`. Raises `ValueError` for what only looks ahead or behind.
    """
    characters = _CHARACTERS.union(
        *(_literals(_PARSER.parse(pattern)) for pattern in (left, right))
    )
    rest: _Steps = () if whole else (_Repeat(0, None, (_One(characters),)),)
    start = tuple((*_steps(_PARSER.parse(pattern), characters), *rest) for pattern in (left, right))
    texts: dict[tuple[_Steps, ...], str] = {start: ""}
    waiting = [start]
    while waiting:
        pair = waiting.pop()
        if all(() in _heads(steps) for steps in pair):
            return texts[pair]
        for character in sorted(characters):
            for this in _after(pair[0], character):
                for other in _after(pair[1], character):
                    if (this, other) not in texts:
                        texts[this, other] = texts[pair] + character
                        waiting.append((this, other))
    return None


def _after(steps: _Steps, character: str) -> Iterator[_Steps]:
    for head in _heads(steps):
        if head and isinstance(head[0], _One) and character in head[0].of:
            yield head[1:]


@cache
def _heads(steps: _Steps) -> tuple[_Steps, ...]:
    """The ways to go on: each begins with one character, or is over."""
    return tuple(dict.fromkeys(_expanded(steps)))


def _expanded(steps: _Steps) -> Iterator[_Steps]:
    if not steps or isinstance(steps[0], _One):
        yield steps
        return
    first, rest = steps[0], steps[1:]
    if isinstance(first, _End):
        yield from (head for head in _heads(rest) if head == ())
    elif isinstance(first, _Either):
        for branch in first.of:
            yield from _heads((*branch, *rest))
    elif isinstance(first, _Repeat):
        if first.least == 0:
            yield from _heads(rest)
        if first.most != 0:
            most = None if first.most is None else first.most - 1
            again = _Repeat(max(first.least - 1, 0), most, first.of)
            yield from _heads((*first.of, again, *rest))


def _steps(parsed: Iterable[tuple[Any, Any]], characters: frozenset[str]) -> _Steps:
    found: list[_One | _Repeat | _Either | _End] = []
    for code, what in parsed:
        match str(code):
            case "SUBPATTERN":
                found += _steps(what[3], characters)
            case "BRANCH":
                found.append(_Either(tuple(_steps(branch, characters) for branch in what[1])))
            case "MAX_REPEAT" | "MIN_REPEAT":
                most = None if str(what[1]) == "MAXREPEAT" else what[1]
                found.append(_Repeat(what[0], most, _steps(what[2], characters)))
            case "AT" if str(what) == "AT_END_STRING":
                found.append(_End())
            case "LITERAL" | "NOT_LITERAL" | "ANY" | "IN":
                found.append(_One(frozenset(filter(_tester(code, what), characters))))
            case name:
                raise ValueError(f"{name} cannot be compared: say it without")
    return tuple(found)


def _tester(code: Any, what: Any) -> Any:
    """Python's own matching of one character."""
    state = _PARSER.State()
    state.flags = re.DOTALL.value | re.UNICODE.value
    pattern = _PARSER.SubPattern(state, [(code, what)])
    return import_module("re._compiler").compile(pattern).fullmatch


def _literals(parsed: Any) -> set[str]:
    """Every character that an expression names, also at the ends of ranges."""
    found: set[str] = set()
    for code, what in parsed:
        match str(code):
            case "LITERAL" | "NOT_LITERAL":
                found.add(chr(what))
            case "RANGE":
                found |= {chr(what[0]), chr(what[1])}
            case "IN":
                found |= _literals(what)
            case "BRANCH":
                found |= set().union(*map(_literals, what[1]))
            case "SUBPATTERN":
                found |= _literals(what[3])
            case "MAX_REPEAT" | "MIN_REPEAT":
                found |= _literals(what[2])
    return found
