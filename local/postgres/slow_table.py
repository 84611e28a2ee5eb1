"""A table that takes its time for each row, also when replication writes it. Development only."""

from typing import Final

from local.postgres.pair import DATABASE
from sandbox.postgres.server import Server

_FUNCTION: Final = "public.take_a_moment"


def make_slow(server: Server, table: str, seconds: float) -> None:
    """Each row that is inserted takes `seconds` more; an ordinary trigger would not fire."""
    make_fast(server, table)
    body = f"BEGIN PERFORM pg_sleep({seconds}); RETURN NEW; END"
    for statement in (
        f"CREATE FUNCTION {_FUNCTION}() RETURNS trigger LANGUAGE plpgsql AS '{body}'",
        f"CREATE TRIGGER slow BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION {_FUNCTION}()",
        f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER slow",
    ):
        server.sql(statement, DATABASE)


def make_fast(server: Server, table: str) -> None:
    """Waits until what is being written has been."""
    server.sql(f"DROP TRIGGER IF EXISTS slow ON {table}", DATABASE)
    server.sql(f"DROP FUNCTION IF EXISTS {_FUNCTION}", DATABASE)
