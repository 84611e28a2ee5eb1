"""Posting and updating messages with slack_sdk over HTTP."""

import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.models.blocks import HeaderBlock, SectionBlock

from sandbox.slack import Message, SlackServer, Workspace
from sandbox.tests.integration.slack.conftest import ALERTS

POST = "chat.postMessage"
BLOCKS = [HeaderBlock(text="orders_sub stopped"), SectionBlock(text="*8* errors")]


def test_posting_keeps_the_message_and_answers_with_its_place(
    client: WebClient,
    workspace: Workspace,
) -> None:
    """The answer carries channel, ts and the message; the workspace holds text and blocks."""
    answer = client.chat_postMessage(
        channel=ALERTS,
        text="orders_sub stopped",
        blocks=BLOCKS,
        unfurl_links=False,
    )

    [message] = workspace.messages(ALERTS)
    assert (ALERTS, message.ts) == (answer["channel"], answer["ts"])
    assert "orders_sub stopped" == answer["message"]["text"] == message.text
    assert ["header", "section"] == [block["type"] for block in message.blocks]
    assert re.fullmatch(r"\d{10}\.\d{6}", message.ts)


def test_timestamps_are_unique_and_increase_even_when_the_clock_stands_still() -> None:
    """Two messages never share a ts."""
    with SlackServer(Workspace(clock=lambda: 1_700_000_000.0)) as server:
        client = WebClient(token=server.workspace.token, base_url=server.base_url)
        posted = [client.chat_postMessage(channel="C0LOCAL0001", text="x")["ts"] for _ in range(3)]

    assert ["1700000000.000000", "1700000000.000001", "1700000000.000002"] == posted


def test_calls_may_come_at_once(client: WebClient, workspace: Workspace) -> None:
    """Each is counted and gets a ts of its own."""
    with ThreadPoolExecutor(8) as pool:
        posts = [pool.submit(client.chat_postMessage, channel=ALERTS, text="x") for _ in range(40)]

    assert 40 == len({post.result()["ts"] for post in posts})
    assert 40 == workspace.calls[POST] == len(workspace.messages(ALERTS))


def test_replies_are_kept_apart_from_the_channel(client: WebClient, workspace: Workspace) -> None:
    """A reply shows in its thread and not among the channel's messages."""
    parent = client.chat_postMessage(channel=ALERTS, text="broken")["ts"]
    reply = client.chat_postMessage(channel=ALERTS, text="recovered", thread_ts=parent)

    assert parent == reply["message"]["thread_ts"]
    assert ["broken"] == [message.text for message in workspace.messages(ALERTS)]
    assert ["recovered"] == [message.text for message in workspace.thread(ALERTS, parent)]


def test_a_reply_may_be_shown_in_the_channel_too(client: WebClient, workspace: Workspace) -> None:
    """It stays a reply, and says what it is as Slack does."""
    parent = client.chat_postMessage(channel=ALERTS, text="broken")["ts"]
    quiet = client.chat_postMessage(
        channel=ALERTS, text="more", thread_ts=parent, reply_broadcast=False
    )
    loud = client.chat_postMessage(
        channel=ALERTS, text="still", thread_ts=parent, reply_broadcast=True
    )

    assert "subtype" not in quiet["message"]
    assert "thread_broadcast" == loud["message"]["subtype"]
    assert [("more", False), ("still", True)] == [
        (message.text, message.is_broadcast) for message in workspace.thread(ALERTS, parent)
    ]
    assert ["broken"] == [message.text for message in workspace.messages(ALERTS)]


@pytest.mark.parametrize("written", ["true", "1"])
def test_a_form_spells_a_boolean_out(client: WebClient, workspace: Workspace, written: str) -> None:
    """In either way."""
    parent = client.chat_postMessage(channel=ALERTS, text="broken")["ts"]
    client.api_call(
        "chat.postMessage",
        params={
            "channel": ALERTS,
            "text": "still",
            "thread_ts": parent,
            "reply_broadcast": written,
        },
    )

    [reply] = workspace.thread(ALERTS, parent)
    assert reply.is_broadcast


