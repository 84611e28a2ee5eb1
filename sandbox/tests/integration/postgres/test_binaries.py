import os
import shutil
from pathlib import Path

import pytest

from sandbox.postgres import binaries
from sandbox.postgres.server import Server


@pytest.mark.parametrize(("major", "version"), [("16", "16.14"), ("18", "18.4")])
def test_versions_of_the_package(major: str, version: str) -> None:
    """The pinned PyPI package brings these two versions."""
    assert version == binaries.find(major).version


def test_a_missing_version_is_named() -> None:
    """The error names the version, the places and what to do."""
    with pytest.raises(
        binaries.BinariesNotFoundError,
        match=r"no PostgreSQL 7 .* /usr/lib/postgresql/7/bin\. Set POSTGRES_BINARIES",
    ):
        binaries.find("7")


def test_below_a_private_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Programs that only their owner can reach serve as well, also when root must not run them."""
    postgres = binaries.find("18").bin_directory.parent
    package = postgres.parent
    private = tmp_path / "private"
    shutil.copytree(postgres, private / package.name / postgres.name)
    shutil.copytree(f"{package}.libs", private / f"{package.name}.libs")
    private.chmod(0o700)
    monkeypatch.setenv(
        binaries.ENVIRONMENT_VARIABLE,
        os.pathsep.join([str(tmp_path), str(private / package.name / postgres.name / "bin")]),
    )

    with Server(binaries.find("18"), private / "server.log") as server:
        [[library]] = server.sql("SELECT setting FROM pg_config WHERE name = 'PKGLIBDIR'")

    assert not Path(library).is_relative_to(postgres)
