"""The real psql, as an engineer uses it."""

import subprocess
from pathlib import Path

from local.postgres.pair import DATABASE
from sandbox.postgres import binaries
from sandbox.postgres.data_directory import program_environment
from sandbox.postgres.server import Server


def psql(
    server: Server, *arguments: str, typed: str = "", user: str | None = None, password: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run it in the database of the orders, by default as the superuser; it goes on after an error.

    What is typed goes to its standard input, because there is no terminal; what it says, errors
    included, is in `stdout`.
    """
    return subprocess.run(
        [_program(server), "--no-psqlrc", *arguments],
        input=typed,
        env={
            **program_environment(),
            "PGHOST": server.host,
            "PGPORT": str(server.port),
            "PGDATABASE": DATABASE,
            "PGUSER": user or server.user,
            "PGPASSWORD": password if user else server.password,
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        check=False,
    )


def _program(server: Server) -> str:
    """That of the server's own version, or of 18 where only the server is there."""
    own = binaries.find(server.version.partition(".")[0])
    there = Path(own.program("psql")).exists()
    return (own if there else binaries.find("18")).program("psql")
