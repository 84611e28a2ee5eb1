"""Somebody who kills apply workers: the whole server recovers from each. Development only."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread
from typing import Final

import pg8000.native

from local.postgres.pair import SUBSCRIPTION
from sandbox.postgres.server import Server
from sandbox.postgres.waiting import wait_until

_OLD: Final = """
    SELECT pid FROM pg_stat_subscription JOIN pg_stat_activity USING (pid)
    WHERE subname = :name AND relid IS NULL
        AND backend_start < clock_timestamp() - make_interval(secs => :seconds)
"""


@contextmanager
def workers_are_killed(server: Server, seconds: float) -> Iterator[None]:
    """Each apply worker `seconds` after its start; the server has recovered at the end."""
    closed = Event()
    killer = Thread(target=_kill_until, args=(closed, server, seconds))
    killer.start()
    try:
        yield
    finally:
        closed.set()
        killer.join()
        wait_until(
            lambda: bool(_asked(server, "SELECT 1")),
            that="the server has recovered",
            look_at=server.log_tail,
        )


def _kill_until(closed: Event, server: Server, seconds: float) -> None:
    while not closed.wait(0.1):
        for [pid] in _asked(server, _OLD, name=SUBSCRIPTION, seconds=str(seconds)):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def _asked(server: Server, query: str, **parameters: str) -> list[list[int]]:
    """No rows while it recovers."""
    try:
        return server.sql(query, **parameters)
    except (pg8000.native.InterfaceError, pg8000.native.DatabaseError):
        return []
