"""Text for people: foreign text made safe to carry and to show; instants in words. Pure."""

import re
from datetime import UTC, datetime
from typing import Final

from functions.words import duration

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"

_MINUTE: Final = 60

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


def age(since: datetime, now: datetime) -> str:
    """How long ago, in whole minutes from the first minute on."""
    seconds = max((now - since).total_seconds(), 0)
    return duration(seconds if seconds < _MINUTE else seconds // _MINUTE * _MINUTE)


def instant(time: datetime, now: datetime) -> str:
    """`23:34 UTC`, with the day unless it is today."""
    moment = time.astimezone(UTC)
    today = moment.date() == now.astimezone(UTC).date()
    return f"{moment:%H:%M} UTC" if today else f"{moment:%d %b %Y, %H:%M} UTC"


def parse_instant(text: str) -> datetime:
    """An ISO 8601 instant (`2026-11-22T23:34:08Z`), UTC if it names no zone. Raises ValueError."""
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
