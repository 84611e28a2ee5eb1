"""The values of fields, and how they are written. Development only."""

from collections.abc import Mapping
from datetime import UTC, datetime


class Instant(int):
    """Epoch milliseconds that results show as a time in UTC."""

    __slots__ = ()


Value = str | int
Row = Mapping[str, Value]


def text(value: Value) -> str:
    """As GetQueryResults writes it: a time as `YYYY-MM-DD HH:MM:SS.mmm` in UTC."""
    if isinstance(value, Instant):
        time = datetime.fromtimestamp(value // 1000, UTC)
        return f"{time:%Y-%m-%d %H:%M:%S}.{value % 1000:03}"
    return str(value)
