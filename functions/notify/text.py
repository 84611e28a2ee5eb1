"""Text that comes from elsewhere, made safe to carry and to show. Pure."""

import re

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"

_UNPRINTABLE = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f]"  # control characters, but for tab and newline
    r"|[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"  # bidirectional overrides
    r"|[\ud800-\udfff]"  # lone surrogates: no valid UTF-8
)


def clean(text: str) -> str:
    """The text without characters that cannot be encoded or that change how the rest is shown."""
    return _UNPRINTABLE.sub(REPLACEMENT, text.replace("\r\n", "\n").replace("\r", "\n"))


def one_line(text: str) -> str:
    """The cleaned text with every run of white space turned into one space."""
    return " ".join(clean(text).split())


def shorten(text: str, limit: int) -> str:
    """At most `limit` characters; what was cut shows as an ellipsis."""
    return text if len(text) <= limit else f"{text[: limit - 1]}…"
