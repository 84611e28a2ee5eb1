"""Post a notification to Slack, step by step: what Slack has accepted is not posted again.

A delivery that failed half-way goes on where it stopped when the same event comes again.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, Protocol

from functions.notify.alert.blocks import escape
from functions.notify.alert.log_note import named
from functions.notify.alert.message import Message
from functions.notify.alert.replies import Reply
from functions.notify.decision import Course, Receipt, Step, detail_entry
from functions.notify.event import Posted
from functions.notify.log.distinct_errors import MAX_ERRORS, snippet
from functions.notify.log.error import LogError
from functions.notify.slack import SlackError, SlackRefusedError

FILENAME: Final = "errors.json"


class Workspace(Protocol):
    """The part of `functions.notify.slack.Slack` that is needed here."""

    def post(self, message: Message) -> Posted: ...
    def update(self, posted: Posted, message: Message) -> None: ...
    def reply(self, posted: Posted, message: Message, *, broadcast: bool = False) -> None: ...
    def attach(self, posted: Posted, filename: str, content: str, comment: str) -> None: ...


class Snippet(StrEnum):
    """What became of errors.json; `none`: there were no errors to put into it."""

    POSTED = "posted"
    FAILED = "failed"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Attachment:
    """The errors for errors.json, how far back they reach, and where they came from."""

    errors: Sequence[LogError]
    lookback_minutes: int
    log_groups: Sequence[str]


@dataclass(frozen=True, slots=True)
class Notification:
    """What to post: the first message as it shall read, and what comes into its thread."""

    message: Message
    reply: Reply | None
    attachment: Attachment


@dataclass(frozen=True, slots=True)
class Delivery:
    """`first` is the incident's first message, None if there is none."""

    first: Posted | None
    snippet: Snippet = Snippet.NONE
    problem: SlackError | None = None
    """What kept a detail or the snippet from being posted below."""


class Progress:
    """How far one notification has come.

    `keep` makes an entry of the receipt last, with the first message; without it, the entries are
    forgotten in the end.
    """

    def __init__(
        self, key: str, receipt: Receipt, keep: Callable[[str, Posted], None] | None = None
    ) -> None:
        self.first = receipt.first
        self._key = key
        self._entries = set(receipt.entries)
        self._keep = keep

    def has(self, step: Step) -> bool:
        return step.of(self._key) in self._entries

    def reached(self, step: Step, first: Posted) -> None:
        self._add(step.of(self._key), first)

    def has_detail(self, detail: Message, first: Posted) -> bool:
        """Whether any notification has it below this message: a detail is not posted twice."""
        return detail_entry(first, detail.digest) in self._entries

    def posted_detail(self, detail: Message, first: Posted) -> None:
        self._add(detail_entry(first, detail.digest), first)

    def finished(self) -> None:
        if self.first is not None:
            self._add(self._key, self.first)

    def _add(self, entry: str, first: Posted) -> None:
        self.first = first
        self._entries.add(entry)
        if self._keep is not None:
            self._keep(entry, first)


def deliver(
    course: Course, notification: Notification, workspace: Workspace, progress: Progress
) -> Delivery:
    """Follow a course that posts something: POST, CONTINUE or UPDATE.

    Raises `SlackError` if a message was not posted, updated or replied to; an alert without its
    attachment is an alert. A first message that is gone is replaced by a new one.
    """
    first = progress.first
    if course is Course.POST or first is None:
        delivery = _post(notification, workspace, progress)
    elif course is Course.CONTINUE:
        delivery = _continue(first, notification, workspace, progress)
    else:
        delivery = _update(first, notification, workspace, progress)
    progress.finished()
    return delivery


def _post(notification: Notification, workspace: Workspace, progress: Progress) -> Delivery:
    first = progress.first
    if first is None or not progress.has(Step.POST):
        first = workspace.post(notification.message)
        progress.reached(Step.POST, first)
    return _add_below(first, notification, workspace, progress)


def _continue(
    first: Posted, notification: Notification, workspace: Workspace, progress: Progress
) -> Delivery:
    try:
        _bring_up_to_date(first, notification, workspace, progress)
        if notification.reply is not None and not progress.has(Step.REPLY):
            reply = Message(notification.reply.text)
            workspace.reply(first, reply, broadcast=notification.reply.broadcast)
            progress.reached(Step.REPLY, first)
    except SlackRefusedError as error:
        if not error.message_is_gone:
            raise
        return _post(notification, workspace, progress)
    return _add_below(first, notification, workspace, progress)


def _update(
    first: Posted, notification: Notification, workspace: Workspace, progress: Progress
) -> Delivery:
    """What is gone need not be brought up to date."""
    try:
        _bring_up_to_date(first, notification, workspace, progress)
    except SlackRefusedError as error:
        if not error.message_is_gone:
            raise
        return Delivery(None)
    return Delivery(first)


def _bring_up_to_date(
    first: Posted, notification: Notification, workspace: Workspace, progress: Progress
) -> None:
    if not progress.has(Step.UPDATE):
        workspace.update(first, notification.message)
        progress.reached(Step.UPDATE, first)


def _add_below(
    first: Posted, notification: Notification, workspace: Workspace, progress: Progress
) -> Delivery:
    """The details there was no room for, then the errors."""
    problem = None
    try:
        for detail in notification.message.below:
            if not progress.has_detail(detail, first):
                workspace.reply(first, detail)
                progress.posted_detail(detail, first)
    except SlackRefusedError as error:
        problem = error
    delivery = _attach(first, notification.attachment, workspace, progress)
    return replace(delivery, problem=delivery.problem or problem)


def _attach(
    first: Posted, attachment: Attachment, workspace: Workspace, progress: Progress
) -> Delivery:
    if not attachment.errors:
        return Delivery(first)
    if progress.has(Step.ATTACH):
        return Delivery(first, Snippet.POSTED)
    comment = f"Up to {MAX_ERRORS} errors in the last {attachment.lookback_minutes} minutes"
    try:
        workspace.attach(first, FILENAME, snippet(attachment.errors), comment)
    except SlackError as error:
        _reply_without_attachment(first, attachment, workspace, error)
        return Delivery(first, Snippet.FAILED, error)
    progress.reached(Step.ATTACH, first)
    return Delivery(first, Snippet.POSTED)


def _reply_without_attachment(
    first: Posted, attachment: Attachment, workspace: Workspace, error: SlackError
) -> None:
    """Name it in the thread. If that fails too, the caller still knows."""
    remedy = f" ({error.remedy})" if error.remedy else ""
    text = (
        f"The error log could not be attached: {error.code}{remedy}. "
        f"Look in {named(attachment.log_groups)}."
    )
    with suppress(SlackError):
        workspace.reply(first, Message(escape(text)))
