"""Writes the catalogue of causes as docs/runbook.md: `python -m scripts.runbook`.

Alerts link to a cause's section, whose anchor is the cause's id.
"""

from collections.abc import Iterator
from pathlib import Path
from textwrap import indent

from functions.catalogue import SECTIONS, Cause, Remedy, Script
from functions.catalogue.evidence import EVIDENCE

RUNBOOK = Path(__file__).parent.parent / "docs" / "runbook.md"

_OPENING = """\
<!-- Written by `make runbook` out of functions/catalogue: change it there. -->
# Runbook

What each cause in an alert means, what it rests on, how to check it and what helps. Remedies that
lose nothing come first; each says what it risks. The alert has the same SQL with the real names
filled in; here they stand in angle brackets. What stands in one block is for one server: the
subscriber in the subscription's database, the publisher in that of the publication. Pasted as it is
here, it changes nothing.
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
    if cause.checks:
        yield "**How to check:**\n"
        yield from (f"{_script(check)}\n" for check in cause.checks)
    yield "**What helps:**\n"
    for number, remedy in enumerate(cause.remedies, 1):
        yield _remedy(number, remedy)


def _remedy(number: int, remedy: Remedy) -> str:
    parts = [f"{remedy.action}{_versions(remedy)}", f"*Risk:* {remedy.risk}"]
    parts += map(_script, remedy.scripts)
    text = indent("\n\n".join(parts), "   ")
    return f"{number}. {text.lstrip()}\n"


def _versions(remedy: Remedy) -> str:
    return f" (PostgreSQL {remedy.since} and later.)" if remedy.since else ""


def _script(script: Script) -> str:
    filled = script.filled({})
    return f"{filled.label}:\n\n{_sql(filled.sql)}"


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}."


def _sql(statements: str) -> str:
    return f"```sql\n{statements}\n```"


if __name__ == "__main__":
    RUNBOOK.write_text(render())
