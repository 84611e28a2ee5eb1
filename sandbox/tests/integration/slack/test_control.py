"""Seeing and steering a stand-in that runs in another process."""

import json
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from urllib3 import PoolManager

from sandbox.slack import SlackServer
from sandbox.tests.integration.slack.conftest import ALERTS


def request(server: SlackServer, verb: str, path: str, body: object = None) -> tuple[int, str]:
    with PoolManager() as pool:
        url = f"{server.workspace.url}{path}"
        answer = pool.request(verb, url, body=json.dumps(body).encode())
        return answer.status, answer.data.decode()


def test_what_was_posted_can_be_read(server: SlackServer, client: WebClient) -> None:
    """Messages with their earlier versions, snippets with their content, and counts of calls."""
    ts = client.chat_postMessage(channel=ALERTS, text="broken")["ts"]
    client.files_upload_v2(content="[]", filename="errors.json", channel=ALERTS, thread_ts=ts)
    client.chat_update(channel=ALERTS, ts=ts, text="recovered")

    status, body = request(server, "GET", "/_control/messages")

    document: dict[str, Any] = json.loads(body)
    parent, reply = document["messages"]
    assert 200 == status
    assert ("recovered", ["broken"]) == (parent["text"], [old["text"] for old in parent["earlier"]])
    assert (ts, [{"name": "errors.json", "content": "[]"}]) == (reply["thread_ts"], reply["files"])
    assert 1 == document["calls"]["chat.update"]


def test_a_failure_can_be_ordered(server: SlackServer, client: WebClient) -> None:
    """For as many calls as said."""
    order = {
        "method": "chat.postMessage",
        "failure": "error",
        "value": "fatal_error",
        "times": 1,
    }

    assert 200 == request(server, "POST", "/_control/fail", order)[0]
    with pytest.raises(SlackApiError, match="fatal_error"):
        client.chat_postMessage(channel=ALERTS, text="broken")
    assert client.chat_postMessage(channel=ALERTS, text="broken")["ok"]


BAD_ORDERS: dict[str, tuple[object, str]] = {
    "no object": ("oops", "failure is one of"),
    "unknown failure": ({"method": "chat.update", "failure": "earthquake"}, "rate_limited"),
    "unknown method": ({"method": "chat.updaet", "failure": "server_error"}, "chat.update"),
    "a value too many": (
        {"method": "chat.update", "failure": "drop_connection", "value": 1},
        "drop_connection",
    ),
}


@pytest.mark.parametrize(("order", "words"), BAD_ORDERS.values(), ids=BAD_ORDERS.keys())
def test_an_order_that_makes_no_sense(server: SlackServer, order: object, words: str) -> None:
    """Is answered with what would."""
    status, body = request(server, "POST", "/_control/fail", order)

    assert 400 == status
    assert words in body


@pytest.mark.parametrize("verb", ["GET", "POST"])
def test_other_paths_do_not_exist(server: SlackServer, verb: str) -> None:
    """And say so."""
    assert (404, True) == (
        (answer := request(server, verb, "/elsewhere"))[0],
        "/elsewhere" in answer[1],
    )
