"""Numbers, durations and sizes in words, the same wherever a person reads them. Pure."""

from typing import Final

_UNITS: Final = (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1))


def counted(number: int, noun: str) -> str:
    """`1 error`, `2,000 errors`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def duration(seconds: float) -> str:
    """The two largest units: `12 minutes`, `2 hours 5 minutes`, `less than a second`."""
    rest = int(seconds)
    if rest < 1:
        return "less than a second"
    largest = next(index for index, (_, size) in enumerate(_UNITS) if rest >= size)
    words = []
    for noun, size in _UNITS[largest : largest + 2]:
        number, rest = divmod(rest, size)
        if number:
            words.append(counted(number, noun))
    return " ".join(words)


def size(count: float) -> str:
    """Bytes in the unit that keeps the number short: `16.0 MiB`."""
    for unit in ("bytes", "KiB", "MiB", "GiB"):
        if abs(count) < 1024:  # noqa: PLR2004 - the size of a binary unit
            return f"{count:.0f} bytes" if unit == "bytes" else f"{count:.1f} {unit}"
        count /= 1024
    return f"{count:.1f} TiB"
