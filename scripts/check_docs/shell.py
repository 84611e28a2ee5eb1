"""The simple commands in a piece of shell, as far as documentation goes. Pure.

Known are continued lines, comments, pipes and lists, redirections, assignments, `$(…)` and
placeholders such as `<bucket>`; there are no functions and no here-documents.
"""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from scripts.check_docs.markdown import Code

PLACEHOLDER: Final = "placeholder"

_PROMPT: Final = "$ "
_SUBSTITUTION: Final = re.compile(r"\$\(([^()]*)\)")
_IN_ANGLES: Final = re.compile(r"<[\w-]+(?: [\w-]+)*>")
_ASSIGNMENT: Final = re.compile(r"\w+=")
_OPERATORS: Final = "();<>|&"
_KEYWORDS: Final = frozenset({"!", "do", "else", "if", "then", "time", "until", "while"})


@dataclass(frozen=True, slots=True)
class Command:
    """`words` as the shell would pass them, but for variables, which stay as they are written."""

    line: int
    words: tuple[str, ...]


def commands(code: Code) -> list[Command]:
    """Every command, those inside `$(…)` before the one they belong to.

    Raises `ValueError` for a quotation that does not end.
    """
    found: list[Command] = []
    for line in _logical_lines(code):
        for text in _unnested(_IN_ANGLES.sub(PLACEHOLDER, line.text)):
            found += (Command(line.line, words) for words in _simple_commands(text))
    return found


def _logical_lines(code: Code) -> Iterator[Code]:
    """Lines with their continuations; where there are prompts, the others are output."""
    lines = list(enumerate(code.text.split("\n"), start=code.line))
    prompted = any(line.startswith(_PROMPT) for _, line in lines)
    begin, text = 0, ""
    for number, line in lines:
        if not text:
            if prompted and not line.startswith(_PROMPT):
                continue
            begin, text = number, line.removeprefix(_PROMPT)
        else:
            text += line
        if text.endswith("\\"):
            text = text[:-1] + " "
        else:
            yield Code(begin, text)
            text = ""
    if text:
        yield Code(begin, text)


def _unnested(text: str) -> Iterator[str]:
    """The commands inside `$(…)`, the innermost first, then the text without them."""
    while nested := _SUBSTITUTION.search(text):
        yield nested[1]
        text = text[: nested.start()] + PLACEHOLDER + text[nested.end() :]
    yield text


def _simple_commands(text: str) -> Iterator[tuple[str, ...]]:
    words: list[str] = []
    redirected = False
    lexer = shlex.shlex(text, posix=True, punctuation_chars=_OPERATORS)
    lexer.whitespace_split = True
    for word in [*lexer, ";"]:
        if redirected:
            redirected = False
        elif word[0] in "<>":
            redirected = True
        elif set(word) <= set(_OPERATORS):
            if words:
                yield tuple(words)
            words = []
        elif words or not (word in _KEYWORDS or _ASSIGNMENT.match(word)):
            words.append(word)
