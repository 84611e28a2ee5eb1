"""Where a replication worker was when it failed, from the CONTEXT of its error. Pure.

PostgreSQL writes a line for each level, the innermost first (elog.c, errcontext): those of a COPY,
of SQL and of a function may quote rows, whose line breaks begin lines that look like anything. The
worker's own line is the outermost and so the last (worker.c, apply_error_callback, 15 to 18); a
worker that hands on a parallel one's error adds one more (applyparallelworker.c).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from functions.notify.redaction import may_be_cut

CUT: Final = "…"
"""The end of a text that is known to have been cut: an odd quote may be a name's."""

_OWN: Final = re.compile(
    r'processing remote data for replication origin "(?P<origin>pg_\d+(?:_\d+)?)"'
    r'(?: during message type "(?P<operation>[A-Z ]+)")?'
    r'(?: for replication target relation "(?P<table>[^\n]+?)"'
    r'(?: column "(?P<column>[^\n]+?)")?(?= in transaction \d|$))?'
    r"(?: in transaction (?P<transaction>\d+)(?![\d…])"
    r"(?:,? finished at (?P<finish_lsn>[0-9A-F]+/[0-9A-F]+)(?![0-9A-F…]))?)?"
)
_OF_PARALLEL_WORKER: Final = "logical replication parallel apply worker"
_OF_COPY: Final = re.compile(r"COPY [^:\n]+, line \d")
_OF_POSTGRESQL: Final = re.compile(
    r"JSON data, line \d|while [a-z ]+ tuple \(\d+,\d+\) in relation "
)


@dataclass(frozen=True, slots=True)
class Context:
    """`place` is what the worker's own line says, by the names in `_OWN`; empty without one.

    `of_copy` is true for a table's initial copy. `below` is true where the error comes from a
    function, from SQL or from anything unknown: then its message, its DETAIL and its HINT are free
    text, or speak of another table.
    """

    place: Mapping[str, str] = field(default_factory=dict)
    of_copy: bool = False
    below: bool = False


def read_context(text: str) -> Context:
    """Read a CONTEXT as the log has it; one that was cut need not have its last line."""
    lines = [line.removeprefix("\t") for line in text.split("\n")]
    if lines[-1] == _OF_PARALLEL_WORKER:
        lines.pop()
    whole = not may_be_cut(text) or len(lines) == 1
    place = _place(lines, cut=text.endswith(CUT)) if whole else {}
    of_copy = not place and _OF_COPY.match(text) is not None
    inner = lines[:-1] if place else [] if of_copy or not text else lines
    return Context(place, of_copy, not all(map(_OF_POSTGRESQL.match, inner)))


def _place(lines: list[str], *, cut: bool) -> dict[str, str]:
    if not lines:
        return {}
    match = _OWN.match(lines[-1])
    if match is None or not (cut or match.end() == len(lines[-1])):
        return {}
    if len(lines) > 1 and match["transaction"] is None:  # a row could end so, with a quote after it
        return {}
    return {key: value for key, value in match.groupdict().items() if value}
