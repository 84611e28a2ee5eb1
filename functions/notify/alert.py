"""What an alert says, before it is drawn for Slack. Pure."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from functions.catalogue import CATALOGUE, FilledRemedy, Severity
from functions.notify.event import NotifyEvent, Transition
from functions.notify.facts import Fact, facts
from functions.notify.links import Link, execution_link, logs_link
from functions.notify.log_error import LogError
from functions.notify.log_note import log_note
from functions.notify.reason import LASTING
from functions.notify.redaction import redact_message
from functions.notify.root_cause import MAX_ERROR as MAX_EVIDENCE_ERROR
from functions.notify.text import one_line, shorten
from functions.notify.wording import age, instant, parse_instant
from functions.report import Finding, Status

MAX_NAME = 40
MAX_SUMMARY = 500
MAX_MUTED = 10
MAX_ERROR = 500
"""Characters; escaped they may be five times as many, and a section takes 3,000."""

DEFAULT_CHECK = "SELECT * FROM pg_stat_subscription;"

_SIGNS = {Severity.CRITICAL: "🔴", Severity.WARNING: "🟡"}
_REMARKS = {
    Transition.CHANGED: " (changed)",
    Transition.REMINDER: " (still)",
    Transition.TEST: " (test)",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding in words; `subject` is the subscription, if the finding concerns one."""

    subject: str | None
    headline: str
    summary: str
    meaning: str
    facts: tuple[Fact, ...]
    remedies: tuple[FilledRemedy, ...]
    check: str | None


@dataclass(frozen=True, slots=True)
class Alert:
    """Everything a message tells. Problems come worst first; `unlisted` counts further ones.

    Foreign text in it is cleaned and redacted, but not escaped: that depends on where it is drawn.
    """

    sign: str
    title: str
    lead: str
    problems: tuple[Problem, ...]
    unlisted: int
    checks: tuple[str, ...]
    log_groups: tuple[str, ...]
    log_note: str
    not_visible: tuple[str, ...]
    muted: tuple[str, ...]
    error: str | None
    links: tuple[Link, ...]


def compose(
    event: NotifyEvent, errors: Sequence[LogError], now: datetime, runbook: str | None = None
) -> Alert:
    """The alert for an event, with what was found in the log; `now` dates it.

    `runbook` is the address of docs/runbook.md, which has an anchor for each cause.
    """
    cluster = event.cluster
    findings = worst_first(cluster.findings)
    problems = tuple(_problem(finding) for finding in findings)
    return Alert(
        sign=_sign(event, findings),
        title=_title(event, problems),
        lead=_lead(event, findings, now),
        problems=problems,
        unlisted=cluster.omitted_findings,
        checks=tuple(dict.fromkeys(one.check or DEFAULT_CHECK for one in problems))
        or (DEFAULT_CHECK,),
        log_groups=cluster.log_groups,
        log_note=log_note(event.query, len(errors), cluster.log_groups),
        not_visible=tuple(shorten(one_line(one), MAX_SUMMARY) for one in cluster.not_visible[:3]),
        muted=tuple(_muted(one) for one in cluster.muted[:MAX_MUTED]),
        error=_telling_error(findings, errors),
        links=(*_console_links(event, now), *_runbook_links(findings, runbook)),
    )


def worst_first(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(findings, key=lambda finding: finding.severity.rank))


def _name(text: str) -> str:
    return shorten(one_line(text), MAX_NAME) or "(no name)"


def _sign(event: NotifyEvent, findings: Sequence[Finding]) -> str:
    if event.transition is Transition.TEST:
        return "🔔"
    if event.transition is Transition.RESOLVED:
        return "🟢"
    if event.cluster.status is Status.UNKNOWN:
        return "🟠"
    if findings:
        return _SIGNS[findings[0].severity]
    return "🟢" if event.cluster.status is Status.HEALTHY else "🔴"


def _title(event: NotifyEvent, problems: Sequence[Problem]) -> str:
    """`sample-cluster: orders_sub stopped: a change cannot be applied, and 2 more`."""
    cluster = _name(event.cluster.cluster) + _REMARKS.get(event.transition, "")
    if event.transition is Transition.RESOLVED:
        return f"{cluster}: replication works again"
    if not problems:
        return f"{cluster}: {_without_findings(event.cluster.status)}"
    worst = problems[0]
    more = len(problems) - 1 + event.cluster.omitted_findings
    headline = worst.headline + (f", and {more} more" if more else "")
    return f"{cluster}: {worst.subject} {headline}" if worst.subject else f"{cluster} {headline}"


