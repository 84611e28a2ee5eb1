"""What the docs point at is there: links, make targets and paths of the repository."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
PAGES = sorted(
    path
    for pattern in ("*.md", "docs/*.md", "sandbox/*.md")
    for path in PROJECT.glob(pattern)
    if path.name != "CHANGELOG.md"  # says what was there
)

TARGETS = set(re.findall(r"^([a-z0-9-]+):(?!=)", (PROJECT / "Makefile").read_text(), re.MULTILINE))
FENCED = re.compile(r"^[ \t]*```.*?^[ \t]*```", re.MULTILINE | re.DOTALL)
GOALS = re.compile(r"(?:^[ \t]*|`)make((?: [a-z0-9-]+)+)", re.MULTILINE)
LINK = re.compile(r"\]\(([^)\s#]+)[^)]*\)")
PATH = re.compile(r"`(\.?[\w*][\w.*-]*/[\w./*-]*)`")
SOURCE = re.compile(r"\.(?:asl\.json|jsonata|md|py|sh|sql|toml|yaml)")
ELSEWHERE = {"build", ".venv"}
PARAMETERS = {"slack/bot-token", "slack/channel-id"}


def missing(text: str, folder: Path) -> Iterator[str]:
    """What a page in `folder` points at and nobody finds, in the order of this function."""
    for goals in GOALS.findall(text):
        yield from (f"make {goal}" for goal in goals.split() if goal not in TARGETS)
    prose = FENCED.sub("", text)
    for link in LINK.findall(prose):
        if ":" not in link and not (folder / link).exists():
            yield link
    for path in PATH.findall(prose):
        if is_ours(path) and not any(PROJECT.glob(path.rstrip("/"))):
            yield path


def is_ours(path: str) -> bool:
    """Whether it begins with a folder of the repository, or is a source file in any."""
    top = path.partition("/")[0]
    is_known = (PROJECT / top).is_dir() or SOURCE.fullmatch(path, path.rfind("."))
    return bool(is_known) and top not in ELSEWHERE and path not in PARAMETERS


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(PROJECT)))
def test_everything_a_page_points_at_is_there(page: Path) -> None:
    assert [] == list(missing(page.read_text(), page.parent))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("`make tset`, `make lint`, `make PYTHON=python3.12 …`", ["make tset"]),
        ("```console\nmake test uint\n$ make\n```", ["make uint"]),
        ("[a](gone.md#part) [b](../README.md#part) [c](https://example.org/x.md)", ["gone.md"]),
        ("```python\n[a](gone.md) `docs/gone.md`\n```", []),
        (
            "`docs/gone.md` `docs/` `docs/*.md` `functions/*.yml`",
            ["docs/gone.md", "functions/*.yml"],
        ),
        ("`gone/module.py` `local/gone/`", ["gone/module.py", "local/gone/"]),
        ("`build/package/` `publisher/port` `slack/bot-token` `/aws/rds` `errors.json`", []),
    ],
)
def test_what_is_not_there_is_found(text: str, expected: list[str]) -> None:
    """In code, in links and in sentences, and nothing else is taken for a path."""
    assert expected == list(missing(text, PROJECT / "docs"))
