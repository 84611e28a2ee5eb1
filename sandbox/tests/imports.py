"""What Python code imports, read from its source."""

import ast
import re
from collections.abc import Iterator
from typing import Final

_STATEMENT: Final = re.compile(r"^\s*(?:from|import)\s+(\w+)", re.MULTILINE)
_DOTTED: Final = re.compile(r"(\w+)(?:\.\w+)+")


def packages(source: str) -> set[str]:
    """The top-level packages, wherever in the code: in functions, for types only, by name.

    A string counts if it is a dotted name, as `import_module` and Lambda take it, or a program.
    """
    return {name.partition(".")[0] for node in ast.walk(ast.parse(source)) for name in _named(node)}


def _named(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Import():
            yield from (alias.name for alias in node.names)
        case ast.ImportFrom(level=0, module=str(module)):
            yield module
        case ast.Constant(value=str(text)):
            dotted = _DOTTED.fullmatch(text)
            yield from [dotted[1]] if dotted else _STATEMENT.findall(text)
