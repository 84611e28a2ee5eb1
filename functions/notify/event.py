"""The event Notify is invoked with, read once into frozen objects. Pure.

Only `cluster` is needed: `{"cluster": {"cluster": "sample-cluster"}}` or its name alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Self

from functions.notify.fields import InvalidEventError, kind, read_instant, read_object, read_text
from functions.notify.incident import Incident
from functions.notify.log.root_cause import is_same_matter
from functions.report import ClusterReport, Finding

DEFAULT_LOOKBACK_MINUTES = 30


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
            status=read_text(document, "query", "status"),
            error=error,
            error_cause=cause,
            results=_rows(document.get("results")),
            lookback_minutes=_minutes(document.get("lookback_minutes")),
            query_string=read_text(document, "query", "query_string"),
            start=read_instant(document, "query", "start"),
            end=read_instant(document, "query", "end"),
        )


@dataclass(frozen=True, slots=True)
class Execution:
    """The Step Functions execution this is part of: its ARN and when it started."""

    id: str | None = None
    started_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class NotifyEvent:
    """`fingerprint` is that of the check, before the log refined its causes.

    `incident` is None for an invocation by hand, and for a test.
    """

    cluster: ClusterReport
    fingerprint: str
    transition: Transition
    force_notify: bool
    query: LogQuery
    incident: Incident | None
    execution: Execution

    @property
    def key(self) -> str:
        """The notification's: the same for every attempt to tell the same thing."""
        notifications = self.incident.notifications if self.incident else 0
        return f"{notifications} {self.transition} {self.fingerprint}"

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Those to tell, worst first."""
        return tuple(sorted(self.cluster.findings, key=lambda finding: finding.severity.rank))

    @property
    def causes(self) -> tuple[str, ...]:
        """Of the findings to tell, each once, worst first."""
        return tuple(dict.fromkeys(finding.cause for finding in self.findings))

    @property
    def is_muted(self) -> bool:
        """Whether all that is wrong is what nobody wants to hear of any more."""
        if not self.cluster.muted or self.cluster.findings or self.transition is Transition.TEST:
            return False
        told = self.incident.causes if self.incident else ()
        if self.transition is not Transition.RESOLVED or not told:
            return True
        return any(is_same_matter(one.cause, cause) for one in self.cluster.muted for cause in told)

    @property
    def is_over(self) -> bool:
        """Whether there is nothing to mend, and so nothing to say about the log."""
        return self.is_muted or self.transition is Transition.RESOLVED

    @classmethod
    def from_json(cls, document: object) -> Self:
        """Read the event; raises `InvalidEventError` for a key it cannot use."""
        if not isinstance(document, Mapping):
            raise InvalidEventError(f"the event must be an object, not {kind(document)}")
        cluster = _cluster(document.get("cluster"))
        incident = read_object(document, "incident")
        execution = read_object(document, "execution")
        return cls(
            cluster=cluster,
            fingerprint=_fingerprint(document["cluster"], cluster),
            transition=_transition(document.get("transition"), cluster),
            force_notify=document.get("force_notify") is True,
            query=LogQuery.from_json(read_object(document, "query")),
            incident=Incident.from_json(incident) if incident else None,
            execution=Execution(
                id=read_text(execution, "execution", "id"),
                started_at=read_instant(execution, "execution", "started_at"),
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


def _fingerprint(document: object, cluster: ClusterReport) -> str:
    told = document.get("fingerprint") if isinstance(document, Mapping) else None
    return str(told) if told else cluster.fingerprint


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
        raise InvalidEventError(f'"query.error" must be text or an object, not {kind(value)}')
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
