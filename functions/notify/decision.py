"""What to do in Slack about an event: what Slack has of it, what is new, and so the course. Pure.

The log may come late or not at all: a cause that it names, and the one the probe sees without it,
are the same problem. So the first is news after the second, but not the other way round.
"""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum

from functions.catalogue import CATALOGUE
from functions.incidents.decision import Transition
from functions.notify.event import Incident, NotifyEvent, Posted
from functions.notify.log.root_cause import is_same_problem, stands_behind
from functions.report import Finding


class Step(StrEnum):
    """One call to Slack on the way to a complete notification."""

    POST = "post"
    UPDATE = "update"
    REPLY = "reply"
    ATTACH = "attach"

    def of(self, key: str) -> str:
        """The entry in a receipt that says Slack has accepted this step of a notification."""
        return f"{key} {self}"


def detail_entry(first: Posted, digest: str) -> str:
    """The entry in a receipt that says Slack has a problem's details below a first message."""
    return f"detail {first.ts} {digest}"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What Slack has of an incident: its first message, and what was posted.

    `incident` is its key, None for what belongs to no incident. `entries` are the keys of the
    notifications that are complete, and one for each step and each detail. `causes` are those
    reported last.
    """

    incident: str | None = None
    first: Posted | None = None
    entries: frozenset[str] = frozenset()
    causes: tuple[str, ...] = ()

    def has_begun(self, key: str) -> bool:
        """Whether an earlier attempt posted this notification, complete or not."""
        return not self.entries.isdisjoint({key, Step.POST.of(key), Step.UPDATE.of(key)})


class Course(StrEnum):
    """What can be done; "first" is the incident's first message."""

    POST = "post a message, which becomes the first, with errors.json below it"
    CONTINUE = "bring the first up to date and reply below it"
    UPDATE = "bring the first up to date"
    SILENCE = "post nothing: it is muted, or the end of what was never posted"
    ALREADY_POSTED = "post nothing: an earlier attempt did"
    NOTHING_NEW = "post nothing: the log explains no more than before"

    @property
    def is_silent(self) -> bool:
        return self in {Course.SILENCE, Course.ALREADY_POSTED, Course.NOTHING_NEW}


def decide(event: NotifyEvent, entries: AbstractSet[str]) -> Course:
    """The course for an event whose incident names the first message, if there is one.

    `entries` are those of the incident's receipt.
    """
    incident = event.incident
    if incident is None:
        return Course.SILENCE if event.is_muted else Course.POST
    if event.key in entries:
        return Course.ALREADY_POSTED
    if event.is_muted:
        return Course.UPDATE if incident.first else Course.SILENCE
    if is_second_reading(event, incident) and not new_findings(event, incident):
        return Course.NOTHING_NEW
    if incident.first is not None:
        return Course.POST if Step.POST.of(event.key) in entries else Course.CONTINUE
    never_posted = event.transition is Transition.RESOLVED and not incident.undelivered
    return Course.SILENCE if never_posted else Course.POST


def new_findings(event: NotifyEvent, incident: Incident) -> tuple[Finding, ...]:
    """Those whose cause was not reported, worst first."""
    return tuple(
        finding for finding in event.findings if not _was_reported(finding.cause, incident)
    )


def gone_causes(event: NotifyEvent, incident: Incident) -> tuple[str, ...]:
    """Those that were reported and are seen no more; what was muted meanwhile has not gone.

    A cause that this version does not know has no words.
    """
    cluster = event.cluster
    seen = {finding.cause for finding in (*cluster.findings, *cluster.muted)}
    known = [cause for cause in incident.causes if cause in CATALOGUE]
    return tuple(cause for cause in known if not any(is_same_problem(cause, now) for now in seen))


def is_second_reading(event: NotifyEvent, incident: Incident) -> bool:
    """Whether only the log is read again, because it may explain more than it did."""
    unchanged = event.fingerprint == incident.fingerprint
    return unchanged and event.transition is Transition.CHANGED


def _was_reported(cause: str, incident: Incident) -> bool:
    return any(cause == reported or stands_behind(reported, cause) for reported in incident.causes)
