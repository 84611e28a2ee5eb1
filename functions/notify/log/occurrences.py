"""From log events to single occurrences of errors, redacted. Pure.

An error and its parts come together again (`moments`). Lines of other programs (the monitor's own
log) are errors by themselves.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from functions.notify.log.cause import log_cause
from functions.notify.log.error import LogError
from functions.notify.log.events import LogEvent
from functions.notify.log.facts import log_facts
from functions.notify.log.line import ERROR_SEVERITIES, LogLine, bare_warning, parse
from functions.notify.log.moments import Moments
from functions.notify.log.workers import Workers, read_exit
from functions.notify.redaction import (
    may_be_cut,
    redact_context,
    redact_detail,
    redact_log_text,
    redact_statement,
)
from functions.notify.text import clean
from functions.report import Evidence

_REDACTORS: Mapping[str, Callable[[str], str]] = {
    "DETAIL": redact_detail,
    "HINT": redact_log_text,
    "CONTEXT": redact_context,
    "QUERY": redact_statement,
    "STATEMENT": redact_statement,
}


_SHOWN: Final = ("message", "exception")
_FIELD: Final = re.compile(r'"(?P<name>level|message)": ?"(?:[^"\\]|\\.)*"')


def occurrences(events: Iterable[LogEvent]) -> Iterator[LogError]:
    """Every error in the events, in their order."""
    parsed = [(event, _line(event)) for event in events]
    lines = [line for _, line in parsed if line is not None]
    moments = Moments(lines)
    workers = Workers(lines, moments)
    explained = {line.pid for line in lines if line.is_error and line.of_background_process}
    for event, line in parsed:
        warning = bare_warning(event.message)
        if warning is not None:
            yield _bare(event, warning)
        if line is None and warning is None:
            yield from _foreign(event)
        elif line is not None and line.is_error:
            yield _occurrence(event, line, moments, workers)
        elif line is not None:
            yield from _silent_exit(event, line, workers, explained)


def apply_starts(events: Iterable[LogEvent]) -> dict[str, list[datetime]]:
    """When apply workers started, by subscription."""
    lines = [line for event in events if (line := _line(event)) is not None]
    return Workers(lines, Moments(lines)).apply_starts()


def _line(event: LogEvent) -> LogLine | None:
    """A line that was cut ends in an ellipsis, so that half a number is not taken for one."""
    cut = event.shortened and not event.message.endswith("…")
    return parse(f"{event.message}…" if cut else event.message)


def _occurrence(event: LogEvent, line: LogLine, moments: Moments, workers: Workers) -> LogError:
    time, parts = event.time or line.time, moments.parts_of(line)
    background = line.of_background_process
    return LogError(
        first=time,
        last=time,
        severity=line.label,
        message=redact_log_text(line.text),
        pid=line.pid,
        in_background=background,
        full_length=event.length if event.shortened else None,
        parts={label: _REDACTORS[label](text) for label, text in parts.items()},
        worker=workers.of(line),
        cause=_cause(line, parts, moments),
        facts=_facts(line, parts, moments),
    )


def _silent_exit(
    event: LogEvent, line: LogLine, workers: Workers, explained: AbstractSet[int]
) -> Iterator[LogError]:
    """A worker that ended with an error, of which it left no word here."""
    ended = read_exit(line)
    if ended is not None and ended.pid not in explained:
        time = event.time or line.time
        yield LogError(
            first=time,
            last=time,
            severity=line.label,
            message=ended.words,
            pid=ended.pid,
            worker=workers.of(replace(line, pid=ended.pid)),
            is_exit=True,
        )


def _cause(line: LogLine, parts: Mapping[str, str], moments: Moments) -> str | None:
    """Of a worker's error; of one that may be free text, only if its own CONTEXT is known."""
    context = parts.get("CONTEXT", "")
    if not line.of_background_process or (not context and moments.may_be_from_below(line)):
        return None
    return log_cause(line.text, line.sqlstate, context)


def _facts(line: LogLine, parts: Mapping[str, str], moments: Moments) -> Mapping[str, Evidence]:
    """Those of a worker's error; what may be free text gives none."""
    if not line.of_background_process:
        return {}
    message = "" if moments.may_be_from_below(line) else line.text
    return log_facts(message, line.sqlstate, parts)


def _bare(event: LogEvent, warning: str) -> LogError:
    return LogError(
        first=event.time,
        last=event.time,
        severity="WARNING",
        message=redact_log_text(warning),
        cause=log_cause(warning, None, ""),
        facts=log_facts(warning, None, {}),
    )


def _foreign(event: LogEvent) -> Iterator[LogError]:
    """A line without PostgreSQL's prefix: a structured one by its level, any other as it is.

    One that begins with a tab continues a line of PostgreSQL that is not here: a piece of a row,
    for all we know.
    """
    if event.message.startswith("\t"):
        return
    severity, message = _structured(event)
    if severity is None or severity in ERROR_SEVERITIES | {"CRITICAL"}:
        yield LogError(
            first=event.time,
            last=event.time,
            severity=severity,
            message=redact_log_text(message),
            full_length=event.length if event.shortened else None,
        )


def _structured(event: LogEvent) -> tuple[str | None, str]:
    """The level and the message of a JSON line, as Powertools writes it; else (None, text)."""
    fields = _fields_of_cut(event.message) if may_be_cut(event.message) else _fields(event.message)
    level = fields.get("level")
    if not isinstance(level, str):
        return None, event.message
    return level.upper(), clean("\n".join(str(fields[key]) for key in _SHOWN if fields.get(key)))


def _fields(text: str) -> Mapping[str, Any]:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}


def _fields_of_cut(text: str) -> Mapping[str, Any]:
    """The first fields, as far as they are whole."""
    if not text.startswith("{"):
        return {}
    found = reversed(list(_FIELD.finditer(text)))
    return {field["name"]: _fields(f"{{{field[0]}}}").get(field["name"]) for field in found}
