"""What is said in the thread below an incident's first message. Pure.

The first message has the details; a reply says what is new. It is Slack's mrkdwn, with foreign
names escaped.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from functions.catalogue import CATALOGUE
from functions.incidents.decision import Transition
from functions.notify.alert.blocks import code, escape
from functions.notify.alert.opening import headlines, name, sign, title
from functions.notify.decision import gone_causes, is_second_reading, new_findings
from functions.notify.event import Incident, NotifyEvent
from functions.notify.text import age
from functions.report import Finding

LISTED: Final = 10


@dataclass(frozen=True, slots=True)
class Reply:
    """`broadcast`: the channel sees it too, not only who follows the thread."""

    text: str
    broadcast: bool = False


def reply(event: NotifyEvent, incident: Incident, now: datetime) -> Reply:
    """What to say below the first message when an incident goes on, comes back or ends."""
    lasted = age(incident.opened_at, now)
    match event.transition:
        case Transition.RESOLVED:
            return Reply(f"Recovered after {lasted}.")
        case Transition.REMINDER:
            still = f"{sign(event)} Still, after {lasted}: {title(event)}"
            return Reply(escape(still), broadcast=True)
        case Transition.OPENED if incident.closed_at is not None:
            recovered = age(incident.closed_at, now)
            again = f"Broken again, {recovered} after the recovery:"
            return Reply("\n".join([again, *_named(event.findings)]))
    return Reply("\n".join(_changed(event, incident, lasted)))


def _changed(event: NotifyEvent, incident: Incident, lasted: str) -> Iterator[str]:
    new, gone = new_findings(event, incident), gone_causes(event, incident)
    yield (
        "The log says more." if is_second_reading(event, incident) else f"Changed after {lasted}."
    )
    if new or not gone:
        yield "*New:*"
        yield from _named(new or event.findings)
    if gone:
        yield "*No longer:*"
        yield from (f"• {words}" for words in headlines(gone))


def _named(findings: Sequence[Finding]) -> Iterator[str]:
    for finding in findings[:LISTED]:
        words = CATALOGUE[finding.cause].headline
        yield (
            f"• {code(name(finding.subscription))} {words}"
            if finding.subscription
            else f"• {words}"
        )
    if len(findings) > LISTED:
        yield f"… and {len(findings) - LISTED} more"
