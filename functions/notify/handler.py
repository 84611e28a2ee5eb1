"""The Notify Lambda: reads the event, posts the alert to Slack, returns where it is."""

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import boto3
from aws_lambda_powertools.utilities.typing import LambdaContext
from chalice.app import Blueprint

from functions.notify.alert import compose, worst_first
from functions.notify.delivery import Delivery, Thread, deliver
from functions.notify.event import NotifyEvent
from functions.notify.log_errors import log_errors
from functions.notify.log_events import log_events
from functions.notify.message import draw
from functions.notify.settings import slack_settings
from functions.notify.slack import DEFAULT_BASE_URL, Slack
from functions.telemetry import identify_execution, logger, tracer

blueprint = Blueprint(__name__)


@blueprint.lambda_function(name="notify")
@tracer.capture_lambda_handler(capture_response=False)
def notify(event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:  # noqa: ARG001 - Lambda's signature
    """Post one cluster's alert; returns `{"channel", "ts", "causes", "snippet"}`.

    Raises `InvalidEventError`, `MissingParameterError`, `SlackUnavailableError` (worth a retry) and
    `SlackRefusedError` (not worth one).
    """
    request = NotifyEvent.from_json(event)
    identify_execution(event)
    logger.append_keys(cluster=request.cluster.cluster)
    settings = slack_settings(request.cluster.cluster, boto3.client("ssm"))
    slack = Slack(settings, os.environ.get("SLACK_BASE_URL") or DEFAULT_BASE_URL)
    errors = log_errors(log_events(request.query.results))
    delivery = deliver(
        slack,
        draw(compose(request, errors, datetime.now(UTC))),
        Thread(errors, request.query.lookback_minutes, request.cluster.log_groups),
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
