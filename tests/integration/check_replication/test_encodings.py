"""Databases in every encoding, side by side in one cluster: each is seen, whichever is configured.

Every database has a subscription, a publication and a table whose names are not ASCII, in bytes
that the other databases cannot always read.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import pg8000.native
import pytest

from functions.check_replication.check import check
from functions.check_replication.handler import PROBES
from functions.check_replication.targets import Login, Target
from functions.report import ClusterReport, Finding
from local.postgres.pair import (
    MONITOR,
    MONITOR_PASSWORD,
    REPLICATOR,
    REPLICATOR_PASSWORD,
    Pair,
    start_pair,
)
from sandbox.postgres.server import Server
from sandbox.postgres.waiting import wait_until
from tests.integration.check_replication.conftest import SETTINGS
from tests.unit.check_replication.builders import NO_MEMORY


@dataclass(frozen=True, slots=True)
class Database:
    """`spoken` is the encoding its names are given in; `shown`, what is read where it differs."""

    name: str
    encoding: str
    spoken: str
    word: str
    shown: str = ""


UTF8 = Database("utf", "UTF8", "UTF8", "größe注")
LATIN1 = Database("latin", "LATIN1", "LATIN1", "café")
DATABASES = [
    UTF8,
    LATIN1,
    Database("win", "WIN1252", "WIN1252", "€uro"),
    Database("japanese", "EUC_JP", "EUC_JP", "注文"),
    Database("korean", "EUC_KR", "EUC_KR", "주문"),
    Database("any_latin", "SQL_ASCII", "LATIN1", "naïve"),
    Database("any_utf", "SQL_ASCII", "UTF8", "ünï注"),
    # No conversion to UTF-8 exists: the bytes are shown.
    Database("mule", "MULE_INTERNAL", "LATIN1", "déjà", "d\x81éj\x81à"),
]
BY_NAME = pytest.mark.parametrize("configured", DATABASES, ids=lambda one: one.name)

ROOM = {
    "max_worker_processes": "40",
    "max_logical_replication_workers": "30",
    "max_replication_slots": "30",
    "max_wal_senders": "30",
}


@pytest.fixture(scope="module", params=["16", "18"], ids="PG{}".format)
def pair(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Pair]:
    directory = tmp_path_factory.mktemp(f"encodings-{request.param}")
    with start_pair(directory, request.param, request.param, {**SETTINGS, **ROOM}) as pair:
        for database in DATABASES:
            _replicate(pair, database)
        yield pair


def _replicate(pair: Pair, database: Database) -> None:
    name, word = database.name, database.word
    for server in (pair.publisher, pair.subscriber):
        server.sql(
            f"CREATE DATABASE {name} ENCODING '{database.encoding}' TEMPLATE template0 LOCALE 'C'"
        )
        run(server, database, f'CREATE TABLE public."{word}" (id int PRIMARY KEY)')
    run(pair.publisher, database, f'GRANT SELECT ON public."{word}" TO {REPLICATOR}')
    run(pair.publisher, database, f'CREATE PUBLICATION "{word}" FOR TABLE public."{word}"')
    connection = (
        f"host={pair.publisher.host} port={pair.publisher.port} dbname={name} user={REPLICATOR} "
        f"password=''{REPLICATOR_PASSWORD}''"
    )
    run(
        pair.subscriber,
        database,
        f'CREATE SUBSCRIPTION "{word}" CONNECTION \'{connection}\' PUBLICATION "{word}" '
        f"WITH (slot_name = {name}, copy_data = false)",
    )


def connect(server: Server, database: Database) -> pg8000.native.Connection:
    return pg8000.native.Connection(
        server.user,
        host=server.host,
        port=server.port,
        password=server.password,
        database=database.name,
        ssl_context=False,
        startup_params={"client_encoding": database.spoken},
    )


def run(server: Server, database: Database, statement: str) -> None:
    with connect(server, database) as connection:
        connection.run(statement)


def login(server: Server, database: Database) -> Login:
    return Login(server.host, MONITOR, database.name, MONITOR_PASSWORD, server.port, "disable")


def verdict(
    pair: Pair, configured: Database, max_lag_seconds: float = 300, *, publisher: bool = False
) -> ClusterReport:
    target = Target(
        cluster="sample-cluster",
        subscriber=login(pair.subscriber, configured),
        publisher=login(pair.publisher, configured) if publisher else None,
        max_lag_seconds=max_lag_seconds,
        log_group="/aws/rds/cluster/sample-cluster/postgresql",
    )
    return check(target, PROBES, NO_MEMORY).report


@BY_NAME
def test_all_are_seen_from_each(pair: Pair, configured: Database) -> None:
    report = verdict(pair, configured)
    assert ((), ()) == (report.findings, report.not_visible)


@BY_NAME
def test_the_publisher_is_seen_in_each(pair: Pair, configured: Database) -> None:
    """Publications and tables are those of the subscription; slots are of every database."""
    assert () == verdict(pair, configured, publisher=True).findings


@BY_NAME
def test_names_are_told_as_they_were_given(pair: Pair, configured: Database) -> None:
    """From whichever database they are seen: each is asked for its own."""
    shown = configured.shown or configured.word
    run(
        pair.publisher,
        configured,
        f'CREATE TABLE public."{configured.word} 2" (id int PRIMARY KEY)',
    )
    run(
        pair.publisher,
        configured,
        f'ALTER PUBLICATION "{configured.word}" ADD TABLE public."{configured.word} 2"',
    )
    try:
        (unknown,) = verdict(pair, configured, publisher=True).findings
        run(pair.subscriber, configured, f'ALTER SUBSCRIPTION "{configured.word}" DISABLE')
        disabled = [verdict(pair, one).findings for one in (configured, UTF8, LATIN1)]
    finally:
        run(pair.publisher, configured, f'DROP TABLE public."{configured.word} 2"')
        run(pair.subscriber, configured, f'ALTER SUBSCRIPTION "{configured.word}" ENABLE')
    table = unknown.evidence["table"]
    assert ("publication_not_refreshed", f'public."{shown} 2"') == (unknown.cause, table)
    assert [["subscription_disabled"]] * 3 == [[one.cause for one in found] for found in disabled]
    assert [shown] * 3 == [found[0].subscription for found in disabled]
    wait_until(
        lambda: () == verdict(pair, configured).findings,
        that="the subscription works again",
        look_at=pair.subscriber.log_tail,
    )


@BY_NAME
def test_what_a_blocker_runs_is_seen_and_its_literals_are_not(
    pair: Pair, configured: Database
) -> None:
    """Its bytes are of its own database: read as UTF-8 the letter before a quote swallows it."""
    locking = f'LOCK TABLE public."{LATIN1.word}" IN SHARE MODE'
    with connect(pair.subscriber, LATIN1) as blocker:
        blocker.run("BEGIN")
        blocker.run(f"{locking}; SELECT 'é', 'hunter2', 'hunter3 é', $ü$hunter4$ü$")
        run(pair.publisher, LATIN1, f'INSERT INTO public."{LATIN1.word}" VALUES (1)')  # noqa: S608
        found: list[Finding] = []

        def blocked() -> bool:
            found[:] = verdict(pair, configured, max_lag_seconds=0.5).findings
            return "apply_blocked" in [one.cause for one in found]

        wait_until(blocked, that="the worker is blocked", look_at=pair.subscriber.log_tail)
        blocker.run("ROLLBACK")
    run(pair.publisher, LATIN1, f'DELETE FROM public."{LATIN1.word}"')  # noqa: S608
    (query,) = [one.evidence["blocker_query"] for one in found if one.cause == "apply_blocked"]
    assert "hunter" not in str(query)
    if configured.encoding not in {"EUC_JP", "EUC_KR", "WIN1252"}:  # they read it as their own
        assert f"{locking}; SELECT '...', '...', '...', '...'" == query
    wait_until(
        lambda: () == verdict(pair, configured).findings,
        that="the worker goes on",
        look_at=pair.subscriber.log_tail,
    )
