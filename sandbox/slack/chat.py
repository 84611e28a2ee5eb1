"""chat.*: posting and updating messages. Development only."""

import re
from dataclasses import replace
from typing import Any, Final, cast

from sandbox.slack import block_kit
from sandbox.slack.arguments import Arguments
from sandbox.slack.errors import SlackError
from sandbox.slack.workspace import Channel, Message, Workspace

MAX_POSTED_CHARACTERS: Final = 40_000
MAX_UPDATED_CHARACTERS: Final = 4_000

_TS: Final = re.compile(r"\d{10}\.\d{6}")


def post_message(workspace: Workspace, arguments: Arguments) -> dict[str, Any]:
    channel = workspace.channel(arguments.required("channel"))
    check_may_post(channel)
    content = _content(arguments, MAX_POSTED_CHARACTERS)
    thread_ts = arguments.string("thread_ts")
    check_thread(workspace, channel, thread_ts)
    broadcast = _broadcast(arguments, thread_ts)
    draft = Message(
        channel.id,
        content.pop("text", ""),
        thread_ts=thread_ts,
        is_broadcast=broadcast,
        **content,
    )
    message = workspace.post(_with_something_to_show(draft))
    return {"channel": message.channel, "ts": message.ts, "message": as_json(message)}


def update(workspace: Workspace, arguments: Arguments) -> dict[str, Any]:
    """What is not given stays as it was: with a text alone the old blocks remain on display."""
    channel = workspace.channel(arguments.required("channel"))
    before = workspace.message(channel.id, arguments.required("ts"))
    if channel.is_archived:
        raise SlackError("is_inactive")
    content = _content(arguments, MAX_UPDATED_CHARACTERS)
    if not content:
        raise SlackError("no_text")
    message = workspace.revise(_with_something_to_show(replace(before, **content)))
    return {
        "channel": message.channel,
        "ts": message.ts,
        "text": message.text,
        "message": as_json(message),
    }


def check_may_post(channel: Channel) -> None:
    """Raises `SlackError`: `is_archived`, `not_in_channel`."""
    if channel.is_archived:
        raise SlackError("is_archived")
    if not channel.is_member:
        raise SlackError("not_in_channel")


def check_thread(workspace: Workspace, channel: Channel, thread_ts: str | None) -> None:
    """Raises `SlackError`: `invalid_thread_ts` (malformed), `thread_not_found`.

    Slack itself answers ok to a timestamp that no message has, and the reply is never seen.
    """
    if thread_ts is None:
        return
    if not _TS.fullmatch(thread_ts):
        raise SlackError("invalid_thread_ts", f"{thread_ts} is not a valid thread_ts")
    if thread_ts not in (parent.ts for parent in workspace.messages(channel.id)):
        raise SlackError("thread_not_found")


def as_json(message: Message) -> dict[str, Any]:
    """The message as Slack's answers show it."""
    document: dict[str, Any] = {
        "type": "message",
        "subtype": "thread_broadcast" if message.is_broadcast else None,
        "user": "U0LOCALBOT",
        "bot_id": "B0LOCALBOT",
        "ts": message.ts,
        "text": message.text,
        "blocks": list(message.blocks),
        "thread_ts": message.thread_ts,
        "files": [{"id": file.id, "title": file.title} for file in message.files],
    }
    return {key: value for key, value in document.items() if value not in (None, [])}


def check_length(text: str, at_most: int) -> str:
    """Raises `SlackError` `msg_too_long`."""
    if len(text) > at_most:
        raise SlackError("msg_too_long", f"the text has {len(text):,} characters, not {at_most:,}")
    return text


def _broadcast(arguments: Arguments, thread_ts: str | None) -> bool:
    """Only a reply can be shown in the channel too."""
    broadcast = arguments.boolean("reply_broadcast")
    if broadcast and thread_ts is None:
        raise SlackError("invalid_arguments", "reply_broadcast goes with a thread_ts")
    return broadcast


def _content(arguments: Arguments, longest_text: int) -> dict[str, Any]:
    """Those of a message's fields that were given."""
    content: dict[str, Any] = {}
    if (text := arguments.string("text")) is not None:
        content["text"] = check_length(text, longest_text)
    if (blocks := arguments.structure("blocks")) is not None:
        content["blocks"] = _blocks(blocks)
    return content


def _with_something_to_show(message: Message) -> Message:
    if not (message.text.strip() or message.blocks):
        raise SlackError("no_text")
    return message


def _blocks(value: object) -> tuple[dict[str, Any], ...]:
    if value == []:  # in an update: remove the blocks
        return ()
    if problems := block_kit.problems(value):
        raise SlackError("invalid_blocks", *problems)
    if (size := block_kit.total_characters(value)) > block_kit.MAX_TOTAL_CHARACTERS:
        raise SlackError(
            "msg_blocks_too_long",
            f"the blocks are {size:,} characters of JSON; the stand-in allows "
            f"{block_kit.MAX_TOTAL_CHARACTERS:,}",
        )
    return tuple(cast("list[dict[str, Any]]", value))
