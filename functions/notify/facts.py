"""A finding's evidence as a person reads it: labels for keys, units for bare numbers. Pure.

What a key's value means is told by the key's ending (functions/report.py, Finding).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from functions.notify.redaction import redact_message
from functions.notify.text import one_line, shorten
from functions.notify.wording import duration, parse_instant, size
from functions.report import Evidence

MAX_VALUE = 80

_LABELS: Mapping[str, str] = {
    "worker_pid": "Apply worker's pid",
    "apply_error_count": "Apply errors so far",
    "sync_error_count": "Copy errors so far",
    "apply_errors_during_check": "Apply errors during the check",
    "slot_name": "Slot",
    "received_lsn": "Received up to",
    "last_msg_send_time": "Last message sent",
    "last_msg_receipt_time": "Last message received",
    "lag_seconds": "Lag",
    "max_lag_seconds": "Limit of lag",
    "server_version": "PostgreSQL",
    "sqlstate": "SQLSTATE",
}
_IF_MISSING: Mapping[str, str] = {"worker_pid": "none"}


@dataclass(frozen=True, slots=True)
class Fact:
    """`verbatim`: the value is a name or a number of PostgreSQL's, to be shown letter by letter."""

    label: str
    value: str
    verbatim: bool = False


def facts(evidence: Mapping[str, Evidence]) -> tuple[Fact, ...]:
    """What there is to show; `since` is told elsewhere, and so are values nobody knows."""
    return tuple(
        fact
        for key, value in evidence.items()
        if key != "since"
        for fact in _facts(key, _IF_MISSING.get(key) if value is None else value)
    )


def _facts(key: str, value: Evidence) -> Iterator[Fact]:
    if value is None or value == "":
        return
    words = _LABELS.get(key) or _words(key)
    if isinstance(value, bool):
        yield Fact(words, "yes" if value else "no")
    elif isinstance(value, str):
        yield _told(key, words, value)
    else:
        yield Fact(words, _measured(key, value))


def _told(key: str, label: str, value: str) -> Fact:
    moment = _moment(value) if key.endswith("_time") else None
    if moment is not None:
        return Fact(label, f"{moment:%Y-%m-%d %H:%M:%S} UTC")
    return Fact(label, shorten(one_line(redact_message(value)), MAX_VALUE), verbatim=True)


def _measured(key: str, value: float) -> str:
    if key.endswith("_seconds"):
        return duration(value)
    if key.endswith("_bytes"):
        return size(value)
    return str(value) if key.endswith(("pid", "oid", "id")) else f"{value:,}"


def _moment(text: str) -> datetime | None:
    try:
        return parse_instant(text)
    except ValueError:
        return None


def _words(key: str) -> str:
    """`safe_wal_bytes` becomes `Safe wal`: the unit is in the value."""
    stem = key.removesuffix("_seconds").removesuffix("_bytes").removesuffix("_time")
    words = shorten(one_line(stem.replace("_", " ")), MAX_VALUE)
    return (words[:1].upper() + words[1:]) or "Evidence"
