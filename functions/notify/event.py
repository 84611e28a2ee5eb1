"""The event Notify is invoked with, read once into frozen objects. Pure.

Only `cluster` is needed: `{"cluster": {"cluster": "sample-cluster"}}` or its name alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from functions.incidents.decision import Transition
from functions.notify.log.root_cause import is_same_problem
from functions.notify.text import parse_instant
from functions.report import ClusterReport, Finding

DEFAULT_LOOKBACK_MINUTES = 30


class InvalidEventError(Exception):
    """A key of the event is missing or has a value Notify cannot use; the message names it."""


@dataclass(frozen=True, slots=True)
class LogQuery:
    """How the log query ended: `status` of GetQueryResults, or the error that kept it from ending.

    `error` is an error's name or a sentence, `error_cause` its explanation. `results` are the rows
    as GetQueryResults returns them. `query_string`, `start` and `end` are what was asked, if the
    caller knows.
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
            status=_read_text(document, "query", "status"),
            error=error,
            error_cause=cause,
            results=_rows(document.get("results")),
            lookback_minutes=_minutes(document.get("lookback_minutes")),
            query_string=_read_text(document, "query", "query_string"),
            start=_read_instant(document, "query", "start"),
            end=_read_instant(document, "query", "end"),
        )


@dataclass(frozen=True, slots=True)
class Execution:
    """The Step Functions execution this is part of: its ARN and when it started."""

    id: str | None = None
    started_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Posted:
    """A message in Slack: the channel's id and the message's timestamp, which is its id there."""

    channel: str
    ts: str


