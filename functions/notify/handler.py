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
from functions.notify.delivery import Delivery, Thread, deliver
from functions.notify.event import NotifyEvent
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

    `causes` are those the log tells behind the report's, worst first.

    Raises `InvalidEventError`, `MissingParameterError`, `SlackUnavailableError` (worth a retry) and
    `SlackRefusedError` (not worth one).
    """
    asked = NotifyEvent.from_json(event)
    identify_execution(event)
    logger.append_keys(cluster=asked.cluster.cluster)
    events = log_events(asked.query.results)
    errors = distinct_errors(events)
    starts, checked_at = apply_starts(events), asked.execution.started_at
    request = replace(asked, cluster=refine(asked.cluster, errors, starts, checked_at))
    shown = most_relevant(errors)
    settings = slack_settings(request.cluster.cluster, boto3.client("ssm"))
    slack = Slack(settings, os.environ.get("SLACK_BASE_URL") or DEFAULT_BASE_URL)
    delivery = deliver(
        slack,
        draw(compose(request, shown, datetime.now(UTC), os.environ.get("RUNBOOK_URL"))),
        Thread(shown, request.query.lookback_minutes, request.cluster.log_groups),
    )
    return _answer(request, delivery)


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
