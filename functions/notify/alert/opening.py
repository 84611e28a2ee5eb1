"""The first words of an alert: the sign, the title and since when. Pure."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Final

from functions.catalogue import CATALOGUE, COULD_NOT_BE_CHECKED, Severity
from functions.incidents.decision import Transition
from functions.notify.event import NotifyEvent
from functions.notify.text import age, instant, one_line, parse_instant, shorten
from functions.report import Finding, Status

MAX_NAME: Final = 63
"""Of PostgreSQL's names (NAMEDATALEN, in bytes) and RDS's: what is longer is neither."""

_SIGNS: Final = {Severity.CRITICAL: "🔴", Severity.WARNING: "🟡"}
_WITHOUT_FINDINGS: Final = {
    Status.HEALTHY: "replication is healthy",
    Status.UNHEALTHY: "replication is unhealthy",
    Status.UNKNOWN: "replication could not be checked",
}


def name(text: str) -> str:
    """A foreign name, short and on one line."""
    return shorten(one_line(text), MAX_NAME) or "(no name)"


def sign(event: NotifyEvent) -> str:
    if event.transition is Transition.TEST:
        return "🔔"
    if event.is_muted:
        return "🔕"
    if event.transition is Transition.RESOLVED:
        return "🟢"
    if event.cluster.status is Status.UNKNOWN:
        return "🟠"
    if event.findings:
        return _SIGNS[event.findings[0].severity]
    return "🟢" if event.cluster.status is Status.HEALTHY else "🔴"


def title(event: NotifyEvent) -> str:
    """`sample-cluster: orders_sub stopped: a change cannot be applied, and 2 more`."""
    cluster = name(event.cluster.cluster)
    if event.transition is Transition.TEST:
        return _said_of(f"{cluster} (test)", event, event.findings)
    if event.is_muted:
        return _said_of(f"{cluster} (muted)", event, event.cluster.muted)
    if event.transition is Transition.RESOLVED:
        return (
            f"{cluster} can be checked again"
            if _was_unknown(event)
            else f"{cluster}: replication works again"
        )
    return _said_of(cluster, event, event.findings)


def headline(finding: Finding) -> str:
    """`orders_sub stopped: a change cannot be applied`, plain text."""
    words = CATALOGUE[finding.cause].headline
    return words if finding.subscription is None else f"{name(finding.subscription)} {words}"


def headlines(causes: Iterable[str]) -> tuple[str, ...]:
    """What causes are called; one that this version does not know is left out."""
    return tuple(CATALOGUE[cause].headline for cause in causes if cause in CATALOGUE)


def lead(event: NotifyEvent, now: datetime) -> str:
    """Since when, or for how long; a whole sentence or two."""
    if event.transition is Transition.TEST:
        return f"This is a test, at {instant(now, now)}. An alert looks like this."
    if event.is_muted:
        return (
            f"This is muted, as of {instant(now, now)}: the monitor goes on checking and says no "
            "more about it."
        )
    if event.transition is Transition.RESOLVED:
        return _recovered(event, now)
    return _since(event, now)


def _said_of(cluster: str, event: NotifyEvent, findings: Sequence[Finding]) -> str:
    if not findings:
        return f"{cluster}: {_WITHOUT_FINDINGS[event.cluster.status]}"
    omitted = event.cluster.omitted_muted if event.is_muted else event.cluster.omitted_findings
    more = len(findings) - 1 + omitted
    words = headline(findings[0]) + (f", and {more} more" if more else "")
    return f"{cluster}: {words}" if findings[0].subscription is not None else f"{cluster} {words}"


def _was_unknown(event: NotifyEvent) -> bool:
    """Whether all that was wrong is that nobody could find out."""
    reported = event.incident.causes if event.incident else ()
    return bool(reported) and COULD_NOT_BE_CHECKED.issuperset(reported)


def _recovered(event: NotifyEvent, now: datetime) -> str:
    incident = event.incident
    if incident is None:
        return f"Recovered, at {instant(now, now)}."
    lasted = age(incident.opened_at, now)
    if incident.first is not None:
        return f"Recovered after {lasted}, at {instant(now, now)}."
    return (
        f"Recovered after {lasted}: it lasted from {instant(incident.opened_at, now)} to "
        f"{instant(now, now)}. The alert could not be delivered to Slack then."
    )


def _since(event: NotifyEvent, now: datetime) -> str:
    """From the incident or the evidence, else from the log, which reaches back only so far."""
    known = _instants(event.findings, "since")
    known += [event.incident.opened_at] if event.incident else []
    if known:
        return f"Since {instant(min(known), now)}, {age(min(known), now)}{_but(event, now)}."
    logged = _instants(event.findings, "error_first")
    if logged:
        return f"Since {instant(min(logged), now)} at the latest, {age(min(logged), now)}."
    return f"Noticed at {instant(event.execution.started_at or now, now)}."


def _but(event: NotifyEvent, now: datetime) -> str:
    recovered = event.incident.closed_at if event.incident else None
    return f", with a recovery at {instant(recovered, now)}" if recovered else ""


def _instants(findings: Sequence[Finding], key: str) -> list[datetime]:
    instants = []
    for finding in findings:
        with suppress(KeyError, ValueError):
            instants.append(parse_instant(str(finding.evidence[key])))
    return instants
