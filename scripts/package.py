"""Builds the deployment package into build/package/: `python -m scripts.package`.

In order: what ships is copied to a clean directory (no bytecode, links resolved), Chalice packages
that and merges our template, the state machine's definition is laid beside it, the zip is checked
and measured. The directory then holds what `aws cloudformation package` uploads: deployment.zip,
sam.json and monitor.asl.json.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZipFile

import yaml  # type: ignore[import-untyped]  # PyYAML, by way of Chalice

from scripts.definition import DEPLOYED, definition

PROJECT = Path(__file__).parent.parent
TEMPLATE = PROJECT / "statemachine" / "template.yaml"
OUTPUT = PROJECT / "build" / "package"
OURS = ("app.py", "chalice_app/", "functions/")


class PackagingError(Exception):
    """No usable package came out; the message says what is wrong with it."""


def build(output: Path) -> Path:
    """Fill `output` anew and return the zip's path.

    Raises `PackagingError` if Chalice fails or leaves out a distribution of requirements.txt.
    """
    shutil.rmtree(output, ignore_errors=True)
    with TemporaryDirectory() as directory:
        staging = Path(directory)
        _stage(staging)
        _run_chalice(staging, output.absolute())
    _rewrite_as_json(output / "sam.yaml")
    (output / DEPLOYED).write_text(definition())
    package = output / "deployment.zip"
    if missing := _required() - _packaged(package):
        raise PackagingError(f"{package} lacks {', '.join(sorted(missing))}")
    return package


def sizes(package: Path) -> str:
    """One line: the size of the zip, of its content, and of our share of that."""
    with ZipFile(package) as archive:
        content = {entry.filename: entry.file_size for entry in archive.infolist()}
    unpacked = sum(content.values())
    ours = sum(size for name, size in content.items() if name.startswith(OURS))
    return (
        f"{package}: {package.stat().st_size / 1e6:.2f} MB, unpacked {unpacked / 1e6:.2f} MB "
        f"in {len(content)} files, {ours / 1e6:.2f} MB ({ours / unpacked:.0%}) of it ours"
    )


def _stage(staging: Path) -> None:
    for name in ("app.py", "requirements.txt"):
        shutil.copy(PROJECT / name, staging)
    unclean = shutil.ignore_patterns("__pycache__", "*.pyc", "deployments", "venv")
    for name in ("vendor", ".chalice"):
        shutil.copytree(PROJECT / name, staging / name, ignore=unclean)


def _run_chalice(staging: Path, output: Path) -> None:
    chalice = [str(Path(sys.executable).with_name("chalice")), "--project-dir", str(staging)]
    merge = ["--stage", "prod", "--merge-template", str(TEMPLATE)]
    environment = {
        "AWS_DEFAULT_REGION": "us-east-1",  # Chalice wants any; the template names none
        **os.environ,
        "PIP_NO_DEPS": "1",  # requirements.txt is complete; aws-xray-sdk would bring botocore
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    command = [*chalice, "package", *merge, str(output)]
    if subprocess.run(command, env=environment, check=False).returncode != 0:  # noqa: S603 - fixed words and our own paths
        raise PackagingError("chalice package failed and has said why above")


def _rewrite_as_json(template: Path) -> None:
    """Chalice writes YAML with aliases, which CloudFormation refuses; JSON has none."""
    document = yaml.safe_load(template.read_text())
    template.with_suffix(".json").write_text(json.dumps(document, indent=2) + "\n")
    template.unlink()


def _required() -> set[str]:
    lines = (PROJECT / "requirements.txt").read_text().splitlines()
    return {_canonical(line.partition("==")[0]) for line in lines if "==" in line}


def _packaged(package: Path) -> set[str]:
    """Chalice only warns about a dependency without a wheel for Lambda, and leaves it out."""
    with ZipFile(package) as archive:
        found = {re.match(r"([^/]+?)-[^-/]+\.dist-info/", name) for name in archive.namelist()}
    return {_canonical(match[1]) for match in found if match}


def _canonical(distribution: str) -> str:
    return re.sub(r"[-_.]+", "-", distribution).lower()


if __name__ == "__main__":
    try:
        print(sizes(build(OUTPUT)))  # noqa: T201 - the figures are this program's output
    except PackagingError as problem:
        sys.exit(f"package: {problem}")