def _without_findings(status: Status) -> str:
    words = {
        Status.HEALTHY: "replication is healthy",
        Status.UNHEALTHY: "replication is unhealthy",
        Status.UNKNOWN: "replication could not be checked",
    }
    return words[status]


def _problem(finding: Finding) -> Problem:
    cause = CATALOGUE[finding.cause]
    return Problem(
        subject=None if finding.subscription is None else _name(finding.subscription),
        headline=cause.headline,
        summary=shorten(one_line(redact_message(finding.summary)), MAX_SUMMARY),
        meaning=cause.meaning,
        facts=facts(finding),
        remedies=_remedies(finding),
        check=cause.check,
    )


def _muted(finding: Finding) -> str:
    return (
        f"{_name(finding.subscription)} {finding.cause}" if finding.subscription else finding.cause
    )


def _remedies(finding: Finding) -> tuple[FilledRemedy, ...]:
    """What helps; before a subscription that disabled itself is enabled, its reason must go."""
    values = {**finding.evidence, "subscription": finding.subscription}
    reason = finding.evidence.get("reason")
    causes = [reason, finding.cause] if reason in LASTING else [finding.cause]
    return tuple(one for cause in causes for one in CATALOGUE[str(cause)].remedies_for(values))


def _lead(event: NotifyEvent, findings: Sequence[Finding], now: datetime) -> str:
    if event.transition is Transition.RESOLVED:
        lasted = f" after {age(event.opened_at, now)}" if event.opened_at else ""
        return f"Recovered{lasted}, at {instant(now, now)}."
    if event.transition is Transition.TEST:
        return f"This is a test, at {instant(now, now)}. An alert looks like this."
    return _since(event, findings, now)


def _since(event: NotifyEvent, findings: Sequence[Finding], now: datetime) -> str:
    """From the incident, else from the evidence, else from the log, which reaches back so far."""
    known = [event.opened_at] if event.opened_at else _told_by(findings, "since")
    if known:
        return f"Since {instant(min(known), now)}, {age(min(known), now)}."
    logged = _told_by(findings, "error_first")
    if logged:
        return f"Since {instant(min(logged), now)} at the latest, {age(min(logged), now)}."
    return f"Noticed at {instant(event.execution.started_at or now, now)}."


def _told_by(findings: Sequence[Finding], key: str) -> list[datetime]:
    told = []
    for finding in findings:
        with suppress(KeyError, ValueError):
            told.append(parse_instant(str(finding.evidence[key])))
    return told


def _telling_error(findings: Sequence[Finding], errors: Sequence[LogError]) -> str | None:
    """The error that explains a finding, or what the function wrote when the monitor failed.

    Others may have been got over long ago; they are in the snippet.
    """
    by_message = {shorten(one.message, MAX_EVIDENCE_ERROR): one for one in reversed(errors)}
    for finding in findings:
        if (error := by_message.get(str(finding.evidence.get("error")))) is not None:
            return _error_text(error)
    failed = any(one.cause == "monitor_failed" for one in findings)
    return _error_text(errors[0]) if failed and errors else None


def _error_text(error: LogError) -> str:
    told = [f"{error.severity or 'LOG'}:  {error.message}", error.parts.get("CONTEXT", "")]
    return shorten("\n".join(line for line in told if line), MAX_ERROR)


def _console_links(event: NotifyEvent, now: datetime) -> Iterator[Link]:
    if event.execution.id is None:
        return
    query = event.query
    start = query.start or (event.execution.started_at or now) - timedelta(
        minutes=query.lookback_minutes
    )
    for link in (
        execution_link(event.execution.id),
        logs_link(
            event.execution.id,
            event.cluster.log_groups,
            query.query_string,
            start,
            query.end or now,
        ),
    ):
        if link is not None:
            yield link


def _runbook_links(findings: Sequence[Finding], runbook: str | None) -> Iterator[Link]:
    if runbook and findings:
        yield Link("Runbook", f"{runbook}#{findings[0].cause}")
