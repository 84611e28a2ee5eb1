"""From log events to single occurrences of errors, redacted. Pure.

PostgreSQL writes an error's DETAIL, HINT, CONTEXT and STATEMENT as lines of their own, right after
it and with its pid; here they come together again. Lines of other programs (the monitor's own log)
are errors by themselves.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime

from functions.notify.log.cause import log_cause
from functions.notify.log.error import LogError
from functions.notify.log.events import LogEvent
from functions.notify.log.facts import log_facts
from functions.notify.log.line import ERROR_SEVERITIES, LogLine, bare_warning, parse
from functions.notify.log.workers import Workers
from functions.notify.redaction import (
    redact_context,
    redact_detail,
    redact_log_text,
    redact_statement,
)

_REDACTORS: Mapping[str, Callable[[str], str]] = {
    "DETAIL": redact_detail,
    "HINT": redact_log_text,
    "CONTEXT": redact_context,
    "QUERY": redact_statement,
    "STATEMENT": redact_statement,
}


def occurrences(events: Iterable[LogEvent]) -> Iterator[LogError]:
    """Every error in the events, in their order."""
    parsed = [(event, _line(event)) for event in events]
    lines = [line for _, line in parsed if line is not None]
    moments, workers = _Moments(lines), Workers(lines)
    for event, line in parsed:
        warning = bare_warning(event.message)
        if warning is not None:
            yield _bare(event, warning)
        if line is None and warning is None:
            yield from _foreign(event)
        elif line is not None and line.is_error:
            yield _occurrence(event, line, moments.parts_of(line), workers)


def apply_starts(events: Iterable[LogEvent]) -> dict[str, list[datetime]]:
    """When apply workers started, by subscription."""
    lines = (_line(event) for event in events)
    return Workers(line for line in lines if line is not None).apply_starts()


def _line(event: LogEvent) -> LogLine | None:
    """A line that was cut ends in an ellipsis, so that half a number is not taken for one."""
    cut = event.shortened and not event.message.endswith("…")
    return parse(f"{event.message}…" if cut else event.message)


def _occurrence(
    event: LogEvent, line: LogLine, parts: Mapping[str, str], workers: Workers
) -> LogError:
    time = event.time or line.time
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
        cause=log_cause(line.text, line.sqlstate, parts.get("CONTEXT", "")) if background else None,
        facts=log_facts(line.text, line.sqlstate, parts),
    )


def _bare(event: LogEvent, warning: str) -> LogError:
    return LogError(
        first=event.time,
        last=event.time,
        severity="WARNING",
        message=redact_log_text(warning),
        cause=log_cause(warning, None, ""),
        facts=log_facts(warning, None, {}),
    )


class _Moments:
    """Errors and their parts by pid and second.

    Lines of the same second come in no defined order. So where a session raised several errors
    within a second, a part belongs to them only if each has the same one: none is better than one
    that tells the wrong LSN. A LOG line takes no part beside an error.
    """

    def __init__(self, lines: Iterable[LogLine]) -> None:
        self._errors: dict[tuple[int, int], list[LogLine]] = defaultdict(list)
        self._parts: dict[tuple[int, int], list[LogLine]] = defaultdict(list)
        for line in lines:
            found = self._errors if line.is_error else self._parts
            found[line.pid, _second(line)].append(line)

    def parts_of(self, error: LogLine) -> dict[str, str]:
        moment = (error.pid, _second(error))
        errors = self._errors[moment]
        owners = [one for one in errors if one.label != "LOG"] or errors
        if error not in owners:
            return {}
        texts: dict[str, list[str]] = {label: [] for label in _REDACTORS}
        for part in self._parts.get(moment, []) + self._spilled(moment):
            if part.is_part:
                texts[part.label].append(part.text)
        return {
            label: found[0] for label, found in texts.items() if _theirs(label, found, len(owners))
        }

    def _spilled(self, moment: tuple[int, int]) -> list[LogLine]:
        """Parts that were written when the next second had begun."""
        following = (moment[0], moment[1] + 1)
        return [] if following in self._errors else self._parts.get(following, [])


def _second(line: LogLine) -> int:
    return int(line.time.timestamp())


def _theirs(label: str, texts: list[str], owners: int) -> bool:
    if owners == 1:
        return bool(texts)
    return len(texts) >= owners and len({_REDACTORS[label](text) for text in texts}) == 1


def _foreign(event: LogEvent) -> Iterator[LogError]:
    """A line without PostgreSQL's prefix: a structured one by its level, any other as it is.

    One that begins with a tab continues a line of PostgreSQL that is not here: a piece of a row,
    for all we know.
    """
    if event.message.startswith("\t"):
        return
    severity, message = _structured(event.message)
    if severity is None or severity in ERROR_SEVERITIES | {"CRITICAL"}:
        yield LogError(
            first=event.time,
            last=event.time,
            severity=severity,
            message=redact_log_text(message),
            full_length=event.length if event.shortened else None,
        )


def _structured(text: str) -> tuple[str | None, str]:
    """The level and the message of a JSON line, as Powertools writes it; else (None, text)."""
    try:
        document = json.loads(text)
    except ValueError:
        return None, text
    if not isinstance(document, dict) or not isinstance(document.get("level"), str):
        return None, text
    told = [str(document[key]) for key in ("message", "exception") if document.get(key)]
    return document["level"].upper(), "\n".join(told)
