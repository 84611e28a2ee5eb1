"""Tells people of one event: reads the log, decides, says it in Slack, and answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from functions.notify.alert.alert import Alert
from functions.notify.alert.compose import compose
from functions.notify.alert.message import draw
from functions.notify.alert.replies import reply
from functions.notify.answers import delivered, undelivered
from functions.notify.decision import Course, decide
from functions.notify.delivery import Attachment, Delivery, Progress, Snippet, Words, deliver
from functions.notify.event import NotifyEvent, Transition
from functions.notify.incident import Receipt, Step
from functions.notify.log.error import LogError
from functions.notify.log.reading import with_log_read
from functions.notify.receipts import Receipts
from functions.notify.settings import ParameterError, slack_settings
from functions.notify.slack import Slack
from functions.notify.slack_errors import SlackError
from functions.telemetry import Measure, identify_execution, logger, publish

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What Notify needs of the world; `runbook` is the address of docs/runbook.md, if known."""

    ssm: "SSMClient"
    receipts: Receipts
    slack_base_url: str
    runbook: str | None = None


@dataclass(frozen=True, slots=True)
class _Matter:
    """What is to be told at the instant `now`; `event` and `errors` are as the log tells them."""

    event: NotifyEvent
    errors: Sequence[LogError]
    receipt: Receipt
    now: datetime
    runbook: str | None

    @property
    def causes(self) -> tuple[str, ...]:
        """Those that Slack has been told or will be: an earlier attempt may have known less."""
        begun = self.receipt.has_begun(self.event.key)
        return self.receipt.causes if begun else self.event.causes

    def alert(self, *, attached: bool) -> Alert:
        return compose(self.event, self.errors, self.now, self.runbook, attached=attached)


def tell(document: Mapping[str, Any], now: datetime, surroundings: Surroundings) -> dict[str, Any]:
    """Tell of one event (`functions.notify.event`) at the instant `now`.

    Returns an answer of `functions.notify.answers`. Raises `InvalidEventError`, and botocore's
    errors if parameters or receipts cannot be read.
    """
    asked = NotifyEvent.from_json(document)
    identify_execution(document)
    logger.append_keys(cluster=asked.cluster.cluster)
    event, errors = with_log_read(asked)
    event, receipt = _recalled(event, surroundings.receipts)
    matter = _Matter(event, errors, receipt, now, surroundings.runbook)
    course = decide(event, receipt.told)
    try:
        delivery = _delivery(course, matter, surroundings)
    except (SlackError, ParameterError) as problem:
        logger.warning("not delivered", course=course.name, reason=str(problem))
        publish([Measure("AlertsNotAccepted", "Count", 1)])
        return undelivered(event, matter.alert(attached=False), problem)
    _log(course, event, delivery)
    is_drill = asked.incident is not None and event.incident is None
    shown = replace(delivery, first=None) if is_drill else delivery
    return delivered(event, course, shown, matter.causes)


def _recalled(event: NotifyEvent, receipts: Receipts) -> tuple[NotifyEvent, Receipt]:
    """The first message is the receipt's if it has one: that is never older than the incident's."""
    if event.incident is None:
        return event, Receipt()
    receipt = receipts.read(event.incident.receipt_of(event.cluster.cluster))
    first = receipt.first or event.incident.first
    incident = replace(event.incident, first=first)
    return replace(event, incident=incident), replace(receipt, first=first)


def _delivery(course: Course, matter: _Matter, surroundings: Surroundings) -> Delivery:
    event, receipt = matter.event, matter.receipt
    if course.is_silent:
        attached = Step.ATTACH.of(event.key) in receipt.told
        return Delivery(receipt.first, Snippet.POSTED if attached else Snippet.NONE)
    settings = slack_settings(event.cluster.cluster, surroundings.ssm)
    workspace = Slack(settings, surroundings.slack_base_url)
    keep = (
        partial(surroundings.receipts.keep, receipt.incident, matter.now, matter.causes)
        if receipt.incident
        else None
    )
    progress = Progress(event.key, receipt, keep)
    return deliver(course, _words(course, matter), workspace, progress)


def _words(course: Course, matter: _Matter) -> Words:
    """A reminder does not repeat the errors, and what is over has none."""
    event = matter.event
    repeats = event.transition is Transition.REMINDER and course is not Course.POST
    attached = not repeats and not event.is_over
    below = course is Course.CONTINUE and event.incident
    return Words(
        message=draw(matter.alert(attached=attached)),
        reply=reply(event, below, matter.now) if below else None,
        attachment=Attachment(
            matter.errors if attached else (),
            event.query.lookback_minutes,
            event.cluster.log_groups,
        ),
    )


def _log(course: Course, event: NotifyEvent, delivery: Delivery) -> None:
    if delivery.problem is not None:
        logger.warning("not all was posted below the message", reason=str(delivery.problem))
    channel, ts = (delivery.first.channel, delivery.first.ts) if delivery.first else (None, None)
    publish([Measure("AlertsSent", "Count", int(not course.is_silent))])
    logger.info("told", course=course.name, causes=event.causes, channel=channel, ts=ts)
