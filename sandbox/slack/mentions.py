"""Mentions: what in a message would notify people. Development only. Pure.

Slack reads `<!channel>`, `<@U…>` and the like in mrkdwn, code included, unless the angle bracket
is escaped as `&lt;`. Plain text and rich text elements are never read that way.
"""

import re
from collections.abc import Iterator
from typing import Final

_MENTION: Final = re.compile(
    r"<(?:!(?:channel|here|everyone|group)|@[UWB][A-Z0-9]+|!subteam\^S[A-Z0-9]+)(?:\|[^>]*)?>",
)


def in_mrkdwn(text: str) -> list[str]:
    """The mentions in a mrkdwn text, as written."""
    return _MENTION.findall(text)


def in_blocks(value: object) -> Iterator[str]:
    """The mentions in the mrkdwn objects anywhere inside blocks."""
    if isinstance(value, dict):
        if value.get("type") == "mrkdwn":
            yield from in_mrkdwn(str(value.get("text")))
        for element in value.values():
            yield from in_blocks(element)
    elif isinstance(value, list | tuple):
        for element in value:
            yield from in_blocks(element)
