"""From log events to single occurrences of errors, redacted. Pure.

PostgreSQL writes an error's DETAIL, HINT, CONTEXT and STATEMENT as lines of their own, right after
it and with its pid; here they come together again. Lines of other programs (the monitor's own log)
are errors by themselves.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping

from functions.notify.log_error import LogError
from functions.notify.log_events import LogEvent
from functions.notify.postgres_log import ERROR_SEVERITIES, LogLine, parse
from functions.notify.redaction import (
    redact_context,
    redact_detail,
    redact_message,
    redact_statement,
)

_REDACTORS: Mapping[str, Callable[[str], str]] = {
    "DETAIL": redact_detail,
    "HINT": redact_message,
    "CONTEXT": redact_context,
    "QUERY": redact_statement,
    "STATEMENT": redact_statement,
}


def occurrences(events: Iterable[LogEvent]) -> Iterator[LogError]:
    """Every error in the events, in their order."""
    lines = [(event, parse(event.message)) for event in events]
    moments = _Moments(line for _, line in lines if line is not None)
    for event, line in lines:
        if line is None:
            yield from _foreign(event)
        elif line.is_error:
            yield _occurrence(event, line, moments.parts_of(line))


def _occurrence(event: LogEvent, line: LogLine, parts: Mapping[str, str]) -> LogError:
    time = event.time or line.time
    return LogError(
        first=time,
        last=time,
        severity=line.label,
        message=redact_message(line.text),
        pid=line.pid,
        in_background=line.of_background_process,
        full_length=event.length if event.shortened else None,
        parts=parts,
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
                texts[part.label].append(_REDACTORS[part.label](part.text))
        return {label: found[0] for label, found in texts.items() if _theirs(found, len(owners))}

    def _spilled(self, moment: tuple[int, int]) -> list[LogLine]:
        """Parts that were written when the next second had begun."""
        following = (moment[0], moment[1] + 1)
        return [] if following in self._errors else self._parts.get(following, [])


def _second(line: LogLine) -> int:
    return int(line.time.timestamp())


def _theirs(texts: list[str], owners: int) -> bool:
    return bool(texts) and (owners == 1 or (len(texts) >= owners and len(set(texts)) == 1))


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
            message=redact_message(message),
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
