"""Batches within the limits of PutLogEvents, and what happens to a batch that is not accepted."""

from typing import TYPE_CHECKING, Any, cast

import pytest
from botocore.exceptions import EndpointConnectionError

from sandbox.logs.batches import (
    MAX_BYTES,
    MAX_EVENTS,
    MAX_SPAN_MS,
    OVERHEAD_BYTES,
    batches,
    by_time,
)
from sandbox.logs.outbox import Outbox, RejectedEventsError
from sandbox.logs.server_log import ServerEvent

if TYPE_CHECKING:
    from mypy_boto3_logs import CloudWatchLogsClient

FULL = "x" * (MAX_BYTES - OVERHEAD_BYTES)
HALF = "x" * (MAX_BYTES // 2 - OVERHEAD_BYTES)


class PutLogEvents:
    """A logs client that answers as planned, then accepts everything."""

    def __init__(self, *answers: dict[str, Any] | Exception) -> None:
        self.answers = list(answers)
        self.accepted: list[str] = []

    def put_log_events(self, **request: Any) -> dict[str, Any]:
        answer = self.answers.pop(0) if self.answers else {}
        if isinstance(answer, Exception):
            raise answer
        self.accepted += [event["message"] for event in request["logEvents"]]
        return answer


def outbox(client: PutLogEvents) -> Outbox:
    return Outbox(cast("CloudWatchLogsClient", client), "/group", "stream")


@pytest.mark.parametrize(
    ("events", "sizes"),
    [
        pytest.param([], [], id="nothing"),
        pytest.param([(0, "a")] * MAX_EVENTS, [MAX_EVENTS], id="as many as fit"),
        pytest.param([(0, "a")] * (MAX_EVENTS + 1), [MAX_EVENTS, 1], id="one event too many"),
        pytest.param([(0, HALF), (0, HALF)], [2], id="as long as fits"),
        pytest.param([(0, HALF), (0, HALF), (0, "a")], [2, 1], id="a byte too long"),
        pytest.param([(0, FULL), (0, "a")], [1, 1], id="one event fills a batch"),
        pytest.param([(0, "\N{SNOWMAN}" * 200_000), (0, HALF)], [1, 1], id="bytes, not characters"),
        pytest.param([(0, "a"), (MAX_SPAN_MS, "b")], [2], id="24 hours"),
        pytest.param([(0, "a"), (MAX_SPAN_MS + 1, "b")], [1, 1], id="more than 24 hours"),
    ],
)
def test_batches(events: list[tuple[int, str]], sizes: list[int]) -> None:
    cut = batches(ServerEvent(*event) for event in events)
    assert sizes == [len(batch) for batch in cut]


def test_a_message_longer_than_a_batch_is_cut() -> None:
    """At a whole character."""
    ((event,),) = batches([ServerEvent(0, "\N{SNOWMAN}" * 400_000)])
    assert "\N{SNOWMAN}" * ((MAX_BYTES - OVERHEAD_BYTES) // 3) == event.message


def test_order() -> None:
    """By time; events of the same time stay as they were."""
    events = [ServerEvent(2, "b"), ServerEvent(1, "z"), ServerEvent(2, "a")]
    assert ["z", "b", "a"] == [event.message for event in by_time(events)]


def test_what_was_not_accepted_is_sent_again() -> None:
    """And what was accepted is not sent twice."""
    client = PutLogEvents({}, EndpointConnectionError(endpoint_url="http://127.0.0.1:1"))
    box = outbox(client)
    box.add([ServerEvent(0, FULL), ServerEvent(1, "second"), ServerEvent(2, "third")])
    with pytest.raises(EndpointConnectionError):
        box.send()
    assert [FULL] == client.accepted
    box.add([ServerEvent(1, "late")])
    box.send()
    assert [FULL, "second", "late", "third"] == client.accepted


def test_events_refused_for_good() -> None:
    client = PutLogEvents({"rejectedLogEventsInfo": {"tooOldLogEventEndIndex": 0}})
    box = outbox(client)
    box.add([ServerEvent(0, "old")])
    with pytest.raises(RejectedEventsError, match=r"/group: .*tooOldLogEventEndIndex"):
        box.send()