def test_what_somebody_deleted_is_gone(client: WebClient, workspace: Workspace) -> None:
    """It can neither be updated nor replied to; replies it had stay."""
    parent = client.chat_postMessage(channel=ALERTS, text="broken")["ts"]
    client.chat_postMessage(channel=ALERTS, text="more", thread_ts=parent)
    workspace.delete(workspace.message(ALERTS, parent))

    with pytest.raises(SlackApiError, match="message_not_found"):
        client.chat_update(channel=ALERTS, ts=parent, text="recovered")
    with pytest.raises(SlackApiError, match="thread_not_found"):
        client.chat_postMessage(channel=ALERTS, text="recovered", thread_ts=parent)
    assert ["more"] == [message.text for message in workspace.everything()]


def test_an_update_replaces_what_it_gives_and_remembers_the_rest(
    client: WebClient,
    workspace: Workspace,
) -> None:
    """Earlier versions stay readable, oldest first."""
    ts = client.chat_postMessage(channel=ALERTS, text="broken", blocks=BLOCKS)["ts"]
    client.chat_update(channel=ALERTS, ts=ts, text="mending", blocks=BLOCKS[:1])
    client.chat_update(channel=ALERTS, ts=ts, text="recovered", blocks=[])

    [message] = workspace.messages(ALERTS)
    assert ("recovered", ()) == (message.text, message.blocks)
    assert [("broken", 2), ("mending", 1)] == [
        (version.text, len(version.blocks)) for version in message.history
    ]


def test_an_update_of_the_text_alone_keeps_the_blocks(
    client: WebClient,
    workspace: Workspace,
) -> None:
    """As on Slack, where such an update changes nothing that a reader sees."""
    ts = client.chat_postMessage(channel=ALERTS, text="broken", blocks=BLOCKS)["ts"]
    client.chat_update(channel=ALERTS, ts=ts, text="recovered")

    [message] = workspace.messages(ALERTS)
    assert ("recovered", 2) == (message.text, len(message.blocks))


def test_form_encoded_calls_mean_the_same(client: WebClient, workspace: Workspace) -> None:
    """Blocks come as JSON inside the form."""
    blocks = '[{"type": "header", "text": {"type": "plain_text", "text": "x"}}]'
    client.api_call(
        "chat.postMessage",
        params={"channel": ALERTS, "text": "a & b", "blocks": blocks},
    )

    [message] = workspace.messages(ALERTS)
    assert ("a & b", ["header"]) == (message.text, [block["type"] for block in message.blocks])


REFUSED_POSTS: dict[str, tuple[dict[str, Any], str, str]] = {
    "unknown channel": ({"channel": "C0NOWHERE", "text": "x"}, "channel_not_found", ""),
    "channel by name": ({"channel": "alerts", "text": "x"}, "channel_not_found", ""),
    "foreign channel": ({"channel": "C0FOREIGN", "text": "x"}, "not_in_channel", ""),
    "archived channel": ({"channel": "C0ARCHIVE", "text": "x"}, "is_archived", ""),
    "no channel": ({"text": "x"}, "invalid_arguments", "channel"),
    "nothing to say": ({"channel": ALERTS}, "no_text", ""),
    "blank text": ({"channel": ALERTS, "text": " \n"}, "no_text", ""),
    "long text": ({"channel": ALERTS, "text": "x" * 40_001}, "msg_too_long", "40,001"),
    "number for text": ({"channel": ALERTS, "text": 7}, "invalid_arguments", "/text"),
    "half a character": ({"channel": ALERTS, "text": "\ud83d"}, "invalid_json", "surrogate"),
    "blocks that are no JSON": (
        {"channel": ALERTS, "blocks": "[oops"},
        "invalid_arguments",
        "/blocks",
    ),
    "bad blocks": (
        {"channel": ALERTS, "blocks": [{"type": "header"}]},
        "invalid_blocks",
        "missing required field: text [json-pointer:/blocks/0]",
    ),
    "blocks that are long together": (
        {
            "channel": ALERTS,
            "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 2_700}}] * 5,
        },
        "msg_blocks_too_long",
        "13,200",
    ),
    "malformed thread": (
        {"channel": ALERTS, "text": "x", "thread_ts": "now"},
        "invalid_thread_ts",
        "now",
    ),
    "number for a thread": (
        {"channel": ALERTS, "text": "x", "thread_ts": 1700000000.1},
        "invalid_arguments",
        "/thread_ts",
    ),
    "unknown thread": (
        {"channel": ALERTS, "text": "x", "thread_ts": "1700000000.000100"},
        "thread_not_found",
        "",
    ),
    "text for a boolean": (
        {"channel": ALERTS, "text": "x", "reply_broadcast": "yes"},
        "invalid_arguments",
        "/reply_broadcast",
    ),
    "a broadcast of no reply": (
        {"channel": ALERTS, "text": "x", "reply_broadcast": True},
        "invalid_arguments",
        "thread_ts",
    ),
    "an argument not modelled": (
        {"channel": ALERTS, "text": "x", "icon_emoji": ":ghost:"},
        "invalid_arguments",
        "icon_emoji",
    ),
}


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    REFUSED_POSTS.values(),
    ids=REFUSED_POSTS.keys(),
)
def test_a_post_that_slack_would_refuse(
    client: WebClient,
    workspace: Workspace,
    arguments: dict[str, Any],
    error: str,
    words: str,
) -> None:
    """The error is Slack's, its messages name the place, and nothing is posted."""
    with pytest.raises(SlackApiError) as refused:
        client.api_call(POST, json=arguments)

    assert error == refused.value.response["error"]
    assert words in " ".join(
        refused.value.response.get("response_metadata", {}).get("messages", [])
    )
    assert [] == workspace.everything()


