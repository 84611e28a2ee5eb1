"""Which operating system user the servers run as: PostgreSQL refuses root. Development only.

As root the servers run as `nobody`, who must be able to reach what they use; as anybody else they
run as ourselves and nothing has to be done.
"""

import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TypedDict

_UNPRIVILEGED_USER = "nobody"


class UnreachableTemporaryDirectoryError(Exception):
    """The temporary directory lies where the servers' user cannot go."""


class Identity(TypedDict, total=False):
    """Keyword arguments of `subprocess.Popen`; empty means: as ourselves."""

    user: int
    group: int
    extra_groups: list[int]


def server_identity() -> Identity:
    if os.geteuid() != 0:
        return {}
    account = pwd.getpwnam(_UNPRIVILEGED_USER)
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def hand_over(path: Path) -> None:
    """Make the servers' user the owner of `path` (not of what is below it)."""
    identity = server_identity()
    if identity:
        shutil.chown(path, identity["user"], identity["group"])


def private_directory(prefix: str) -> Path:
    """A new temporary directory that only the servers' user (and root) can read.

    Raises `UnreachableTemporaryDirectoryError`.
    """
    directory = Path(tempfile.mkdtemp(prefix=prefix))
    hand_over(directory)
    if not _can_enter(directory):
        directory.rmdir()
        raise UnreachableTemporaryDirectoryError(
            f"user {_UNPRIVILEGED_USER}, who runs PostgreSQL because root must not, cannot reach "
            f"{directory.parent}: set TMPDIR to a directory everybody can enter, such as /tmp",
        )
    return directory


def _can_enter(directory: Path) -> bool:
    entering = ["sh", "-c", 'cd "$1" 2>/dev/null', "sh", str(directory)]
    return subprocess.run(entering, cwd="/", check=False, **server_identity()).returncode == 0
