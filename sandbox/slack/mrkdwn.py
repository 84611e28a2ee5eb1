"""Slack's mrkdwn as styled terminal text. Development only. Pure."""

import re
from typing import Final

from rich.emoji import Emoji
from rich.style import Style
from rich.text import Text

CODE: Final = Style(color="bright_cyan", bgcolor="grey11")
LINK: Final = Style(color="bright_blue", underline=True)
MENTION: Final = Style(color="black", bgcolor="yellow")

_TOKEN: Final = re.compile(
    r"```\n?(?P<pre>.+?)\n?```\n?"
    r"|`(?P<code>[^`\n]+)`"
    r"|<(?P<target>[^|>\n]+)(?:\|(?P<label>[^>]*))?>"
    r"|(?<!\w)\*(?P<bold>[^*\n]+)\*(?!\w)"
    r"|(?<!\w)_(?P<italic>[^_\n]+)_(?!\w)"
    r"|(?<!\w)~(?P<strike>[^~\n]+)~(?!\w)",
    re.DOTALL,
)


def to_text(mrkdwn: str, style: Style | None = None) -> Text:
    """The text as a reader sees it: formatted, links by their labels, escapes undone."""
    text = Text(style=style or Style())
    _append(text, mrkdwn, Style())
    text.rstrip()
    return text


def unescaped(text: str) -> str:
    """Undo the three escapes Slack knows."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _append(text: Text, mrkdwn: str, style: Style) -> None:
    end = 0
    for token in _TOKEN.finditer(mrkdwn):
        text.append(_words(mrkdwn[end : token.start()]), style)
        _append_token(text, token, style)
        end = token.end()
    text.append(_words(mrkdwn[end:]), style)


def _append_token(text: Text, token: re.Match[str], style: Style) -> None:
    kind, content = token.lastgroup, token.group(token.lastgroup or 0)
    if kind == "pre":
        _append_block(text, unescaped(content), style + CODE)
    elif kind == "code":
        text.append(unescaped(content), style + CODE)
    elif kind in ("target", "label"):
        _append_reference(text, token["target"], token["label"], style)
    else:
        _append(text, content, style + Style.parse(str(kind)))


def _append_block(text: Text, content: str, style: Style) -> None:
    """Code blocks stand on lines of their own."""
    if text.plain and not text.plain.endswith("\n"):
        text.append("\n")
    text.append(content, style)
    text.append("\n")


def _append_reference(text: Text, target: str, label: str | None, style: Style) -> None:
    if target.startswith(("!", "@", "#")):
        text.append(label or f"@{target.lstrip('!@#')}", style + MENTION)
    else:
        url = unescaped(target)
        text.append(unescaped(label or url), style + LINK + Style(link=url))


def _words(text: str) -> str:
    return Emoji.replace(unescaped(text))
