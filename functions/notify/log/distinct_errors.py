"""From log events to the few distinct errors worth showing. Pure.

The same error again and again, as a worker that restarts every 5 s makes it, is one error with a
count.
"""

import json
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from functions.notify.log.error import LogError
from functions.notify.log.events import LogEvent
from functions.notify.log.occurrences import occurrences

MAX_ERRORS = 5


def distinct_errors(events: Iterable[LogEvent]) -> tuple[LogError, ...]:
    """Every distinct error, newest first."""
    return tuple(sorted(_distinct(occurrences(events)), key=_age, reverse=True))


def most_relevant(errors: Iterable[LogError]) -> tuple[LogError, ...]:
    """Up to `MAX_ERRORS` of them, newest first.

    Errors of background processes come before those of sessions when there are too many:
    replication runs in the former, the latter are mostly applications. What stopped something
    comes before what was only remarked.
    """
    ranked = sorted(
        errors,
        key=lambda error: (error.in_background, error.severity != "LOG", error.age_key),
        reverse=True,
    )
    return tuple(sorted(ranked[:MAX_ERRORS], key=_age, reverse=True))


def snippet(errors: Iterable[LogError]) -> str:
    """The content of errors.json."""
    return json.dumps([error.to_json() for error in errors], indent=2, ensure_ascii=False)


def _age(error: LogError) -> datetime:
    return error.age_key


def _distinct(errors: Iterable[LogError]) -> list[LogError]:
    """One error per severity, message, subscription and context (which names the transaction).

    Those of sessions, which may say what a worker says, stay apart.
    """
    by_message: dict[tuple[str | None, str, bool], dict[_Place, LogError]] = defaultdict(dict)
    for error in errors:
        by_place = by_message[error.severity, error.message, error.in_background]
        place = _Place(error.worker.identity, error.parts.get("CONTEXT", ""))
        by_place[place] = by_place[place].merged(error) if place in by_place else error
    return [error for by_place in by_message.values() for error in _completed(by_place)]


class _Place(NamedTuple):
    """Where an error happened; what lies outside the query's results is None or empty."""

    subscription: str | int | None
    context: str

    def may_be(self, other: "_Place") -> bool:
        return self != other and all(
            not mine or mine == theirs for mine, theirs in zip(self, other, strict=True)
        )


def _completed(by_place: dict[_Place, LogError]) -> list[LogError]:
    """An error of which less is known is the newest with the same words of which more is."""
    for place in sorted(by_place, key=lambda place: sum(map(bool, place))):
        fuller = [other for other in by_place if place.may_be(other)]
        if fuller:
            newest = max(fuller, key=lambda other: by_place[other].age_key)
            by_place[newest] = by_place[newest].merged(by_place.pop(place))
    return list(by_place.values())
