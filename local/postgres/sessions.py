"""Sessions that somebody left open in a transaction. Development only."""

from collections.abc import Iterator
from contextlib import contextmanager

from local.postgres.pair import DATABASE
from sandbox.postgres.server import Server


@contextmanager
def open_transaction(server: Server, statement: str) -> Iterator[None]:
    """A session that runs `statement` and idles in its transaction until the end of the block."""
    with server.connect(database=DATABASE) as connection:
        connection.run("SET application_name = 'nightly report'")
        connection.run("BEGIN")
        connection.run(statement)
        yield
