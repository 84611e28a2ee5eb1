"""`make test` with programs that only write down how they were called."""

import os
import shutil
import subprocess
from itertools import takewhile
from pathlib import Path
from typing import NamedTuple

import pytest

PROJECT = Path(__file__).parents[3]
PROGRAM = """#!/bin/sh
call="${0##*/} $*"
echo "$call" >> calls.txt
case "$call" in *"-m venv"*) mkdir -p .venv-checkov/bin; cp "$0" .venv-checkov/bin/checkov ;; esac
while read -r status pattern; do
    case "$call" in $pattern) echo "$call fails"; exit "$status" ;; esac
done < outcomes.txt
"""
NOT_CHECKED = "NOT CHECKED: "
TIERS = ("tests/unit", "tests/integration", "tests/e2e")
WHATS = {
    "ruff": "style (ruff)",
    "mypy": "types (mypy)",
    "pip-audit": "known vulnerabilities (pip-audit)",
    "checkov": "security of the template (checkov)",
}
NOT_INSTALLED = {
    "ruff": "1 pip install *ruff==*",
    "mypy": "1 pip install *mypy==*",
    "pip-audit": "1 pip install *pip-audit==*",
    "checkov": "1 pip *requirements-checkov.txt",
}
CHECKS = {
    "ruff": "ruff check",
    "mypy": "mypy",
    "pip-audit": "python -m scripts.check_dependencies",
    "checkov": "checkov -f",
}


class Made(NamedTuple):
    """What became of one call of make."""

    status: int
    shown: str
    calls: list[str]

    @property
    def tiers(self) -> list[str]:
        return [tier for tier in TIERS for call in self.calls if f" {tier}" in call]

    @property
    def not_checked(self) -> list[str]:
        """What is said at the end, with nothing but make's own last words below."""
        lines = [line for line in self.shown.splitlines() if not line.startswith("make")]
        last = takewhile(lambda line: line.startswith(NOT_CHECKED), reversed(lines))
        return [line.removeprefix(NOT_CHECKED) for line in last][::-1]

    def checked(self, tool: str) -> bool:
        return any(call.startswith(CHECKS[tool]) for call in self.calls)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A checkout with nothing installed but what the tests need."""
    for name in ("Makefile", "constraints.txt", *map(str, PROJECT.glob("requirements*.txt"))):
        shutil.copy(PROJECT / name, tmp_path)
    programs = tmp_path / ".venv" / "bin"
    programs.mkdir(parents=True)
    for name in ("python", "pip", "pytest", "coverage", "ruff", "mypy"):
        (programs / name).write_text(PROGRAM)
        (programs / name).chmod(0o755)
    (tmp_path / ".venv" / ".installed").touch()
    return tmp_path


def make(folder: Path, *words: str, outcomes: str = "") -> Made:
    """Run make; a line of `outcomes` is an exit status and the pattern of a call that ends so."""
    (folder / "outcomes.txt").write_text(f"{outcomes}\n")
    ours = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG"}}
    ran = subprocess.run(
        ["make", "PYTHON=.venv/bin/python", *words],
        cwd=folder,
        env=ours,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return Made(ran.returncode, ran.stdout, (folder / "calls.txt").read_text().splitlines())


def test_everything_is_checked_and_run(folder: Path) -> None:
    made = make(folder, "test")
    assert (0, list(TIERS), []) == (made.status, made.tiers, made.not_checked), made.shown
    assert all(map(made.checked, CHECKS))
    assert "coverage report --fail-under=95" == made.calls[-1]


@pytest.mark.parametrize("tool", NOT_INSTALLED)
def test_a_lint_tool_that_cannot_be_installed_keeps_nothing_else_from_running(
    folder: Path, tool: str
) -> None:
    """It is said last, and what the tests say counts; with STRICT=1 it is an error all the same."""
    made = make(folder, "test", outcomes=NOT_INSTALLED[tool])
    assert (0, list(TIERS), [WHATS[tool]]) == (made.status, made.tiers, made.not_checked)
    assert [name for name in CHECKS if name != tool] == list(filter(made.checked, CHECKS))
    (folder / "calls.txt").unlink()
    strict = make(folder, "test", "STRICT=1", outcomes=NOT_INSTALLED[tool])
    assert (2, list(TIERS), [WHATS[tool]]) == (strict.status, strict.tiers, strict.not_checked)


def test_a_tool_that_could_be_installed_meanwhile_is_used(folder: Path) -> None:
    for outcomes, expected in ((NOT_INSTALLED["ruff"], [WHATS["ruff"]]), ("", [])):
        assert expected == make(folder, "test", outcomes=outcomes).not_checked


def test_all_lint_tools_at_once(folder: Path) -> None:
    made = make(folder, "test", outcomes="1 pip *")
    assert (0, list(TIERS), list(WHATS.values())) == (made.status, made.tiers, made.not_checked)


@pytest.mark.parametrize(
    ("words", "status"), [([], 0), (["STRICT=1"], 2)], ids=["as ever", "strict"]
)
def test_a_vulnerability_service_that_cannot_be_asked(
    folder: Path, words: list[str], status: int
) -> None:
    made = make(folder, "test", *words, outcomes="3 python -m scripts.check_dependencies")
    expected = (status, list(TIERS), [WHATS["pip-audit"]])
    assert expected == (made.status, made.tiers, made.not_checked)


@pytest.mark.parametrize(
    "outcomes",
    [
        "1 ruff check",
        "1 ruff format*",
        "1 mypy*",
        "1 python -m scripts.check_dependencies",
        "1 checkov*",
        "1 python -m scripts.package",
        *(f"1 pytest *{tier}*" for tier in TIERS),
        "2 coverage *",
    ],
)
def test_what_fails_fails_after_everything_has_run(folder: Path, outcomes: str) -> None:
    made = make(folder, "test", outcomes=outcomes)
    assert (2, list(TIERS), []) == (made.status, made.tiers, made.not_checked), made.shown
    assert made.calls[-1].startswith("coverage report")


def test_lint_alone_tells_too(folder: Path) -> None:
    made = make(folder, "lint", outcomes=NOT_INSTALLED["mypy"])
    assert (0, []) == (made.status, made.tiers)
    assert f"{NOT_CHECKED}{WHATS['mypy']}" in made.shown
    assert made.checked("checkov")
    assert 2 == make(folder, "lint", "STRICT=1", outcomes=NOT_INSTALLED["mypy"]).status
