"""The workspace: channels, and every message and file that was posted. Development only."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

from sandbox.slack import mentions
from sandbox.slack.errors import SlackError
from sandbox.slack.failures import Failure, Failures

BOT_TOKEN: Final = "xoxb-local"
BOT_SCOPES: Final = frozenset({"chat:write", "files:write"})
UPLOAD: Final = "upload"
"""The name under which the upload URL, which is no method of the Web API, counts and fails."""


@dataclass(frozen=True, slots=True)
class Channel:
    id: str
    name: str
    is_member: bool = True
    is_archived: bool = False


@dataclass(frozen=True, slots=True)
class File:
    """A file announced with `length` bytes; `content` comes second, `title` when it is shared."""

    id: str
    name: str
    length: int
    snippet_type: str | None = None
    content: bytes | None = None
    title: str | None = None

    @property
    def is_complete(self) -> bool:
        return self.title is not None


@dataclass(frozen=True, slots=True)
class Message:
    """A message as it stands; `history` holds its earlier versions, oldest first.

    `ts` identifies it in its channel ("1700000000.000100", seconds since 1970) and is given by
    `Workspace.post`; `thread_ts` is the parent's, or None for a message in the channel itself. A
    reply that `is_broadcast` shows in the channel as well. `author` is the app's name, given by
    `Workspace.post` too.
    """

    channel: str
    text: str
    ts: str = ""
    blocks: tuple[dict[str, Any], ...] = ()
    thread_ts: str | None = None
    is_broadcast: bool = False
    files: tuple[File, ...] = ()
    history: tuple["Message", ...] = ()
    author: str = ""

    def mentions(self) -> Iterator[str]:
        """Everything that notified people, in any version."""
        for version in (*self.history, self):
            yield from mentions.in_mrkdwn(version.text)
            yield from mentions.in_blocks(version.blocks)


class Workspace:
    """What Slack knows. `token`, `scopes` and `channels` (by id) may be changed at any time.

    `app` is the name above what is posted; `url` is where it is served. Safe to use from the
    server's threads and a test's at once.
    """

    def __init__(
        self,
        *,
        token: str = BOT_TOKEN,
        scopes: Iterable[str] = BOT_SCOPES,
        app: str = "Local App",
        channels: Iterable[Channel] = (Channel("C0LOCAL0001", "alerts"),),
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.token = token
        self.scopes = frozenset(scopes)
        self.channels = {channel.id: channel for channel in channels}
        self.app = app
        self.url = ""
        self.failures = Failures()
        self._clock = clock
        self._lock = threading.RLock()
        self._messages: dict[tuple[str, str], Message] = {}
        self._files: dict[str, File] = {}
        self._calls: Counter[str] = Counter()
        self._last_microseconds = 0

    # What tests and the demo read and do

    def messages(self, channel: str) -> list[Message]:
        """The messages in the channel itself, oldest first, without the replies in threads."""
        return [message for message in self.everything(channel) if message.thread_ts is None]

    def thread(self, channel: str, ts: str) -> list[Message]:
        """The replies to a message, oldest first."""
        return [message for message in self.everything(channel) if message.thread_ts == ts]

    def everything(self, channel: str | None = None) -> list[Message]:
        """Messages and replies in the order in which they were posted."""
        with self._lock:
            posted = list(self._messages.values())
        return [message for message in posted if channel in (None, message.channel)]

    @property
    def files(self) -> list[File]:
        """Every announced file, whether or not it was uploaded and shared."""
        with self._lock:
            return list(self._files.values())

    @property
    def calls(self) -> Counter[str]:
        """How often each method was called, whatever came of it; the upload URL as "upload"."""
        with self._lock:
            return self._calls.copy()

    def pings(self) -> list[str]:
        """The mentions that would have notified people, in every text ever posted."""
        return [mention for message in self.everything() for mention in message.mentions()]

    def delete(self, message: Message) -> None:
        """What a person does to a message; replies to it stay."""
        with self._lock:
            del self._messages[message.channel, message.ts]

    def fail(self, method: str, failure: Failure, times: int = 1) -> None:
        """Make the next `times` calls of `method` fail; UPLOAD stands for the upload URL."""
        self.failures.add(method, failure, times)

    # What the Web API does

    def count(self, method: str) -> None:
        with self._lock:
            self._calls[method] += 1

    def channel(self, channel_id: str) -> Channel:
        """Raises `SlackError` `channel_not_found`."""
        try:
            return self.channels[channel_id]
        except KeyError:
            raise SlackError("channel_not_found") from None

    def message(self, channel: str, ts: str) -> Message:
        """Raises `SlackError` `message_not_found`."""
        with self._lock:
            try:
                return self._messages[channel, ts]
            except KeyError:
                raise SlackError("message_not_found") from None

    def post(self, draft: Message) -> Message:
        with self._lock:
            message = replace(draft, ts=self._next_ts(), author=self.app)
            self._messages[message.channel, message.ts] = message
            return message

    def revise(self, message: Message) -> Message:
        """Put a changed message in the place of the one with its channel and ts."""
        with self._lock:
            before = self.message(message.channel, message.ts)
            revised = replace(message, history=(*before.history, replace(before, history=())))
            self._messages[message.channel, message.ts] = revised
            return revised

    def announce(self, name: str, length: int, snippet_type: str | None) -> File:
        with self._lock:
            file = File(f"F0LOCAL{len(self._files) + 1:04}", name, length, snippet_type)
            self._files[file.id] = file
            return file

    def file(self, file_id: str) -> File:
        """Raises `SlackError` `file_not_found`."""
        with self._lock:
            try:
                return self._files[file_id]
            except KeyError:
                raise SlackError("file_not_found") from None

    def keep(self, file: File) -> File:
        """Store a later state of an announced file."""
        with self._lock:
            self._files[file.id] = file
            return file

    def _next_ts(self) -> str:
        now = int(self._clock() * 1_000_000)
        self._last_microseconds = max(now, self._last_microseconds + 1)
        return f"{self._last_microseconds // 1_000_000}.{self._last_microseconds % 1_000_000:06}"
