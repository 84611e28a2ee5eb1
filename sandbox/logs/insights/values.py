"""The values of fields: how they compare, sort and are written. Development only.

An absent field is None. Text that reads as a number compares as one, so `f = 5` finds "5".
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

_NUMBER: Final = re.compile(r"-?\d+(?:\.\d+)?", re.ASCII)
_CHUNK: Final = re.compile(r"[0-9]+|[^0-9]+")


class Instant(int):
    """Epoch milliseconds that results show as a time in UTC."""

    __slots__ = ()


Value = str | int | float | None
Row = Mapping[str, Value]

Chunk = tuple[str, int, str]
SortKey = tuple[int, float, tuple[Chunk, ...]]


def number(value: Value) -> float | int | None:
    """The value as a number, or None where it is none."""
    if isinstance(value, str):
        return float(value) if _NUMBER.fullmatch(value) else None
    return value


def text(value: str | float) -> str:
    """As GetQueryResults writes it: a time as `YYYY-MM-DD HH:MM:SS.mmm` in UTC."""
    if isinstance(value, Instant):
        time = datetime.fromtimestamp(value // 1000, UTC)
        return f"{time:%Y-%m-%d %H:%M:%S}.{value % 1000:03}"
    return str(value)


def sort_key(value: Value) -> SortKey:
    """Ascending: absent values (a choice of ours), then text in natural order, then numbers.

    Natural order compares runs of digits by length and then by value, other runs by code point.
    """
    if value is None:
        return (0, 0, ())
    as_number = number(value)
    if as_number is not None:
        return (2, as_number, ())
    return (1, 0, tuple(map(_chunk, _CHUNK.findall(str(value)))))


def _chunk(run: str) -> Chunk:
    # "0" places digits among other characters; a run of these never begins with a digit
    return ("0", len(run), run) if run[0] in "0123456789" else (run, 0, "")