@dataclass(frozen=True, slots=True)
class Incident:
    """The stored item of a cluster's outage, as it was claimed.

    `notifications` counts those that were recorded; `fingerprint` (None: never reported) and
    `causes` are those last reported; `first` is the incident's first message. `closed_at` is the
    reported recovery, if this event reopens the incident. `undelivered`: Slack did not accept an
    alert of it.
    """

    opened_at: datetime
    notifications: int = 0
    fingerprint: str | None = None
    causes: tuple[str, ...] = ()
    first: Posted | None = None
    closed_at: datetime | None = None
    undelivered: bool = False

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """Read it from an event; only `opened_at` is needed. Raises `InvalidEventError`."""
        opened_at = _read_instant(document, "incident", "opened_at")
        if opened_at is None:
            raise InvalidEventError('"incident.opened_at" is needed where there is an incident')
        channel, ts = (_read_text(document, "incident", key) for key in ("channel", "ts"))
        return cls(
            opened_at=opened_at,
            notifications=_count(document.get("notifications")),
            fingerprint=_read_text(document, "incident", "fingerprint"),
            causes=_causes(document.get("causes")),
            first=Posted(channel, ts) if channel and ts else None,
            closed_at=_read_instant(document, "incident", "closed_at"),
            undelivered=bool(document.get("undelivered")),
        )

    def receipt_of(self, cluster: str) -> str:
        """The key of the incident's receipt: `sample-cluster 2026-11-23T03:38:37.123Z`."""
        written = self.opened_at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return f"{cluster} {written}"


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
        """The notification's: the same for every attempt to send it."""
        notifications = self.incident.notifications if self.incident else 0
        return f"{notifications} {self.transition} {self.fingerprint}"

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Those to report, worst first."""
        return tuple(sorted(self.cluster.findings, key=lambda finding: finding.severity.rank))

    @property
    def causes(self) -> tuple[str, ...]:
        """Of the findings to report, each once, worst first."""
        return tuple(dict.fromkeys(finding.cause for finding in self.findings))

    @property
    def is_muted(self) -> bool:
        """Whether all that is wrong is muted."""
        if not self.cluster.muted or self.cluster.findings or self.transition is Transition.TEST:
            return False
        reported = self.incident.causes if self.incident else ()
        if self.transition is not Transition.RESOLVED or not reported:
            return True
        return any(
            is_same_problem(muted.cause, cause)
            for muted in self.cluster.muted
            for cause in reported
        )

    @property
    def is_over(self) -> bool:
        """Whether there is nothing to fix, and so nothing to read in the log."""
        return self.is_muted or self.transition is Transition.RESOLVED

    @classmethod
    def from_json(cls, document: object) -> Self:
        """Read the event; raises `InvalidEventError` for a key it cannot use."""
        if not isinstance(document, Mapping):
            raise InvalidEventError(f"the event must be an object, not {_kind(document)}")
        cluster = _cluster(document.get("cluster"))
        incident = _read_object(document, "incident")
        execution = _read_object(document, "execution")
        return cls(
            cluster=cluster,
            fingerprint=_fingerprint(document["cluster"], cluster),
            transition=_transition(document.get("transition"), cluster),
            force_notify=document.get("force_notify") is True,
            query=LogQuery.from_json(_read_object(document, "query")),
            incident=Incident.from_json(incident) if incident else None,
            execution=Execution(
                id=_read_text(execution, "execution", "id"),
                started_at=_read_instant(execution, "execution", "started_at"),
            ),
        )


def _cluster(value: object) -> ClusterReport:
    document = {"cluster": value} if isinstance(value, str) else value
    if not isinstance(document, Mapping) or not isinstance(document.get("cluster"), str):
        raise InvalidEventError(
            'the key "cluster" is needed: one cluster of the report, or {"cluster": "<name>"}'
        )
    findings = document.get("findings") or []
    if not isinstance(findings, list) or not all(
        isinstance(finding, Mapping) for finding in findings
    ):
        raise InvalidEventError('"cluster.findings" must be a list of objects')
    try:
        return ClusterReport.from_json(document)
    except (TypeError, ValueError) as error:
        raise InvalidEventError(f'"cluster" is not a cluster of a report: {error}') from error


def _fingerprint(document: object, cluster: ClusterReport) -> str:
    given = document.get("fingerprint") if isinstance(document, Mapping) else None
    return str(given) if given else cluster.fingerprint


def _transition(value: object, cluster: ClusterReport) -> Transition:
    if value is None:
        return Transition.OPENED if cluster.findings else Transition.TEST
    wanted = [transition for transition in Transition if transition.is_notified]
    if value not in wanted:
        raise InvalidEventError(f'"transition" is {value!r}; wanted: {", ".join(wanted)}')
    return Transition(str(value))


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


def _count(value: object) -> int:
    if value is None:
        return 0
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidEventError(f'"incident.notifications" must be a number, not {_kind(value)}')
    return int(value)


def _causes(value: object) -> tuple[str, ...]:
    causes = [] if value is None else value
    if not isinstance(causes, list):
        raise InvalidEventError(f'"incident.causes" must be a list, not {_kind(value)}')
    return tuple(str(cause) for cause in causes)


def _read_object(document: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """An object; empty if the key is missing. Raises `InvalidEventError`, like all here."""
    value = document.get(key)
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise InvalidEventError(f'"{key}" must be an object, not {_kind(value)}')
    return value


def _read_text(document: Mapping[str, Any], parent: str, key: str) -> str | None:
    """A text, None if it is missing or empty; `parent` is the document's own key."""
    value = document.get(key)
    if value is not None and not isinstance(value, str):
        raise InvalidEventError(f'"{parent}.{key}" must be text, not {_kind(value)}')
    return value or None


def _read_instant(document: Mapping[str, Any], parent: str, key: str) -> datetime | None:
    """An ISO 8601 instant, in UTC."""
    written = _read_text(document, parent, key)
    try:
        return None if written is None else parse_instant(written)
    except ValueError as error:
        wanted = "an instant such as 2026-11-22T23:34:08Z"
        raise InvalidEventError(f'"{parent}.{key}" must be {wanted}, not {written!r}') from error


def _kind(value: object) -> str:
    """What a value is, for a sentence that says what it should be."""
    return "null" if value is None else type(value).__name__
