"""The probes: one statement a sample, on one connection to each database that is sampled.

A cluster's subscriptions are all seen from the configured database, their tables only from their
own; so a sample takes one connection to each database that holds subscriptions, one as a rule.
"""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Final, Generic, Self, TypeVar

from functions.check_replication.connection import Connection, ProbeError, connected
from functions.check_replication.diagnosis import (
    Interruption,
    PublisherSamples,
    Samples,
    unsettled,
    unsettled_publisher,
)
from functions.check_replication.publisher_snapshot import PublisherSnapshot
from functions.check_replication.snapshot import Snapshot, Unseen
from functions.check_replication.targets import Login
from functions.telemetry import logger

PAUSE_SECONDS: Final = 1
"""Between two samples."""

MAX_SAMPLING_SECONDS: Final = 12
"""From the first sample to the last, whatever wal_retrieve_retry_interval is."""

MAX_OTHER_DATABASES: Final = 10

_COPIES_SHOWN_SINCE: Final = 14
_ERROR_COUNTS_SINCE: Final = 15
_SCHEMAS_SINCE: Final = 15
"""A publication may list schemas."""

_INSUFFICIENT_PRIVILEGE: Final = "42501"

_HERE: Final = Path(__file__).parent

Pause = Callable[[float], None]

_Seen = TypeVar("_Seen")


def sample(
    login: Login, password: str, max_lag_seconds: float, *, pause: Pause = time.sleep
) -> Samples:
    """Sample a subscriber, and again and again while what was seen is ambiguous.

    That ends with the second restart that a missing worker should have made. `password` is the
    login's own or an IAM token. Raises `ProbeError` where not even the first sample was possible;
    later ones that are not end the sampling, and `interruption` says why.
    """
    with _Subscriber(login, password) as subscriber:
        samples = Samples((subscriber.sample(),))
        limit = min(2 * samples.first.wal_retrieve_retry_seconds + 1, MAX_SAMPLING_SECONDS)
        while unsettled(samples, max_lag_seconds) and samples.seconds_between < limit:
            pause(PAUSE_SECONDS)
            try:
                samples = samples.with_another(subscriber.sample())
            except ProbeError as error:
                return replace(samples, interruption=_interruption(error))
        return samples


def sample_publisher(login: Login, password: str, *, pause: Pause = time.sleep) -> PublisherSamples:
    """Sample a publisher, twice where a slot lies idle or is in danger.

    Raises `ProbeError` where not even the first sample was possible; without the second,
    `interruption` says why.
    """
    with _Database(login, password, _publisher_snapshot) as publisher:
        samples = PublisherSamples(login.address, (publisher.sample(),))
        if unsettled_publisher(samples):
            pause(PAUSE_SECONDS)
            try:
                samples = replace(samples, snapshots=(*samples.snapshots, publisher.sample()))
            except ProbeError as error:
                return replace(samples, interruption=_interruption(error))
        return samples


class _Database(Generic[_Seen]):
    """One database, sampled as often as wanted on the same connection; a `with` block closes it.

    A connection that breaks after a sample is replaced once for each further sample.
    """

    def __init__(
        self, login: Login, password: str, snapshot: Callable[[Connection], _Seen]
    ) -> None:
        self._login = login
        self._password = password
        self._snapshot = snapshot
        self._stack = ExitStack()
        self._connection: Connection | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def sample(self) -> _Seen:
        """Raises `ProbeError`."""
        if self._connection is None:
            return self._sample_reconnected()
        try:
            return self._snapshot(self._connection)
        except ProbeError as error:
            logger.warning("sampling again on a new connection", reason=str(error))
            return self._sample_reconnected()

    def _sample_reconnected(self) -> _Seen:
        self._stack.close()
        self._connection = self._stack.enter_context(connected(self._login, self._password))
        return self._snapshot(self._connection)


class _Subscriber:
    """The configured database and those whose subscriptions it shows; a `with` block closes all."""

    def __init__(self, login: Login, password: str) -> None:
        self._login = login
        self._password = password
        self._stack = ExitStack()
        self._configured = self._watched(login)
        self._others: dict[str, _Database[Snapshot]] = {}
        self._unseen: dict[str, Unseen] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def sample(self) -> Snapshot:
        """Raises `ProbeError` for the configured database only."""
        snapshot = self._configured.sample()
        others = snapshot.other_databases
        for database in others[MAX_OTHER_DATABASES:]:
            self._lose(
                database,
                "monitor_failed",
                f"only {MAX_OTHER_DATABASES} more databases are looked into",
            )
        asked = [database for database in others if database not in self._unseen]
        for database in asked:
            if database not in self._others:
                self._others[database] = self._watched(replace(self._login, database=database))
        if asked:
            with ThreadPoolExecutor(len(asked)) as side_by_side:
                for seen in side_by_side.map(self._sample_other, asked):
                    snapshot = snapshot if seen is None else snapshot.with_tables_of(seen)
        return replace(snapshot, unseen=tuple(self._unseen.values()))

    def _watched(self, login: Login) -> _Database[Snapshot]:
        return self._stack.enter_context(_Database(login, self._password, _snapshot))

    def _sample_other(self, database: str) -> Snapshot | None:
        """Another database's failure costs the view of its tables, not the check."""
        try:
            return self._others[database].sample()
        except ProbeError as error:
            denied = error.sqlstate == _INSUFFICIENT_PRIVILEGE
            self._lose(database, error.cause, "GRANT CONNECT" if denied else str(error))
            return None

    def _lose(self, database: str, cause: str, reason: str) -> None:
        if database not in self._unseen:
            logger.warning("tables not visible", database=database, reason=reason)
            self._unseen[database] = Unseen(database, cause, reason)


def _interruption(error: ProbeError) -> Interruption:
    logger.warning("sampling was interrupted", reason=str(error))
    return Interruption(error.cause, str(error))


def _snapshot(connection: Connection) -> Snapshot:
    errors = "errors_15.sql" if connection.major >= _ERROR_COUNTS_SINCE else "errors_13.sql"
    snapshot = Snapshot.from_rows(*connection.run(_sql(errors) + _sql("subscriber.sql")))
    seen = [each.tables for each in snapshot.subscriptions if each.tables is not None]
    if connection.major >= _COPIES_SHOWN_SINCE and any(tables.workers for tables in seen):
        snapshot = snapshot.with_copies(*connection.run(_sql("copies.sql")))
    if any(subscription.is_blocked_by_prepared for subscription in snapshot.subscriptions):
        return snapshot.with_prepared(*connection.run(_sql("prepared.sql")))
    return snapshot


def _publisher_snapshot(connection: Connection) -> PublisherSnapshot:
    listed = "publisher_15.sql" if connection.major >= _SCHEMAS_SINCE else "publisher_13.sql"
    columns, (row,) = connection.run(_sql(listed) + _sql("publisher.sql"))
    return PublisherSnapshot.from_row(columns, row)


@cache
def _sql(name: str) -> str:
    return (_HERE / name).read_text()
