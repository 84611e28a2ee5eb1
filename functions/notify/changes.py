"""What changed since an incident was last told of. Pure.

The log may have come late or not at all: a cause that it tells, and the one the probe sees instead
without it, are the same matter. So the first is news after the second, but not the other way round.
"""

from functions.catalogue import CATALOGUE
from functions.notify.event import NotifyEvent, Transition
from functions.notify.incident import Incident
from functions.notify.log.root_cause import is_same_matter, stands_behind
from functions.report import Finding


def new_findings(event: NotifyEvent, incident: Incident) -> tuple[Finding, ...]:
    """Those whose cause was not told, worst first."""
    return tuple(one for one in event.findings if not _was_told(one.cause, incident))


def gone_causes(event: NotifyEvent, incident: Incident) -> tuple[str, ...]:
    """Those that were told and are seen no more; what was muted meanwhile has not gone.

    A cause that this version does not know cannot be spoken of.
    """
    cluster = event.cluster
    seen = {finding.cause for finding in (*cluster.findings, *cluster.muted)}
    known = [cause for cause in incident.causes if cause in CATALOGUE]
    return tuple(cause for cause in known if not any(is_same_matter(cause, one) for one in seen))


def is_second_look(event: NotifyEvent, incident: Incident) -> bool:
    """Whether only the log may tell more than it did."""
    unchanged = event.fingerprint == incident.fingerprint
    return unchanged and event.transition is Transition.CHANGED


def _was_told(cause: str, incident: Incident) -> bool:
    return any(cause == told or stands_behind(told, cause) for told in incident.causes)
