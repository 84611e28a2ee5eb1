"""The check itself: every page, and what is wrong where."""

import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from scripts.check_docs import aws_cli
from scripts.check_docs.markdown import Page, read
from scripts.check_docs.references import exists, goals, names_a_path, targets
from scripts.check_docs.shell import Command, commands

PAGES: Final = ("README.md", "CONTRIBUTING.md", "sandbox/README.md", "docs/*.md")


@dataclass(frozen=True, order=True, slots=True)
class Problem:
    page: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}: {self.text}"


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found in all pages; the numbers show that something was looked at."""

    pages: int
    aws_commands: int
    problems: list[Problem]


def check(project: Path) -> Checked:
    """Check the pages of a repository. Raises `CalledProcessError` if the AWS CLI fails itself."""
    known = targets((project / "Makefile").read_text())
    problems: list[Problem] = []
    aws: list[tuple[str, Command]] = []
    paths = [path for pattern in PAGES for path in sorted(project.glob(pattern))]
    for path in paths:
        name, page = str(path.relative_to(project)), read(path.read_text())
        shell = list(_commands(page))
        problems += (Problem(name, *one) for one in _wrong_targets(page, shell, known))
        problems += (Problem(name, *one) for one in _wrong_paths(page, path, project))
        aws += ((name, command) for command in shell if command.words[0] == "aws")
    problems += _wrong_aws_commands(aws)
    return Checked(len(paths), len(aws), sorted(problems))


def _commands(page: Page) -> Iterator[Command]:
    for block in page.shell_blocks():
        yield from commands(block)


def _wrong_targets(
    page: Page, shell: list[Command], known: frozenset[str]
) -> Iterator[tuple[int, str]]:
    spans = [
        Command(span.line, tuple(span.text.split()))
        for span in page.spans
        if span.text.startswith("make ")
    ]
    for command in [*shell, *spans]:
        if command.words[0] == "make":
            for goal in goals(command.words):
                if goal not in known:
                    yield command.line, f"the Makefile has no target {goal}"


def _wrong_paths(page: Page, path: Path, project: Path) -> Iterator[tuple[int, str]]:
    for span in page.spans:
        if names_a_path(span.text, project) and not exists(span.text, project):
            yield span.line, f"{span.text} does not exist"
    for link in page.links:
        target = link.text.partition("#")[0]
        if target and ":" not in target and not exists(target, path.parent):
            yield link.line, f"the link leads to {target}, which does not exist"


def _wrong_aws_commands(found: list[tuple[str, Command]]) -> Iterator[Problem]:
    answers = aws_cli.problems([command.words[1:] for _, command in found])
    for (page, command), answer in zip(found, answers, strict=True):
        if answer is not None:
            yield Problem(page, command.line, f"{shlex.join(command.words)}: {answer}")
