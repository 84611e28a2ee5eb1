"""The threads of a Slack workspace. Development only."""

from dataclasses import dataclass

from rich.panel import Panel

from sandbox.slack import Message, Workspace
from sandbox.slack.render import conversation


@dataclass(frozen=True, slots=True)
class Thread:
    """A message in a channel, as it is now, and the replies below it, oldest first.

    Two are equal if nothing was updated or replied between them.
    """

    channel: str
    first: Message
    replies: tuple[Message, ...]

    def drawn(self) -> Panel:
        """For the terminal."""
        return conversation(self.channel, self.first, self.replies)


def threads(workspace: Workspace) -> list[Thread]:
    """Of all channels, oldest first."""
    return [
        Thread(
            workspace.channels[message.channel].name,
            message,
            tuple(workspace.thread(message.channel, message.ts)),
        )
        for message in workspace.everything()
        if message.thread_ts is None
    ]
