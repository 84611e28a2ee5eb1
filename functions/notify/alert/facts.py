"""A finding's evidence as a person reads it: what matters for its cause, in few words. Pure.

What a key's value means is given by the key's ending (functions/report.py, Finding).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from functions.catalogue import CATALOGUE
from functions.catalogue.evidence import EVIDENCE
from functions.notify.redaction import redact_message
from functions.notify.text import one_line, parse_instant, shorten
from functions.report import Evidence, Finding
from functions.words import duration, size

MAX_VALUE: Final = 300


@dataclass(frozen=True, slots=True)
class Fact:
    """`verbatim`: the value is a name or a number of PostgreSQL's, to be shown letter by letter."""

    label: str
    value: str
    verbatim: bool = False


def facts(finding: Finding) -> tuple[Fact, ...]:
    """What there is to show of a finding's evidence, without what says nothing."""
    known = finding.evidence
    return tuple(
        _fact(key, known[key])
        for key in CATALOGUE[finding.cause].keys_shown
        if known.get(key) is False or (known.get(key) and not _told_already(key, known))
    )


def _told_already(key: str, evidence: Mapping[str, Evidence]) -> bool:
    """A list of tables that is the one table named beside it, and its length."""
    alone = evidence.get("tables") in {None, evidence.get("table")}
    return alone and "table" in evidence and key in {"tables", "table_count"}


def _fact(key: str, value: Evidence) -> Fact:
    label = EVIDENCE[key].label or key
    if isinstance(value, bool):
        return Fact(label, "yes" if value else "no")
    if isinstance(value, int | float):
        return Fact(label, _measured(key, value))
    text = str(value)
    moment = _moment(text) if key.endswith(("_time", "_since")) else None
    if moment is not None:
        return Fact(label, f"{moment:%Y-%m-%d %H:%M:%S} UTC")
    return Fact(label, shorten(one_line(redact_message(text)), MAX_VALUE), verbatim=True)


def _measured(key: str, value: float) -> str:
    if key.endswith(("_seconds", "seconds_left")):
        return duration(value)
    if key.endswith("_bytes"):
        return size(value)
    return str(value) if key.endswith("pid") else f"{value:,}"


def _moment(text: str) -> datetime | None:
    try:
        return parse_instant(text)
    except ValueError:
        return None
