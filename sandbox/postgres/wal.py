"""Making a server write WAL, to see what becomes of slots. Development only."""

from sandbox.postgres.server import Server


def fill_segments(server: Server, count: int) -> None:
    """Begin `count` new WAL segments (16 MB each)."""
    for _ in range(count):
        server.sql("SELECT pg_logical_emit_message(false, 'filling', '')")  # an empty one stays
        server.sql("SELECT pg_switch_wal()")
