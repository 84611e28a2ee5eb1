"""What Notify answers to the state machine."""

from collections.abc import Sequence
from typing import Any

from functions.notify.alert.alert import Alert
from functions.notify.alert.plain_text import plain_text, subject
from functions.notify.decision import Course
from functions.notify.delivery import Delivery
from functions.notify.event import NotifyEvent
from functions.notify.log.root_cause import is_explained
from functions.notify.redaction import redact_message
from functions.notify.settings import ParameterError
from functions.notify.slack_errors import SlackError, SlackUnavailableError


def delivered(
    event: NotifyEvent, course: Course, delivery: Delivery, causes: Sequence[str]
) -> dict[str, Any]:
    """All is told, or there was nothing to tell.

    `{"delivered": true, "sent", "channel", "ts", "causes", "snippet", "explained"}`: `channel` and
    `ts` are those of the incident's first message, None if there is none; `causes` those told,
    worst first. `sent` is false if only the log was looked at again and told no more than before;
    `explained` is false while it still may, or has after an earlier attempt told the event.
    """
    told_before = event.incident.causes if event.incident else ()
    nothing_new = course is Course.NOTHING_NEW
    return {
        "delivered": True,
        "sent": not nothing_new,
        "channel": delivery.first.channel if delivery.first else None,
        "ts": delivery.first.ts if delivery.first else None,
        "causes": list(told_before if nothing_new else causes),
        "snippet": delivery.snippet.value,
        "explained": tuple(causes) == event.causes and all(map(is_explained, event.findings)),
    }


def undelivered(
    event: NotifyEvent, alert: Alert, problem: SlackError | ParameterError
) -> dict[str, Any]:
    """Slack did not take all of it; with the alert as an e-mail tells it.

    `{"delivered": false, "error", "problem", "refused", "retry_after_seconds", "causes", "text",
    "subject"}`: `refused` means that waiting will not mend it, `problem` says what will.
    """
    wait = problem.retry_after_seconds if isinstance(problem, SlackError) else None
    return {
        "delivered": False,
        "error": type(problem).__name__,
        "problem": redact_message(str(problem)),
        "refused": not isinstance(problem, SlackUnavailableError),
        "retry_after_seconds": wait,
        "causes": list(event.causes),
        "text": plain_text(alert),
        "subject": subject(alert),
    }
