"""The files of `database/`, run by the real psql as an engineer would run them."""

import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from local.postgres.pair import DATABASE
from sandbox.postgres import binaries
from sandbox.postgres.data_directory import program_environment
from sandbox.postgres.server import Server

FILES = Path(__file__).parents[3] / "database"


class FileFailedError(Exception):
    """psql ended with another status than 0; the message is what it said."""


@dataclass(frozen=True)
class Administrator:
    """Somebody at psql, logged in to `server` as `user`, in the database of the orders."""

    server: Server
    user: str
    password: str = field(repr=False)

    def run(self, file: str, role: str | None, typed: str = "") -> str:
        """Run `database/<file>.sql`; what psql said.

        Without a role the variable `role` is not set. What is typed goes to psql's standard input,
        because there is no terminal. Raises `FileFailedError`.
        """
        variables = [] if role is None else [f"--set=role={role}"]
        ran = subprocess.run(
            [_psql(self.server), "--no-psqlrc", *variables, f"--file={FILES / file}.sql"],
            input=typed,
            env=self._environment(),
            capture_output=True,
            text=True,
            start_new_session=True,
            check=False,
        )
        if ran.returncode != 0:
            raise FileFailedError(ran.stderr)
        return ran.stdout + ran.stderr

    def _environment(self) -> dict[str, str]:
        return {
            **program_environment(),
            "PGHOST": self.server.host,
            "PGPORT": str(self.server.port),
            "PGDATABASE": DATABASE,
            "PGUSER": self.user,
            "PGPASSWORD": self.password,
        }


def _psql(server: Server) -> str:
    """That of the server's own version, or of 18 where only the server is there."""
    own = binaries.find(server.version.partition(".")[0])
    there = Path(own.program("psql")).exists()
    return (own if there else binaries.find("18")).program("psql")