REFUSED_UPDATES: dict[str, tuple[dict[str, Any], str]] = {
    "unknown message": ({"ts": "1700000000.000100", "text": "x"}, "message_not_found"),
    "unknown channel": ({"channel": "C0NOWHERE", "text": "x"}, "channel_not_found"),
    "channel by name": ({"channel": "alerts", "text": "x"}, "channel_not_found"),
    "nothing new": ({}, "no_text"),
    "nothing left": ({"text": " "}, "no_text"),
    "long text": ({"text": "x" * 4_001}, "msg_too_long"),
    "bad blocks": ({"blocks": [{"type": "poem"}]}, "invalid_blocks"),
    "an argument not modelled": ({"text": "x", "file_ids": "F1"}, "invalid_arguments"),
}


@pytest.mark.parametrize(
    ("arguments", "error"),
    REFUSED_UPDATES.values(),
    ids=REFUSED_UPDATES.keys(),
)
def test_an_update_that_slack_would_refuse(
    client: WebClient,
    workspace: Workspace,
    arguments: dict[str, Any],
    error: str,
) -> None:
    """The message stays as it was."""
    ts = client.chat_postMessage(channel=ALERTS, text="broken")["ts"]

    with pytest.raises(SlackApiError) as refused:
        client.api_call("chat.update", json={"channel": ALERTS, "ts": ts, **arguments})

    assert error == refused.value.response["error"]
    assert ["broken"] == [message.text for message in workspace.messages(ALERTS)]


def test_a_channel_archived_since_refuses_updates(client: WebClient, workspace: Workspace) -> None:
    """Slack calls that is_inactive."""
    archived = workspace.post(Message("C0ARCHIVE", "broken"))

    with pytest.raises(SlackApiError, match="is_inactive"):
        client.chat_update(channel="C0ARCHIVE", ts=archived.ts, text="recovered")


def test_pings_are_found_wherever_slack_reads_mrkdwn(
    client: WebClient,
    workspace: Workspace,
) -> None:
    """In the text, in blocks and in versions since replaced; escaped or plain text never pings."""
    plain = {"type": "header", "text": {"type": "plain_text", "text": "<!everyone>"}}
    mrkdwn = {"type": "section", "text": {"type": "mrkdwn", "text": "see <@U0ANNA>"}}
    ts = client.chat_postMessage(channel=ALERTS, text="<!here> broke", blocks=[plain, mrkdwn])["ts"]
    client.chat_update(channel=ALERTS, ts=ts, text="&lt;!channel&gt;", blocks=[plain])

    assert ["<!here>", "<@U0ANNA>"] == workspace.pings()
