"""What Notify has posted, in moto's DynamoDB."""

from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from functions.notify.decision import Receipt
from functions.notify.event import Posted
from functions.notify.receipts import KEPT_FOR, Receipts
from tests.integration.notify.conftest import RECEIPTS

NOW = datetime(2026, 11, 22, 23, 46, 8, tzinfo=UTC)
INCIDENT = "sample-cluster 2026-11-22T23:34:08.000Z"
FIRST = Posted("C1", "1.1")


def test_nothing_was_told(dynamodb: Any) -> None:
    assert Receipt(INCIDENT) == Receipts(dynamodb, RECEIPTS).read(INCIDENT)


def test_entries_add_up(dynamodb: Any) -> None:
    """Each once, however often it is kept; message and causes are those of the last entry."""
    receipts = Receipts(dynamodb, RECEIPTS)
    anew = Posted("C2", "2.2")
    for causes, entry, first in (
        (["apply_error"], "0 opened f post", FIRST),
        (["apply_error"], "0 opened f", FIRST),
        (["slot_lost", "apply_error"], "0 opened f", anew),
    ):
        receipts.keep(INCIDENT, NOW, causes, entry, first)
    entries = frozenset({"0 opened f post", "0 opened f"})
    expected = Receipt(INCIDENT, anew, entries, ("slot_lost", "apply_error"))
    assert expected == receipts.read(INCIDENT)
    assert Receipt("another") == receipts.read("another")


def test_a_receipt_is_not_kept_for_ever(dynamodb: Any) -> None:
    Receipts(dynamodb, RECEIPTS).keep(INCIDENT, NOW, [], "0 opened f", FIRST)
    (item,) = dynamodb.scan(TableName=RECEIPTS)["Items"]
    assert str(int((NOW + KEPT_FOR).timestamp())) == item["expires_at"]["N"]


def test_what_cannot_be_kept_is_no_error(dynamodb: Any, caplog: pytest.LogCaptureFixture) -> None:
    """Slack has the message: failing now would lead to a second one."""
    Receipts(dynamodb, "NoSuchTable").keep(INCIDENT, NOW, [], "0 opened f", FIRST)
    assert "the receipt was not kept" in caplog.messages


def test_what_cannot_be_read_is_an_error(dynamodb: Any) -> None:
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        Receipts(dynamodb, "NoSuchTable").read(INCIDENT)
