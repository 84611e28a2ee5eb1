"""Writes the catalogue of causes as docs/runbook.md: `python -m scripts.runbook`.

Alerts link to a cause's section, whose anchor is the cause's id.
"""

from collections.abc import Iterator
from pathlib import Path
from textwrap import indent

from functions.catalogue import SECTIONS, Cause, Remedy
from functions.catalogue.evidence import EVIDENCE

RUNBOOK = Path(__file__).parent.parent / "docs" / "runbook.md"

_OPENING = """\
<!-- Written by `make runbook` out of functions/catalogue: change it there. -->
# Runbook

What each cause in an alert means, what it rests on, how to check it and what helps. Remedies that
lose nothing come first; each says what it risks. The alert has the same SQL with the real names
filled in; here they stand in angle brackets. Run it on the subscriber, in the subscription's
database, unless it says otherwise.
"""
_GLOSSARY = """\
## Evidence

The keys of a finding's evidence. A key that ends in `_seconds` is in seconds, in `_bytes` in bytes,
in `_lsn` a PostgreSQL LSN, in `_time` or `since` an ISO 8601 instant in UTC.

| key | meaning |
|---|---|
"""


def render() -> str:
    """The whole page; the same for the same catalogue."""
    return "\n".join(_parts())


def _parts() -> Iterator[str]:
    yield _OPENING
    for title, causes in SECTIONS.items():
        yield f"**{title}**\n\n| cause | severity | the subscription or cluster … |\n|---|---|---|"
        for cause in causes:
            yield f"| [`{cause.id}`](#{cause.id}) | {cause.severity} | {cause.headline} |"
        yield ""
    for title, causes in SECTIONS.items():
        yield f"## {title}\n"
        for cause in causes:
            yield from _section(cause)
    yield _GLOSSARY + "".join(f"| `{key}` | {one.meaning} |\n" for key, one in EVIDENCE.items())


def _section(cause: Cause) -> Iterator[str]:
    yield f"### {cause.id}\n"
    yield f"**{_sentence(cause.headline)}** ({cause.severity})\n"
    yield f"{cause.meaning}\n"
    yield f"**Rests on:** {cause.rests_on}\n"
    if cause.check:
        yield f"**How to check:**\n\n{_sql(cause.check)}\n"
    yield "**What helps:**\n"
    for number, remedy in enumerate(cause.remedies, 1):
        yield _remedy(number, remedy)


def _remedy(number: int, remedy: Remedy) -> str:
    filled = remedy.filled({})
    parts = [filled.action, f"*Risk:* {filled.risk}"]
    if filled.sql:
        if not filled.sql.startswith("-- "):
            parts.append(_where(remedy))
        parts.append(_sql(filled.sql))
    text = indent("\n\n".join(parts), "   ")
    return f"{number}. {text.lstrip()}\n"


def _where(remedy: Remedy) -> str:
    since = f", PostgreSQL {remedy.since} and later" if remedy.since else ""
    return f"On the {remedy.place}{since}:"


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}."


def _sql(statements: str) -> str:
    return f"```sql\n{statements}\n```"


if __name__ == "__main__":
    RUNBOOK.write_text(render())
