"""Decides what an alert says. Pure."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from functions.catalogue import CATALOGUE, FilledRemedy, Nature, Script
from functions.incidents.decision import Transition
from functions.notify.alert.alert import Alert, Problem
from functions.notify.alert.facts import facts
from functions.notify.alert.links import Link, execution_link, logs_link
from functions.notify.alert.log_note import log_note
from functions.notify.alert.opening import headlines, lead, name, sign, title
from functions.notify.event import NotifyEvent
from functions.notify.log.error import LogError
from functions.notify.log.root_cause import MAX_ERROR as MAX_EVIDENCE_ERROR
from functions.notify.redaction import redact_message
from functions.notify.text import one_line, shorten
from functions.report import ClusterReport, Finding

MAX_SUMMARY: Final = 500
MAX_MUTED: Final = 10
MAX_ERROR: Final = 500
"""Characters; escaped they may be five times as many, and a section takes 3,000."""

DEFAULT_CHECK: Final = Script("SELECT * FROM pg_stat_subscription;")


def compose(
    event: NotifyEvent,
    errors: Sequence[LogError],
    now: datetime,
    runbook: str | None = None,
    *,
    attached: bool = True,
) -> Alert:
    """The alert for an event, with what was found in the log; `now` dates it.

    `runbook` is the address of docs/runbook.md, which has an anchor for each cause. `attached`:
    the errors are in errors.json below the message.
    """
    cluster, findings = event.cluster, event.findings
    problems = tuple(_problem(finding) for finding in findings)
    checks = tuple(dict.fromkeys(check for problem in problems for check in problem.checks))
    note = log_note(event.query, len(errors), cluster.log_groups, attached=attached)
    return Alert(
        sign=sign(event),
        title=title(event),
        lead=lead(event, now),
        problems=problems,
        unlisted=cluster.omitted_findings,
        checks=() if event.is_over else checks or (DEFAULT_CHECK.filled({}),),
        log_groups=() if event.is_over else cluster.log_groups,
        log_note="" if event.is_over else note,
        not_visible=() if event.is_over else _not_visible(cluster),
        muted=tuple(_muted(finding) for finding in cluster.muted[:MAX_MUTED]),
        error=_telling_error(findings, errors),
        links=(*_console_links(event, now), *_runbook_links(findings, runbook)),
        past=_past(event),
    )


def _problem(finding: Finding) -> Problem:
    cause, values = CATALOGUE[finding.cause], _values(finding)
    return Problem(
        subject=None if finding.subscription is None else name(finding.subscription),
        headline=cause.headline,
        summary=shorten(one_line(redact_message(finding.summary)), MAX_SUMMARY),
        meaning=cause.meaning,
        facts=facts(finding),
        remedies=_remedies(finding),
        checks=tuple(check.filled(values) for check in cause.checks or (DEFAULT_CHECK,)),
    )


def _not_visible(cluster: ClusterReport) -> tuple[str, ...]:
    return tuple(shorten(one_line(unseen), MAX_SUMMARY) for unseen in cluster.not_visible[:3])


def _past(event: NotifyEvent) -> tuple[str, ...]:
    if event.incident is None or event.is_muted or event.transition is not Transition.RESOLVED:
        return ()
    return headlines(event.incident.causes)


def _muted(finding: Finding) -> str:
    return (
        f"{name(finding.subscription)} {finding.cause}" if finding.subscription else finding.cause
    )


def _remedies(finding: Finding) -> tuple[FilledRemedy, ...]:
    """What helps; before a subscription that disabled itself is enabled, its reason must go."""
    values = _values(finding)
    cause, reason = CATALOGUE[finding.cause], CATALOGUE.get(str(finding.evidence.get("reason")))
    lasts = reason is not None and reason.in_log.nature is Nature.LASTING
    causes = [reason, cause] if reason is not None and lasts else [cause]
    return tuple(remedy for cause in causes for remedy in cause.remedies_for(values))


def _values(finding: Finding) -> dict[str, object]:
    """What may stand in its SQL."""
    return {**finding.evidence, "subscription": finding.subscription}


def _telling_error(findings: Sequence[Finding], errors: Sequence[LogError]) -> str | None:
    """The error that explains a finding, or what the function wrote when the monitor failed.

    Others may have been got over long ago; they are in the snippet.
    """
    for finding in findings:
        matching = [
            error
            for error in errors
            if shorten(error.message, MAX_EVIDENCE_ERROR) == finding.evidence.get("error")
        ]
        if matching:
            own = [error for error in matching if error.worker.subscription == finding.subscription]
            return _error_text((own or matching)[0])
    failed = any(finding.cause == "monitor_failed" for finding in findings)
    return _error_text(errors[0]) if failed and errors else None


def _error_text(error: LogError) -> str:
    lines = [f"{error.severity or 'LOG'}:  {error.message}", error.parts.get("CONTEXT", "")]
    return shorten("\n".join(line for line in lines if line), MAX_ERROR)


def _console_links(event: NotifyEvent, now: datetime) -> Iterator[Link]:
    if event.execution.id is None:
        return
    query = event.query
    start = query.start or (event.execution.started_at or now) - timedelta(
        minutes=query.lookback_minutes
    )
    execution = execution_link(event.execution.id)
    logs = logs_link(
        event.execution.id,
        () if event.is_over else event.cluster.log_groups,
        query.query_string,
        start,
        query.end or now,
    )
    yield from (link for link in (execution, logs) if link is not None)


def _runbook_links(findings: Sequence[Finding], runbook: str | None) -> Iterator[Link]:
    if runbook and findings:
        yield Link("Runbook", f"{runbook}#{findings[0].cause}")
