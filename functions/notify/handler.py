"""The Notify Lambda: reads the event, posts the alert to Slack, returns where it is."""

import os
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import boto3
from aws_lambda_powertools.utilities.typing import LambdaContext
from chalice.app import Blueprint

from functions.notify.alert import compose, worst_first
from functions.notify.delivery import Delivery, Snippet, Thread, deliver
from functions.notify.event import NotifyEvent, Transition
from functions.notify.log_errors import distinct_errors, most_relevant
from functions.notify.log_events import log_events
from functions.notify.message import draw
from functions.notify.occurrences import apply_starts
from functions.notify.root_cause import refine
from functions.notify.settings import slack_settings
from functions.notify.slack import DEFAULT_BASE_URL, Slack
from functions.telemetry import identify_execution, logger, tracer

blueprint = Blueprint(__name__)


@blueprint.lambda_function(name="notify")
@tracer.capture_lambda_handler(capture_response=False)
def notify(event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:  # noqa: ARG001 - Lambda's signature
    """Post one cluster's alert; returns `{"channel", "ts", "causes", "snippet"}`.

    `causes` are those the log tells behind the report's, worst first. If all of them are muted,
    nothing is posted, and `channel` and `ts` are None.

    Raises `InvalidEventError`, `MissingParameterError`, `SlackUnavailableError` (worth a retry) and
    `SlackRefusedError` (not worth one).
    """
    asked = NotifyEvent.from_json(event)
    identify_execution(event)
    logger.append_keys(cluster=asked.cluster.cluster)
    events = log_events(asked.query.results)
    errors = distinct_errors(events)
    starts, checked_at = apply_starts(events), asked.execution.started_at
    refined = refine(asked.cluster, errors, starts, checked_at).without_muted()
    request = replace(asked, cluster=refined)
    if refined.muted and not refined.findings:
        if not asked.force_notify:
            return _silent(request)
        request = replace(request, transition=Transition.TEST)
    shown = most_relevant(errors)
    settings = slack_settings(request.cluster.cluster, boto3.client("ssm"))
    slack = Slack(settings, os.environ.get("SLACK_BASE_URL") or DEFAULT_BASE_URL)
    delivery = deliver(
        slack,
        draw(compose(request, shown, datetime.now(UTC), os.environ.get("RUNBOOK_URL"))),
        Thread(shown, request.query.lookback_minutes, request.cluster.log_groups),
    )
    return _answer(request, delivery)


def _silent(request: NotifyEvent) -> dict[str, Any]:
    """The log told a cause that is muted: nothing is posted."""
    muted = sorted({one.cause for one in request.cluster.muted})
    logger.info("muted", causes=muted)
    return {"channel": None, "ts": None, "causes": [], "snippet": Snippet.NONE.value}


def _answer(request: NotifyEvent, delivery: Delivery) -> dict[str, Any]:
    causes = list(dict.fromkeys(one.cause for one in worst_first(request.cluster.findings)))
    if delivery.problem is not None:
        logger.warning("the snippet was not attached", reason=str(delivery.problem))
    logger.info("posted", channel=delivery.posted.channel, ts=delivery.posted.ts, causes=causes)
    return {
        "channel": delivery.posted.channel,
        "ts": delivery.posted.ts,
        "causes": causes,
        "snippet": delivery.snippet.value,
    }
