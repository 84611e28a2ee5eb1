"""The Notify Lambda: builds the clients, and sends the notification.

Where CheckReplication failed, it also decides what is to be notified: `{"decide": …}`.
"""

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

import boto3
from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.config import Config
from chalice.app import Blueprint

from functions.incidents.monitor import decide_failed_check
from functions.notify.notification import Clients, send_notification
from functions.notify.receipts import Receipts
from functions.notify.slack import DEFAULT_BASE_URL
from functions.telemetry import identify_execution, tracer

blueprint = Blueprint(__name__)

BOUNDED: Final = Config(
    connect_timeout=5, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 2}
)


@blueprint.lambda_function(name="notify")
@tracer.capture_lambda_handler(capture_response=False)
def notify(event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:  # noqa: ARG001 - Lambda's signature
    """Notify of one cluster, or decide about a check that failed.

    See `send_notification` and `decide_failed_check` for what they take, return and raise.
    """
    now = datetime.now(UTC)
    if isinstance(event, Mapping) and isinstance(failed := event.get("decide"), Mapping):
        identify_execution(failed)
        return decide_failed_check(failed, now)
    return send_notification(event, now, _clients())


def _clients() -> Clients:
    return Clients(
        ssm=boto3.client("ssm", config=BOUNDED),
        receipts=Receipts(
            boto3.client("dynamodb", config=BOUNDED), os.environ.get("RECEIPTS_TABLE", "")
        ),
        slack_base_url=os.environ.get("SLACK_BASE_URL") or DEFAULT_BASE_URL,
        runbook=os.environ.get("RUNBOOK_URL"),
    )
