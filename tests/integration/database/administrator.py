"""The files of `database/`, run by the real psql as an engineer would run them."""

from dataclasses import dataclass, field
from pathlib import Path

from sandbox.postgres.server import Server
from tests.integration.psql import psql

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

        Without a role the variable `role` is not set. Raises `FileFailedError`.
        """
        variables = [] if role is None else [f"--set=role={role}"]
        ran = psql(
            self.server,
            *variables,
            f"--file={FILES / file}.sql",
            typed=typed,
            user=self.user,
            password=self.password,
        )
        if ran.returncode != 0:
            raise FileFailedError(ran.stdout)
        return ran.stdout
