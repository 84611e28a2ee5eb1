"""Posted messages as they look in Slack, for the terminal. Development only."""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from rich.box import ROUNDED
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.style import Style
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from sandbox.slack import mrkdwn
from sandbox.slack.workspace import File, Message

_Object = Mapping[str, Any]

_DIM: Final = Style(dim=True)


def conversation(channel: str, parent: Message, replies: Iterable[Message] = ()) -> Panel:
    """A message with its thread, in a frame that names the channel."""
    thread = [Padding(message(reply), (1, 0, 0, 3)) for reply in replies]
    return Panel(
        Group(message(parent), *thread),
        title=f"[bold]# {channel}[/]",
        title_align="left",
        box=ROUNDED,
        padding=(1, 2),
    )


def message(posted: Message) -> RenderableType:
    """One message: who and when, the blocks (the text, if there are none) and the files."""
    content = [block(part) for part in posted.blocks] or [mrkdwn.to_text(posted.text)]
    return Group(_author(posted), *content, *map(snippet, posted.files))


def snippet(file: File) -> RenderableType:
    """A file's content in a frame that carries its title."""
    content = (file.content or b"").decode(errors="replace")
    return Panel(
        Syntax(
            content,
            file.snippet_type or "text",
            theme="ansi_dark",
            background_color="default",
            word_wrap=True,
        ),
        title=Text(file.title or file.name),
        title_align="left",
        border_style=_DIM,
    )


def block(part: _Object) -> RenderableType:
    """One Block Kit block. Raises `KeyError` for a type the workspace would not have accepted."""
    return Padding(_BLOCKS[part["type"]](part), (1, 0, 0, 0))


def _author(posted: Message) -> Text:
    at = datetime.fromtimestamp(float(posted.ts), UTC)
    author = Text(posted.author, style="bold")
    author.append(" APP ", style="reverse dim")
    remarks = [
        "  (edited)" if posted.history else "",
        "  also sent to the channel" if posted.is_broadcast else "",
    ]
    author.append(f"  {at:%H:%M} UTC{''.join(remarks)}", style="not bold dim")
    return author


def _header(part: _Object) -> RenderableType:
    return Text(part["text"]["text"], style="bold")


def _section(part: _Object) -> RenderableType:
    rows: list[RenderableType] = [_text(part["text"])] if "text" in part else []
    if "fields" in part:
        rows.append(_two_columns([_text(field) for field in part["fields"]]))
    return Group(*rows)


def _two_columns(cells: list[Text]) -> Table:
    grid = Table.grid(padding=(0, 2), expand=True)
    grid.add_column(ratio=1)
    grid.add_column(ratio=1)
    for left in range(0, len(cells), 2):
        grid.add_row(*cells[left : left + 2])
    return grid


def _context(part: _Object) -> RenderableType:
    return Text("  ").join(_text(element, _DIM) for element in part["elements"])


def _rich_text(part: _Object) -> RenderableType:
    return Group(*map(_rich_element, part["elements"]))


def _rich_element(element: _Object) -> RenderableType:
    text = Text.assemble(*(inline["text"] for inline in element["elements"]))
    if element["type"] == "rich_text_preformatted":
        text.stylize(mrkdwn.CODE)
        return Panel(text, border_style=_DIM)
    return text


def _text(element: _Object, style: Style | None = None) -> Text:
    if element["type"] == "mrkdwn":
        return mrkdwn.to_text(element["text"], style)
    return Text(element["text"], style or Style())


_BLOCKS: Final[dict[str, Callable[[_Object], RenderableType]]] = {
    "header": _header,
    "section": _section,
    "context": _context,
    "rich_text": _rich_text,
}
