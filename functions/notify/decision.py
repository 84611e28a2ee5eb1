"""What to do in Slack about an event. Pure."""

from collections.abc import Set as AbstractSet
from enum import StrEnum

from functions.notify.changes import is_second_look, new_findings
from functions.notify.event import NotifyEvent, Transition
from functions.notify.incident import Step


class Course(StrEnum):
    """What can be done; "first" is the incident's first message."""

    POST = "post a message, which becomes the first, with errors.json below it"
    CONTINUE = "bring the first up to date and reply below it"
    UPDATE = "bring the first up to date"
    SILENCE = "say nothing: nobody wants to hear it, or the end of what nobody heard of"
    TOLD = "say nothing: an earlier attempt told it"
    NOTHING_NEW = "say nothing: the log tells no more than before"

    @property
    def is_silent(self) -> bool:
        return self in {Course.SILENCE, Course.TOLD, Course.NOTHING_NEW}


def decide(event: NotifyEvent, told: AbstractSet[str]) -> Course:
    """The course for an event whose incident names the first message, if there is one.

    `told` are the entries of the incident's receipt.
    """
    incident = event.incident
    if incident is None:
        return Course.SILENCE if event.is_muted else Course.POST
    if event.key in told:
        return Course.TOLD
    if event.is_muted:
        return Course.UPDATE if incident.first else Course.SILENCE
    if is_second_look(event, incident) and not new_findings(event, incident):
        return Course.NOTHING_NEW
    if incident.first is not None:
        return Course.POST if Step.POST.of(event.key) in told else Course.CONTINUE
    never_told = event.transition is Transition.RESOLVED and not incident.undelivered
    return Course.SILENCE if never_told else Course.POST
