"""The code in a Markdown page: fenced blocks, spans between backticks, and links. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_FENCE: Final = re.compile(r"\s*```+\s*([\w+-]*)")
_SPAN: Final = re.compile(r"`([^`]+)`")
_LINK: Final = re.compile(r"\]\(([^)\s]+)\)")


@dataclass(frozen=True, slots=True)
class Code:
    """A piece of a page; `line` is where it begins, counted from 1."""

    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Page:
    """`blocks` are those of a language, "" for none; `spans` and `links` stand outside blocks."""

    blocks: tuple[tuple[str, Code], ...]
    spans: tuple[Code, ...]
    links: tuple[Code, ...]

    def shell_blocks(self) -> Iterator[Code]:
        return (code for language, code in self.blocks if language in _SHELLS)


_SHELLS: Final = frozenset({"bash", "console", "sh", "shell"})


def read(text: str) -> Page:
    """Take a page apart; a block that is not closed goes to the end."""
    blocks: list[tuple[str, Code]] = []
    spans: list[Code] = []
    links: list[Code] = []
    opened: tuple[str, int, list[str]] | None = None
    for number, line in enumerate([*text.splitlines(), "```"], start=1):
        fence = _FENCE.match(line)
        if opened is None and fence:
            opened = (fence[1], number + 1, [])
        elif opened is None:
            spans += (Code(number, found) for found in _SPAN.findall(line))
            links += (Code(number, found) for found in _LINK.findall(line))
        elif fence:
            language, begin, lines = opened
            blocks.append((language, Code(begin, "\n".join(lines))))
            opened = None
        else:
            opened[2].append(line)
    return Page(tuple(blocks), tuple(spans), tuple(links))
