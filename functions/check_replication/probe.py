"""The probes: one statement a look, on one connection to each database that is looked at.

A cluster's subscriptions are all seen from the configured database, their tables only from their
own; so a look takes one connection to each database that holds subscriptions, one as a rule.
"""

import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Final

from functions.check_replication.connection import Connection, ProbeError, connected
from functions.check_replication.diagnosis import (
    Looks,
    PublisherLooks,
    unsettled,
    unsettled_publisher,
)
from functions.check_replication.publisher_snapshot import PublisherSnapshot
from functions.check_replication.snapshot import Snapshot
from functions.check_replication.targets import Login
from functions.telemetry import logger

PAUSE_SECONDS: Final = 1
"""Between two looks."""

MAX_LOOKING_SECONDS: Final = 12
"""From the first look to the last, whatever wal_retrieve_retry_interval says."""

MAX_OTHER_DATABASES: Final = 10

_ERROR_COUNTS_SINCE: Final = 15
_SCHEMAS_SINCE: Final = 15
"""A publication may list schemas."""

_HERE: Final = Path(__file__).parent

Pause = Callable[[float], None]


def look(
    login: Login, password: str, max_lag_seconds: float, *, pause: Pause = time.sleep
) -> Looks:
    """Look at a subscriber, and again and again while what was seen is ambiguous.

    That ends with the second restart that a missing worker should have made. `password` is the
    login's own or an IAM token. Raises `ProbeError`.
    """
    with ExitStack() as stack:
        probe = _SubscriberProbe(login, password, stack)
        looks = Looks((probe.snapshot(),))
        limit = min(2 * looks.first.wal_retrieve_retry_seconds + 1, MAX_LOOKING_SECONDS)
        while unsettled(looks, max_lag_seconds) and looks.seconds_between < limit:
            pause(PAUSE_SECONDS)
            looks = looks.with_another(probe.snapshot())
        return looks


def look_at_publisher(login: Login, password: str, *, pause: Pause = time.sleep) -> PublisherLooks:
    """Look at a publisher, twice where a slot lies idle or is in danger. Raises `ProbeError`."""
    with connected(login, password) as connection:
        looks = PublisherLooks(login.address, (_publisher_snapshot(connection),))
        if unsettled_publisher(looks):
            pause(PAUSE_SECONDS)
            looks = replace(looks, snapshots=(*looks.snapshots, _publisher_snapshot(connection)))
        return looks


class _SubscriberProbe:
    """Keeps the connections that repeated looks need; `stack` closes them."""

    def __init__(self, login: Login, password: str, stack: ExitStack) -> None:
        self._login = login
        self._password = password
        self._stack = stack
        self._connection = stack.enter_context(connected(login, password))
        self._others: dict[str, Connection | None] = {}

    def snapshot(self) -> Snapshot:
        snapshot = _snapshot(self._connection)
        for database in snapshot.other_databases[:MAX_OTHER_DATABASES]:
            connection = self._other(database)
            if connection is not None:
                snapshot = snapshot.with_tables_of(_snapshot(connection))
        return snapshot

    def _other(self, database: str) -> Connection | None:
        """A database the role may not enter costs the view of its tables, not the check."""
        if database not in self._others:
            try:
                self._others[database] = self._stack.enter_context(
                    connected(replace(self._login, database=database), self._password)
                )
            except ProbeError as error:
                logger.warning("tables not visible", database=database, reason=str(error))
                self._others[database] = None
        return self._others[database]


def _snapshot(connection: Connection) -> Snapshot:
    errors = "errors_15.sql" if connection.major >= _ERROR_COUNTS_SINCE else "errors_13.sql"
    columns, rows = connection.run(_sql(errors) + _sql("subscriber.sql"))
    return Snapshot.from_rows(columns, rows)


def _publisher_snapshot(connection: Connection) -> PublisherSnapshot:
    listed = "publisher_15.sql" if connection.major >= _SCHEMAS_SINCE else "publisher_13.sql"
    columns, (row,) = connection.run(_sql(listed) + _sql("publisher.sql"))
    return PublisherSnapshot.from_row(columns, row)


@cache
def _sql(name: str) -> str:
    return (_HERE / name).read_text()
