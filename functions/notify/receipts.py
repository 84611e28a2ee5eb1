"""What Notify has posted to Slack, in DynamoDB.

Slack has no idempotency key: an execution that dies between Slack's answer and the state machine's
record of it must not lead to a second message. So every step that Slack accepted is kept at once.
This is not the incident's state, which the state machine alone reads and writes.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from botocore.exceptions import BotoCoreError, ClientError

from functions.notify.decision import Receipt
from functions.notify.event import Posted
from functions.telemetry import logger

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

KEPT_FOR: Final = timedelta(days=30)


class Receipts:
    """The table: one item per incident, with key `incident` and a time to live, `expires_at`."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def read(self, incident: str) -> Receipt:
        """The receipt as last kept, an empty one if there is none. Raises botocore's errors."""
        item = self._client.get_item(
            TableName=self._table, Key={"incident": {"S": incident}}, ConsistentRead=True
        ).get("Item", {})
        channel, ts = (item.get(key, {}).get("S") for key in ("channel", "ts"))
        return Receipt(
            incident=incident,
            first=Posted(channel, ts) if channel and ts else None,
            entries=frozenset(item.get("told", {}).get("SS", ())),
            causes=tuple(cause["S"] for cause in item.get("causes", {}).get("L", ())),
        )

    def keep(
        self, incident: str, now: datetime, causes: Sequence[str], entry: str, first: Posted
    ) -> None:
        """Add an entry, with the causes reported, and where the first message is.

        A failure is logged only: Slack has the message by now, and the answer says where. An
        exception would lead to the second one.
        """
        try:
            self._client.update_item(
                TableName=self._table,
                Key={"incident": {"S": incident}},
                UpdateExpression="SET channel = :channel, ts = :ts, causes = :causes, "
                "expires_at = :expires_at ADD told :entries",
                ExpressionAttributeValues={
                    ":channel": {"S": first.channel},
                    ":ts": {"S": first.ts},
                    ":causes": {"L": [{"S": cause} for cause in causes]},
                    ":expires_at": {"N": str(int((now + KEPT_FOR).timestamp()))},
                    ":entries": {"SS": [entry]},
                },
            )
        except (BotoCoreError, ClientError):
            logger.exception("the receipt was not kept", incident=incident, entry=entry)
