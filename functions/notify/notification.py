"""One notification: reads the log, decides, posts to Slack, and answers the state machine."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from functions.incidents.decision import Transition
from functions.notify.alert.alert import Alert
from functions.notify.alert.compose import compose
from functions.notify.alert.message import draw
from functions.notify.alert.plain_text import plain_text, subject
from functions.notify.alert.replies import reply
from functions.notify.decision import Course, Receipt, Step, decide
from functions.notify.delivery import Attachment, Delivery, Notification, Progress, Snippet, deliver
from functions.notify.event import NotifyEvent
from functions.notify.log.error import LogError
from functions.notify.log.reading import with_log_read
from functions.notify.log.root_cause import is_explained
from functions.notify.receipts import Receipts
from functions.notify.redaction import redact_message
from functions.notify.settings import ParameterError, slack_settings
from functions.notify.slack import Slack, SlackError, SlackUnavailableError
from functions.telemetry import Measure, identify_execution, logger, publish

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient


@dataclass(frozen=True, slots=True)
class Clients:
    """What Notify needs of the world; `runbook` is the address of docs/runbook.md, if known."""

    ssm: "SSMClient"
    receipts: Receipts
    slack_base_url: str
    runbook: str | None = None


@dataclass(frozen=True, slots=True)
class _Request:
    """What to notify of at the instant `now`; `event` and `errors` are as the log explains them."""

    event: NotifyEvent
    errors: Sequence[LogError]
    receipt: Receipt
    now: datetime
    runbook: str | None

    @property
    def causes(self) -> tuple[str, ...]:
        """Those that Slack has or will have: an earlier attempt may have known less."""
        begun = self.receipt.has_begun(self.event.key)
        return self.receipt.causes if begun else self.event.causes

    def alert(self, *, attached: bool) -> Alert:
        return compose(self.event, self.errors, self.now, self.runbook, attached=attached)


def send_notification(
    document: Mapping[str, Any], now: datetime, clients: Clients
) -> dict[str, Any]:
    """Notify of one event (`functions.notify.event`) at the instant `now`.

    Returns what `delivered` or `undelivered` gives. Raises `InvalidEventError`, and botocore's
    errors if parameters or receipts cannot be read.
    """
    asked = NotifyEvent.from_json(document)
    identify_execution(document)
    logger.append_keys(cluster=asked.cluster.cluster)
    event, errors = with_log_read(asked)
    event, receipt = _with_receipt(event, clients.receipts)
    request = _Request(event, errors, receipt, now, clients.runbook)
    course = decide(event, receipt.entries)
    try:
        delivery = _delivery(course, request, clients)
    except (SlackError, ParameterError) as problem:
        logger.warning("not delivered", course=course.name, reason=str(problem))
        publish([Measure("AlertsNotAccepted", "Count", 1)])
        return undelivered(event, request.alert(attached=False), problem)
    _record(course, event, delivery)
    is_drill = asked.incident is not None and event.incident is None
    shown = replace(delivery, first=None) if is_drill else delivery
    return delivered(event, course, shown, request.causes)


def _with_receipt(event: NotifyEvent, receipts: Receipts) -> tuple[NotifyEvent, Receipt]:
    """The first message is the receipt's if it has one: that is never older than the incident's."""
    if event.incident is None:
        return event, Receipt()
    receipt = receipts.read(event.incident.receipt_of(event.cluster.cluster))
    first = receipt.first or event.incident.first
    incident = replace(event.incident, first=first)
    return replace(event, incident=incident), replace(receipt, first=first)


def _delivery(course: Course, request: _Request, clients: Clients) -> Delivery:
    event, receipt = request.event, request.receipt
    if course.is_silent:
        attached = Step.ATTACH.of(event.key) in receipt.entries
        return Delivery(receipt.first, Snippet.POSTED if attached else Snippet.NONE)
    settings = slack_settings(event.cluster.cluster, clients.ssm)
    workspace = Slack(settings, clients.slack_base_url)
    keep = (
        partial(clients.receipts.keep, receipt.incident, request.now, request.causes)
        if receipt.incident
        else None
    )
    progress = Progress(event.key, receipt, keep)
    return deliver(course, _notification(course, request), workspace, progress)


def _notification(course: Course, request: _Request) -> Notification:
    """A reminder does not repeat the errors, and what is over has none."""
    event = request.event
    repeats = event.transition is Transition.REMINDER and course is not Course.POST
    attached = not repeats and not event.is_over
    below = course is Course.CONTINUE and event.incident
    return Notification(
        message=draw(request.alert(attached=attached)),
        reply=reply(event, below, request.now) if below else None,
        attachment=Attachment(
            request.errors if attached else (),
            event.query.lookback_minutes,
            event.cluster.log_groups,
        ),
    )


def _record(course: Course, event: NotifyEvent, delivery: Delivery) -> None:
    if delivery.problem is not None:
        logger.warning("not all was posted below the message", reason=str(delivery.problem))
    channel, ts = (delivery.first.channel, delivery.first.ts) if delivery.first else (None, None)
    publish([Measure("AlertsSent", "Count", int(not course.is_silent))])
    logger.info("notified", course=course.name, causes=event.causes, channel=channel, ts=ts)


def delivered(
    event: NotifyEvent, course: Course, delivery: Delivery, causes: Sequence[str]
) -> dict[str, Any]:
    """All is posted, or there was nothing to post.

    `{"delivered": true, "sent", "channel", "ts", "causes", "snippet", "explained"}`: `channel` and
    `ts` are those of the incident's first message, None if there is none; `causes` those reported,
    worst first. `sent` is false if only the log was read again and explained no more than before;
    `explained` is false while it still may, or has after an earlier attempt posted the event.
    """
    reported = event.incident.causes if event.incident else ()
    nothing_new = course is Course.NOTHING_NEW
    return {
        "delivered": True,
        "sent": not nothing_new,
        "channel": delivery.first.channel if delivery.first else None,
        "ts": delivery.first.ts if delivery.first else None,
        "causes": list(reported if nothing_new else causes),
        "snippet": delivery.snippet.value,
        "explained": tuple(causes) == event.causes and all(map(is_explained, event.findings)),
    }


def undelivered(
    event: NotifyEvent, alert: Alert, problem: SlackError | ParameterError
) -> dict[str, Any]:
    """Slack did not accept all of it; with the alert as an e-mail has it.

    `{"delivered": false, "error", "problem", "refused", "retry_after_seconds", "causes", "text",
    "subject"}`: `refused` means that waiting will not help, `problem` says what will.
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
