"""Reads the log into an event: its causes as the log gives them. Pure."""

from dataclasses import replace

from functions.incidents.decision import Transition
from functions.notify.event import NotifyEvent
from functions.notify.log.distinct_errors import distinct_errors, most_relevant
from functions.notify.log.error import LogError
from functions.notify.log.events import log_events
from functions.notify.log.occurrences import apply_starts
from functions.notify.log.root_cause import refine


def with_log_read(asked: NotifyEvent) -> tuple[NotifyEvent, tuple[LogError, ...]]:
    """The event with its findings refined and parted from the muted ones; the errors worth showing.

    Where all that is left is muted, whoever asked for a message gets one as a test. A test belongs
    to no incident.
    """
    events = log_events(asked.query.results)
    errors = distinct_errors(events)
    starts, checked_at = apply_starts(events), asked.execution.started_at
    cluster = refine(asked.cluster, errors, starts, checked_at).without_muted()
    event = replace(asked, cluster=cluster)
    if event.is_muted and event.force_notify:
        event = replace(event, transition=Transition.TEST)
    if event.transition is Transition.TEST:
        event = replace(event, incident=None)
    return event, most_relevant(errors)
