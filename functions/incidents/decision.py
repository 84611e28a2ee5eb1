"""What is to be done about one cluster: from its verdict, its incident and the run. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from typing import Final

from functions.incidents.asked import EVERYTHING, Asked, is_monitor
from functions.incidents.incident import Incident, IncidentStatus, expiry
from functions.incidents.times import (
    KEPT_WHILE_OPEN,
    KEPT_WHILE_SUSPECTED,
    LEASE,
    LOG_IS_LATE,
    REMIND_AFTER,
    REMIND_EVERY,
)
from functions.report import ClusterReport, Status

UNKNOWN_RUNS: Final = 2
"""On which consecutive run without an answer to notify, where a cluster has no `unknown-runs`."""


class Transition(StrEnum):
    """What happens to the incident; of `noted` and `forgotten` nobody is notified."""

    OPENED = "opened"
    CHANGED = "changed"
    REMINDER = "reminder"
    RESOLVED = "resolved"
    TEST = "test"
    NOTED = "noted"
    FORGOTTEN = "forgotten"

    @property
    def is_notified(self) -> bool:
        return self not in {Transition.NOTED, Transition.FORGOTTEN}


class Urgency(IntEnum):
    """The order in which a run takes on what is to be done."""

    NEVER_NOTIFIED = 0
    ORDINARY = 1
    SECOND_READING = 2
    """Nothing has changed; the log may say more than it did."""


@dataclass(frozen=True, slots=True)
class Run:
    """The execution that decides: its ARN, its start, the instant of the decision, what it checked.

    `force_notify`: something is posted of every cluster.
    """

    execution: str
    started_at: datetime
    now: datetime
    force_notify: bool = False
    asked: Asked = EVERYTHING


@dataclass(frozen=True, slots=True)
class Verdict:
    """A cluster's report, whole; `has_memory`: it was compared with what earlier runs remember."""

    report: ClusterReport
    has_memory: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """`incident` is the item to write, None where nothing is written (a test)."""

    transition: Transition
    incident: Incident | None
    urgency: Urgency


def decision(verdict: Verdict, stored: Incident | None, run: Run) -> Decision | None:
    """What is to be done, None if nothing; `stored` is None without an item, or a sound one."""
    incident = stored and _of_this_version(stored, verdict.report)
    transition = _transition(verdict, incident, run)
    match transition:
        case None:
            return None
        case Transition.TEST:
            after = None
        case Transition.NOTED:
            after = _noted(verdict.report.cluster, incident, run.now)
        case Transition.FORGOTTEN:
            after = incident and _forgotten(incident, run.now)
        case _:
            after = _claimed(verdict, incident, transition, run)
    return Decision(transition, after, _urgency(transition, verdict.report, incident))


def _of_this_version(incident: Incident, report: ClusterReport) -> Incident:
    """An update is no change: a fingerprint of the same findings by a former version is today's."""
    former = _former_fingerprint(report)
    undelivered = incident.undelivered
    if undelivered is not None:
        undelivered = undelivered.replace(former, report.fingerprint)
    if incident.fingerprint != former:
        return replace(incident, undelivered=undelivered)
    return replace(incident, fingerprint=report.fingerprint, undelivered=undelivered)


def _former_fingerprint(report: ClusterReport) -> str:
    """The definition itself once wrote the verdict of a check that failed."""
    causes = {finding.cause for finding in report.findings}
    is_failed_check = is_monitor(report.cluster) and causes == {"monitor_failed"}
    return "monitor_failed" if is_failed_check else report.former_fingerprint


def _transition(verdict: Verdict, incident: Incident | None, run: Run) -> Transition | None:
    report = verdict.report
    drill = Transition.TEST if run.force_notify and not is_monitor(report.cluster) else None
    if incident is None:
        return _of_unknown_incident(report, None, run) if report.findings else drill
    if _is_the_turn_of_others(incident, run):
        return drill
    if report.findings:
        return (
            _of_ongoing(verdict, incident, run)
            if incident.is_open
            else _of_unknown_incident(report, incident, run)
        )
    if drill and (not incident.is_open or report.muted):
        return drill
    if incident.is_open:
        needs_memory = incident.rests_on_memory and not verdict.has_memory
        return drill if needs_memory else Transition.RESOLVED
    return Transition.FORGOTTEN if incident.unknown_runs else None


def _is_the_turn_of_others(incident: Incident, run: Run) -> bool:
    """Another notifies, or decided after this run began, which may have seen an older world."""
    is_claimed = incident.claimed_until is not None and incident.claimed_until > run.now
    return is_claimed or incident.decided_at > run.started_at


