"""The deployment package's content, and what a Lambda runtime would make of it."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib.metadata import distribution
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from packaging.requirements import Requirement

Run = Callable[[str], subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def archive(package: Path) -> Iterator[ZipFile]:
    with ZipFile(package / "deployment.zip") as opened:
        yield opened


@pytest.fixture(scope="session")
def template(package: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((package / "sam.json").read_text())
    return document


@pytest.fixture(scope="session")
def resources(template: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = template["Resources"]
    return found


@pytest.fixture(scope="session")
def run_in_lambda(archive: ZipFile, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Run a program with the package's code and the Lambda runtime's boto3, and nothing else."""
    task, runtime = tmp_path_factory.mktemp("task"), tmp_path_factory.mktemp("runtime")
    archive.extractall(task)
    for name in _closure("boto3"):
        _link_modules(name, runtime)
    path = f"import sys; sys.path[:0] = [{str(task)!r}, {str(runtime)!r}]\n"

    def run(program: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-I", "-S", "-B", "-c", path + program],
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def _closure(name: str) -> set[str]:
    """A distribution and all it requires, extras left out."""
    found, pending = set[str](), [name]
    while pending:
        found.add(current := pending.pop())
        for line in distribution(current).requires or ():
            requirement = Requirement(line)
            wanted = requirement.marker is None or requirement.marker.evaluate({"extra": ""})
            if wanted and requirement.name not in found:
                pending.append(requirement.name)
    return found


def _link_modules(name: str, directory: Path) -> None:
    installed = distribution(name)
    tops = {file.parts[0] for file in installed.files or () if ".." not in file.parts}
    for top in tops - {"__pycache__"}:
        (directory / top).symlink_to(Path(str(installed.locate_file(top))))
