"""What a value of a memory's text may be: others could write to the table it is read from. Pure.

A value out of its range would be calculated with at every run, or break each; what is written stays
within, or at the end of it.
"""

from typing import Final

MOST_SECONDS: Final = 30 * 86_400
"""Of an age; what is older counts as so old."""

MOST_GAP_SECONDS: Final = MOST_SECONDS / 2
"""Between two errors, for twice as long must be quiet before they are over."""

MOST_COUNT: Final = 2**63 - 1
"""PostgreSQL's bigint."""

MOST_BYTES: Final = 2**64
"""PostgreSQL's LSN has 64 bits."""

FIRST_SECOND: Final = -62_135_596_800
LAST_SECOND: Final = 253_402_300_799
"""Since 1970: the years 1 to 9999, for a server's clock may be set to anything."""

MOST_BETWEEN: Final = LAST_SECOND - FIRST_SECOND
"""Seconds between two instants of a server's clock, in either direction."""


def whole(value: object, most: int = MOST_COUNT, least: int = 0) -> int:
    """A whole number from `least` to `most`; raises `ValueError`."""
    if type(value) is int and least <= value <= most:
        return value
    raise ValueError("not a whole number, or out of range")


def number(value: object, most: float, least: float = 0.0) -> float:
    """A number from `least` to `most`, which none that is not finite is; raises `ValueError`."""
    if type(value) in {int, float} and least <= value <= most:  # type: ignore[operator]
        return float(value)  # type: ignore[arg-type]
    raise ValueError("not a number, or out of range")
