"""Post an alert, and what belongs into its thread."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from functions.notify.log_error import LogError
from functions.notify.log_errors import MAX_ERRORS, snippet
from functions.notify.log_note import named
from functions.notify.message import Message, escape
from functions.notify.slack import Posted
from functions.notify.slack_errors import SlackError

FILENAME = "errors.json"


class Workspace(Protocol):
    """The part of `functions.notify.slack.Slack` that is needed here."""

    def post(self, message: Message) -> Posted: ...
    def reply(self, posted: Posted, text: str) -> None: ...
    def attach(self, posted: Posted, filename: str, content: str, comment: str) -> None: ...


class Snippet(StrEnum):
    """What became of errors.json; `none`: there were no errors to put into it."""

    POSTED = "posted"
    FAILED = "failed"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Thread:
    """What goes below an alert: the errors, how far back they reach, and where they came from."""

    errors: Sequence[LogError]
    lookback_minutes: int
    log_groups: Sequence[str]


@dataclass(frozen=True, slots=True)
class Delivery:
    posted: Posted
    snippet: Snippet
    problem: SlackError | None = None
    """What kept the snippet from being attached."""


def deliver(workspace: Workspace, message: Message, thread: Thread) -> Delivery:
    """Post the message and attach errors.json to it.

    Raises `SlackError` only if the message itself was not posted: an alert without its attachment
    is an alert.
    """
    posted = workspace.post(message)
    if not thread.errors:
        return Delivery(posted, Snippet.NONE)
    comment = f"Up to {MAX_ERRORS} errors in the last {thread.lookback_minutes} minutes"
    try:
        workspace.attach(posted, FILENAME, snippet(thread.errors), comment)
    except SlackError as error:
        _tell(workspace, posted, thread, error)
        return Delivery(posted, Snippet.FAILED, error)
    return Delivery(posted, Snippet.POSTED)


def _tell(workspace: Workspace, posted: Posted, thread: Thread, error: SlackError) -> None:
    """Say in the thread what is missing there. If that fails too, the caller still knows."""
    remedy = f" ({error.remedy})" if error.remedy else ""
    text = (
        f"The error log could not be attached: {error.code}{remedy}. "
        f"Look in {named(thread.log_groups)}."
    )
    with suppress(SlackError):
        workspace.reply(posted, escape(text))
