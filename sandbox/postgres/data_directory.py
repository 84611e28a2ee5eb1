"""A new data directory, configured for logical replication on one machine. Development only.

Every login needs its password, and log lines look like those of Amazon RDS.
"""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from sandbox.postgres.account import hand_over, server_identity
from sandbox.postgres.binaries import Installation

SUPERUSER: Final = "postgres"

_SETTINGS: Final = {
    "unix_socket_directories": "",
    "wal_level": "logical",
    "max_connections": "50",
    "shared_buffers": "16MB",
    "fsync": "off",
    "logging_collector": "off",
    "log_destination": "stderr",
    "log_line_prefix": "%t:%r:%u@%d:[%p]:",
    "log_timezone": "UTC",
    "timezone": "UTC",
}


class DataDirectoryNotMadeError(Exception):
    """initdb failed; the message ends with what it said."""


def make_data_directory(
    path: Path, installation: Installation, password: str, settings: Mapping[str, str]
) -> None:
    """Make `path`, owned by the servers' user; `password` becomes the superuser's.

    Its parent must be writable for that user. Raises `DataDirectoryNotMadeError`.
    """
    password_file = path.with_name("password")
    password_file.touch(mode=0o600)
    password_file.write_text(password)
    hand_over(password_file)
    _initdb(path, installation, password_file)
    password_file.unlink()
    merged = {**_SETTINGS, **settings}
    lines = [f"{name} = '{_escaped(value)}'\n" for name, value in merged.items()]
    with (path / "postgresql.conf").open("a") as configuration:
        configuration.writelines(lines)


def program_environment() -> dict[str, str]:
    """Ours without what steers PostgreSQL's programs and without a home they cannot read."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return {**kept, "HOME": "/", "LC_ALL": "C"}


def _initdb(path: Path, installation: Installation, password_file: Path) -> None:
    command = [installation.program("initdb"), "--no-sync", "--no-instructions"]
    command += ["--encoding=UTF8", "--no-locale", "--auth=scram-sha-256"]
    command += [f"--username={SUPERUSER}", f"--pwfile={password_file}", f"--pgdata={path}"]
    made = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        env=program_environment(),
        cwd="/",
        **server_identity(),
    )
    if made.returncode != 0:
        raise DataDirectoryNotMadeError(
            f"initdb {installation.version} failed: {made.stderr.strip()}"
        )


def _escaped(value: str) -> str:
    return value.replace("'", "''")
