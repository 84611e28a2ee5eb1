r"""Turns the regular expressions of queries into Python's. Development only.

Only what RE2 and Java share passes: no lookaround, no backreferences, no possessive quantifiers,
no groups with a name, flags at the start only. `\d`, `\w` and `\s` are ASCII.
"""

import re
from typing import Final

SUPPORTED: Final = (
    r"(?i), (?m), (?s) at the start, (?:…), classes, greedy and lazy quantifiers, "
    r"\A \b \B \d \D \f \n \r \s \S \t \v \w \W \xHH and escaped punctuation"
)
_FLAGS: Final = re.compile(r"\(\?[ims]+\)")
_GROUP: Final = re.compile(r"\(\?:")
_SET: Final = re.compile(r"\[\^?\]?(?:\\.|[^\]\\])*\]", re.DOTALL)
_ESCAPE: Final = re.compile(r"\\(?:x[0-9A-Fa-f]{2}|[AbBdDfnrsStvwW]|[^A-Za-z0-9])", re.DOTALL)
_POSSESSIVE: Final = re.compile(r"[*+?}]\+")


class UnsupportedRegexError(Exception):
    """Carries what is wrong and the offset in the pattern."""

    def __init__(self, problem: str, offset: int) -> None:
        self.offset = offset
        super().__init__(problem)


def compile_regex(pattern: str) -> re.Pattern[str]:
    """The pattern between the slashes, compiled; raises UnsupportedRegexError."""
    flags = _FLAGS.match(pattern)
    start = flags.end() if flags else 0
    pieces = [pattern[:start]]
    while start < len(pattern):
        end, piece = _piece(pattern, start)
        pieces.append(piece)
        start = end
    try:
        return re.compile("".join(pieces), re.ASCII)
    except re.error as error:
        raise UnsupportedRegexError(f"invalid regular expression ({error.msg})", 0) from error


def _piece(pattern: str, start: int) -> tuple[int, str]:
    """Where the piece that begins at `start` ends, and that piece in Python's syntax."""
    if pattern[start] == "\\":
        return _verbatim(_ESCAPE, pattern, start, "escape or backreference")
    if pattern[start] == "[":
        return _set(pattern, start)
    if pattern.startswith("(?", start):
        return _verbatim(_GROUP, pattern, start, "lookaround, flag or group")
    if _POSSESSIVE.match(pattern, start):
        raise UnsupportedRegexError("possessive quantifier", start)
    return start + 1, pattern[start]


def _verbatim(syntax: re.Pattern[str], pattern: str, start: int, what: str) -> tuple[int, str]:
    match = syntax.match(pattern, start)
    if match is None:
        raise UnsupportedRegexError(f"{what} {pattern[start : start + 3]!r}", start)
    return match.end(), match.group()


def _set(pattern: str, start: int) -> tuple[int, str]:
    end, found = _verbatim(_SET, pattern, start, "character class without an end")
    for escape in re.finditer(r"\\.", found, re.DOTALL):
        _verbatim(_ESCAPE, pattern, start + escape.start(), "escape")
    if "[" in found[1:].replace(r"\[", "") or "&&" in found:
        raise UnsupportedRegexError("nested character class", start)
    return end, found
