"""What an error's lines tell in figures and names, as evidence for a finding. Pure.

Read from the log's own text, before redaction, and only from the places where PostgreSQL puts
names: row values, which may look like anything, are never taken (replication/logical/conflict.c,
relation.c and worker.c, access/index/genam.c of PostgreSQL 15 to 18).
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from functions.catalogue.quoting import identifier
from functions.notify.log.context import read_context
from functions.report import Evidence

_TARGET: Final = r'logical replication target relation "(?P<table>.+?)"'
_REMOTE: Final = r"(?:could not [^:\"\n]+(?: \"[^\"\n]*\")?: (?:ERROR|FATAL):  )?"
_MESSAGES: Final = tuple(
    re.compile(pattern, re.DOTALL)
    for pattern in (
        r'conflict detected on relation "(?P<table>.+)": conflict=(?P<conflict>\w+)',
        r'duplicate key value violates unique constraint "(?P<constraint>.+)"',
        r'new row for relation ".+" violates check constraint "(?P<constraint>.+)"',
        r'null value in column "(?P<column>.+)" of relation ".+" violates not-null constraint',
        r'insert or update on table ".+" violates foreign key constraint "(?P<constraint>.+)"',
        r'update or delete on table ".+" violates [\w ]+ "(?P<constraint>.+)" on table ".+"',
        r'conflicting key value violates exclusion constraint "(?P<constraint>.+)"',
        rf'{_TARGET} is missing replicated columns?: "(?P<column>[^"]+)".*',
        rf'{_TARGET} has incompatible generated columns?: "(?P<column>[^"]+)".*',
        rf"{_TARGET} (?:does not exist|has |is |uses ).*",
        r'could not start initial contents copy for table "(?P<table>.+?)": .*',
        rf'{_REMOTE}replication slot "(?P<slot_name>\w+)" is active for PID (?P<active_pid>\d+).*',
        rf'{_REMOTE}publication "(?P<publication>[^\n]+)" does not exist.*',
        r'skipped loading publication "(?P<publication>[^\n]+)".*',
    )
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
    told = () if context.below else _told(message, parts.get("DETAIL", ""))
    found = {**dict(told), **context.place}
    if sqlstate is not None and sqlstate != _NO_ERROR:
        found["sqlstate"] = sqlstate
    return {key: _READ.get(key, str)(value) for key, value in found.items()}


def qualified(relation: str) -> str:
    """`schema.table` as a log has it, quoted to stand in SQL; a dot in the schema misleads it."""
    schema, _, table = relation.partition(".")
    return f"{identifier(schema)}.{identifier(table)}" if table else identifier(relation)


_READ: Final[Mapping[str, Callable[[str], Evidence]]] = {"table": qualified, "active_pid": int}


def _told(message: str, detail: str) -> Iterator[tuple[str, str]]:
    matches = [_INDEX.match(detail), _KEY.match(detail)]
    matches.append(next((found for one in _MESSAGES if (found := one.fullmatch(message))), None))
    for match in matches:
        if match is not None:
            yield from ((key, value) for key, value in match.groupdict().items() if value)
