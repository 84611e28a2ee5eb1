"""What an error's lines say in figures and names, as evidence for a finding. Pure.

Read from the log's own text, before redaction, and only from the places where PostgreSQL puts
names: row values, which may look like anything, are never taken. Those of messages stand in the
causes' entries (`functions.catalogue.in_log`); a DETAIL's are read here (replication/logical/
conflict.c, access/index/genam.c of PostgreSQL 15 to 18).
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from functions.catalogue import IN_READING_ORDER
from functions.catalogue.quoting import identifier
from functions.notify.log.context import read_context
from functions.report import Evidence

_MESSAGES: Final = tuple(
    re.compile(pattern, re.DOTALL) for cause in IN_READING_ORDER for pattern in cause.in_log.names
)
_EXISTS: Final = r'Key already exists in unique index "(?P<constraint>[^\n]+?)"'
_INDEX: Final = re.compile(rf"{_EXISTS}(?=, modified |[.:])")
_KEY: Final = re.compile(
    rf"(?:{_EXISTS}(?:, modified [^\n]*)?[.:]\n\t?)?Key \((?P<key_columns>[^\n]+?)\)=\("
)
_NO_ERROR: Final = "00000"


def log_facts(message: str, sqlstate: str | None, parts: Mapping[str, str]) -> dict[str, Evidence]:
    """Evidence by the keys of `functions.catalogue.evidence`, from raw text.

    `operation`, what was replicated (`INSERT`), comes along for words, not for evidence. Of an
    error that comes from below (`functions.notify.log.context`) only the worker's own line counts.
    """
    context = read_context(parts.get("CONTEXT", ""))
    stated = () if context.below else _stated(message, parts.get("DETAIL", ""))
    found = {**dict(stated), **context.place}
    if sqlstate is not None and sqlstate != _NO_ERROR:
        found["sqlstate"] = sqlstate
    return {key: _READ.get(key, str)(value) for key, value in found.items()}


def qualified(relation: str) -> str:
    """`schema.table` as a log has it, quoted to stand in SQL; a dot in the schema misleads it."""
    schema, _, table = relation.partition(".")
    return f"{identifier(schema)}.{identifier(table)}" if table else identifier(relation)


_READ: Final[Mapping[str, Callable[[str], Evidence]]] = {"table": qualified, "active_pid": int}


def _stated(message: str, detail: str) -> Iterator[tuple[str, str]]:
    matches = [_INDEX.match(detail), _KEY.match(detail)]
    matches.append(
        next((found for pattern in _MESSAGES if (found := pattern.fullmatch(message))), None)
    )
    for match in matches:
        if match is not None:
            yield from ((key, value) for key, value in match.groupdict().items() if value)
