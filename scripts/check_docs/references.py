"""What the docs refer to, and whether it is there: make targets and paths of the repository."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import Final

_TARGET: Final = re.compile(r"^([a-z0-9-]+):(?!=)", re.MULTILINE)
_GOAL: Final = re.compile(r"[a-z][a-z0-9-]*")
_PATH: Final = re.compile(r"\.?[A-Za-z0-9_*][\w.*-]*(?:/[\w.*-]+)*/?")
_FILE: Final = re.compile(r"\.(?:asl\.json|jsonata|md|py|sh|sql|toml|yaml)$")

_MADE_HERE: Final = frozenset({"build", ".venv"})
_PARAMETERS: Final = frozenset({"slack/bot-token", "slack/channel-id"})
"""Names of SSM parameters that look like paths."""


def targets(makefile: str) -> frozenset[str]:
    """The targets a Makefile explains how to make."""
    return frozenset(_TARGET.findall(makefile))


def goals(words: Sequence[str]) -> Iterator[str]:
    """The targets that a command `make …` asks for."""
    return (word for word in words[1:] if _GOAL.fullmatch(word))


def names_a_path(span: str, project: Path) -> bool:
    """Whether code in a sentence means a path of the repository.

    It does if it begins with a folder of the repository's own, or is the path of a source file.
    """
    if not _PATH.fullmatch(span) or "/" not in span or span in _PARAMETERS:
        return False
    first = PurePosixPath(span).parts[0]
    return first not in _MADE_HERE and bool((project / first).is_dir() or _FILE.search(span))


def exists(path: str, folder: Path) -> bool:
    """Whether the path, or a file of this pattern, is there."""
    return any(folder.glob(path)) if "*" in path else (folder / path).exists()