def _of_unknown_incident(report: ClusterReport, incident: Incident | None, run: Run) -> Transition:
    """Broken, and nothing is open."""
    return Transition.NOTED if _is_too_early(report, incident, run) else Transition.OPENED


def _is_too_early(report: ClusterReport, incident: Incident | None, run: Run) -> bool:
    """One run without an answer is ordinary, also during an outage: a server that crashes."""
    wanted = UNKNOWN_RUNS if report.unknown_runs is None else report.unknown_runs
    runs = (incident.unknown_runs or 0) if incident else 0
    return report.status is Status.UNKNOWN and not run.force_notify and runs + 1 < wanted


def _of_ongoing(verdict: Verdict, incident: Incident, run: Run) -> Transition | None:
    """Broken, and an incident is open."""
    report = verdict.report
    if _is_never_notified(incident):
        return Transition.OPENED
    if incident.fingerprint != report.fingerprint:
        too_early = _is_too_early(report, incident, run)
        return Transition.NOTED if too_early else Transition.CHANGED
    if run.force_notify or _reminder_is_due(report, incident, run.now):
        return Transition.REMINDER
    if _log_may_explain_more(incident, run.now):
        return Transition.CHANGED
    return Transition.FORGOTTEN if incident.unknown_runs else None


def _is_never_notified(incident: Incident) -> bool:
    """Nobody knows, or the last that people heard is a recovery."""
    return (
        incident.last_notified_at is None
        or incident.closed_at is not None
        or incident.claimed_for == Transition.RESOLVED
    )


def _reminder_is_due(report: ClusterReport, incident: Incident, now: datetime) -> bool:
    """The first after `remind-after-minutes`, each further one as late, or `REMIND_EVERY`."""
    if incident.opened_at is None or incident.last_notified_at is None:
        return False
    minutes = report.remind_after_minutes
    first = REMIND_AFTER if minutes is None else timedelta(minutes=minutes)
    is_reminded = incident.last_notified_at >= incident.opened_at + first
    return now >= incident.last_notified_at + (max(REMIND_EVERY, first) if is_reminded else first)


def _log_may_explain_more(incident: Incident, now: datetime) -> bool:
    return (
        incident.explained is False
        and incident.last_notified_at is not None
        and now < incident.last_notified_at + LOG_IS_LATE
    )


def _urgency(transition: Transition, report: ClusterReport, incident: Incident | None) -> Urgency:
    """What Slack has refused before waits with the others: it may be refused for ever."""
    if transition is Transition.OPENED and not (incident and incident.undelivered):
        return Urgency.NEVER_NOTIFIED
    is_unchanged = incident is not None and incident.fingerprint == report.fingerprint
    if transition is Transition.CHANGED and is_unchanged:
        return Urgency.SECOND_READING
    return Urgency.ORDINARY


def _claimed(
    verdict: Verdict, incident: Incident | None, transition: Transition, run: Run
) -> Incident:
    """The incident, open and this execution's; one that begins now has been open since the first
    run without an answer.
    """
    before = incident or Incident(
        verdict.report.cluster, IncidentStatus.OPEN, run.now, expiry(run.now, KEPT_WHILE_OPEN)
    )
    begins_or_changes = transition in {Transition.OPENED, Transition.CHANGED}
    return replace(
        before,
        status=IncidentStatus.OPEN,
        opened_at=before.opened_at or before.unknown_since or run.now,
        notifications=before.notifications or 0,
        claimed_by=run.execution,
        claimed_for=transition.value,
        claimed_until=run.now + LEASE,
        decided_at=run.now,
        expires_at=expiry(run.now, KEPT_WHILE_OPEN),
        unknown_runs=None,
        unknown_since=None,
        rests_on_memory=before.rests_on_memory
        or (begins_or_changes and verdict.has_memory)
        or None,
    )


def _noted(cluster: str, incident: Incident | None, now: datetime) -> Incident:
    before = incident or Incident(
        cluster, IncidentStatus.SUSPECTED, now, expiry(now, KEPT_WHILE_SUSPECTED)
    )
    return replace(
        before,
        decided_at=now,
        unknown_since=before.unknown_since or now,
        unknown_runs=(before.unknown_runs or 0) + 1,
    )


def _forgotten(incident: Incident, now: datetime) -> Incident:
    """A suspicion without an incident may go at once."""
    is_all = incident.status is IncidentStatus.SUSPECTED
    return replace(
        incident,
        decided_at=now,
        unknown_runs=None,
        unknown_since=None,
        expires_at=expiry(now, timedelta()) if is_all else incident.expires_at,
    )
