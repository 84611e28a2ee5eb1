"""The event Notify is invoked with, read once into frozen objects. Pure.

Only `cluster` is needed: `{"cluster": {"cluster": "sample-cluster"}}` or its name alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Self

from functions.notify.wording import parse_instant
from functions.report import ClusterReport

DEFAULT_LOOKBACK_MINUTES = 30


class InvalidEventError(Exception):
    """A key of the event is missing or has a value Notify cannot use; the message names it."""


class Transition(StrEnum):
    """What happened to the incident that makes it worth a message."""

    OPENED = "opened"
    CHANGED = "changed"
    REMINDER = "reminder"
    RESOLVED = "resolved"
    TEST = "test"


@dataclass(frozen=True, slots=True)
class LogQuery:
    """How the log query ended: `status` of GetQueryResults, or the error that kept it from ending.

    `error` is an error's name or a sentence, `error_cause` its explanation. `results` are the rows
    as GetQueryResults returns them. `query_string`, `start` and `end` are what was asked, if the
    caller tells.
    """

    status: str | None = None
    error: str | None = None
    error_cause: str | None = None
    results: Sequence[Sequence[Mapping[str, Any]]] = ()
    lookback_minutes: int = DEFAULT_LOOKBACK_MINUTES
    query_string: str | None = None
    start: datetime | None = None
    end: datetime | None = None

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        error, cause = _error(document.get("error"))
        return cls(
            status=_text(document, "query", "status"),
            error=error,
            error_cause=cause,
            results=_rows(document.get("results")),
            lookback_minutes=_minutes(document.get("lookback_minutes")),
            query_string=_text(document, "query", "query_string"),
            start=_instant(document, "query", "start"),
            end=_instant(document, "query", "end"),
        )


@dataclass(frozen=True, slots=True)
class Execution:
    """The Step Functions execution this is part of: its ARN and when it started."""

    id: str | None = None
    started_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class NotifyEvent:
    """`opened_at` is when the stored incident began, if there is one."""

    cluster: ClusterReport
    transition: Transition
    force_notify: bool
    query: LogQuery
    opened_at: datetime | None
    execution: Execution

    @classmethod
    def from_json(cls, document: object) -> Self:
        """Read the event; raises `InvalidEventError` for a key it cannot use."""
        if not isinstance(document, Mapping):
            raise InvalidEventError(f"the event must be an object, not {_kind(document)}")
        cluster = _cluster(document.get("cluster"))
        incident = _mapping(document, "incident")
        execution = _mapping(document, "execution")
        return cls(
            cluster=cluster,
            transition=_transition(document.get("transition"), cluster),
            force_notify=document.get("force_notify") is True,
            query=LogQuery.from_json(_mapping(document, "query")),
            opened_at=_instant(incident, "incident", "opened_at"),
            execution=Execution(
                id=_text(execution, "execution", "id"),
                started_at=_instant(execution, "execution", "started_at"),
            ),
        )


def _cluster(value: object) -> ClusterReport:
    document = {"cluster": value} if isinstance(value, str) else value
    if not isinstance(document, Mapping) or not isinstance(document.get("cluster"), str):
        raise InvalidEventError(
            'the key "cluster" is needed: one cluster of the report, or {"cluster": "<name>"}'
        )
    findings = document.get("findings") or []
    if not isinstance(findings, list) or not all(isinstance(one, Mapping) for one in findings):
        raise InvalidEventError('"cluster.findings" must be a list of objects')
    try:
        return ClusterReport.from_json(document)
    except (TypeError, ValueError) as error:
        raise InvalidEventError(f'"cluster" is not a cluster of a report: {error}') from error


def _transition(value: object, cluster: ClusterReport) -> Transition:
    if value is None:
        return Transition.OPENED if cluster.findings else Transition.TEST
    try:
        return Transition(str(value))
    except ValueError as error:
        wanted = ", ".join(Transition)
        raise InvalidEventError(f'"transition" is {value!r}; wanted: {wanted}') from error


def _error(value: object) -> tuple[str | None, str | None]:
    """The name and the cause of an error: a sentence, or what a Catch of Step Functions gives."""
    if value is None or isinstance(value, str):
        return value or None, None
    if not isinstance(value, Mapping):
        raise InvalidEventError(f'"query.error" must be text or an object, not {_kind(value)}')
    cause = value.get("Cause")
    return str(value.get("Error") or "unknown error"), None if cause is None else str(cause)


def _rows(value: object) -> Sequence[Sequence[Mapping[str, Any]]]:
    rows = [] if value is None else value
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise InvalidEventError('"query.results" must be a list of rows, each a list of fields')
    if not all(isinstance(field, Mapping) for row in rows for field in row):
        raise InvalidEventError('"query.results" must hold fields such as {"Field": …, "Value": …}')
    return rows


def _minutes(value: object) -> int:
    if value is None:
        return DEFAULT_LOOKBACK_MINUTES
    if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
        raise InvalidEventError(f'"query.lookback_minutes" must be a number above 0, not {value!r}')
    return int(value) or 1


def _mapping(document: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = document.get(key)
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise InvalidEventError(f'"{key}" must be an object, not {_kind(value)}')
    return value


def _text(document: Mapping[str, Any], parent: str, key: str) -> str | None:
    value = document.get(key)
    if value is not None and not isinstance(value, str):
        raise InvalidEventError(f'"{parent}.{key}" must be text, not {_kind(value)}')
    return value or None


def _instant(document: Mapping[str, Any], parent: str, key: str) -> datetime | None:
    text = _text(document, parent, key)
    try:
        return None if text is None else parse_instant(text)
    except ValueError as error:
        wanted = "an instant such as 2026-11-22T23:34:08Z"
        raise InvalidEventError(f'"{parent}.{key}" must be {wanted}, not {text!r}') from error


def _kind(value: object) -> str:
    return "null" if value is None else type(value).__name__
