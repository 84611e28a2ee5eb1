"""From log events to the few distinct errors worth showing. Pure.

The same error again and again, as a worker that restarts every 5 s makes it, is one error with a
count.
"""

import json
from collections import defaultdict
from collections.abc import Iterable

from functions.notify.log_error import LogError
from functions.notify.log_events import LogEvent
from functions.notify.occurrences import occurrences

MAX_ERRORS = 5


def log_errors(events: Iterable[LogEvent]) -> tuple[LogError, ...]:
    """Up to `MAX_ERRORS` distinct errors, newest first.

    Errors of background processes come before those of sessions when there are too many:
    replication runs in the former, the latter are mostly applications.
    """
    relevant = sorted(
        _distinct(occurrences(events)),
        key=lambda error: (error.in_background, error.age_key),
        reverse=True,
    )
    return tuple(sorted(relevant[:MAX_ERRORS], key=lambda error: error.age_key, reverse=True))


def snippet(errors: Iterable[LogError]) -> str:
    """The content of errors.json."""
    return json.dumps([error.to_json() for error in errors], indent=2, ensure_ascii=False)


def _distinct(errors: Iterable[LogError]) -> list[LogError]:
    """One error per severity, message and context (the context names the failing transaction)."""
    by_message: dict[tuple[str | None, str], dict[str, LogError]] = defaultdict(dict)
    for error in errors:
        by_context = by_message[error.severity, error.message]
        context = error.parts.get("CONTEXT", "")
        by_context[context] = by_context[context].merged(error) if context in by_context else error
    return [error for by_context in by_message.values() for error in _completed(by_context)]


def _completed(by_context: dict[str, LogError]) -> list[LogError]:
    """An error whose context lies outside the query's results is the newest of the same message."""
    bare = by_context.get("")
    full = [error for context, error in by_context.items() if context]
    if bare is None or not full:
        return list(by_context.values())
    newest, *others = sorted(full, key=lambda error: error.age_key, reverse=True)
    return [newest.merged(bare), *others]
