"""What the two tables hold of incidents, to be read and to be emptied. Development only."""

from typing import Any, Final

from boto3.dynamodb.types import TypeDeserializer

from local.deployment import INCIDENTS, RECEIPTS
from sandbox.aws import LocalAws

_KEYS: Final = {INCIDENTS: "cluster", RECEIPTS: "incident"}
_MEMORY: Final = "the memory of "


def incidents(aws: LocalAws) -> dict[str, dict[str, Any]]:
    """The incidents by cluster, as plain values; numbers are `Decimal`."""
    items = _items(aws).items()
    return {name: item for name, item in items if not name.startswith(_MEMORY)}


def _items(aws: LocalAws) -> dict[str, dict[str, Any]]:
    plain = TypeDeserializer().deserialize
    items = aws.client("dynamodb").scan(TableName=INCIDENTS)["Items"]
    return {
        item["cluster"]["S"]: {name: plain(value) for name, value in item.items()} for item in items
    }


def forget_incidents(aws: LocalAws) -> None:
    """Empty incidents, memory and Notify's receipts: the next alert is that of a new incident."""
    dynamodb = aws.client("dynamodb")
    for table, key in _KEYS.items():
        for item in dynamodb.scan(TableName=table)["Items"]:
            dynamodb.delete_item(TableName=table, Key={key: item[key]})
