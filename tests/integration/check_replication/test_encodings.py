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
from functions.report import ClusterReport
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
BY_NAME = pytest.mark.parametrize("configured", DATABASES, ids=lambda database: database.name)

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
        publishers={"publisher": login(pair.publisher, configured)} if publisher else {},
        max_lag_seconds=max_lag_seconds,
        log_group="/aws/rds/cluster/sample-cluster/postgresql",
    )
    return check(target, PROBES, NO_MEMORY).report


@BY_NAME
def test_all_are_seen_from_each(pair: Pair, configured: Database) -> None:
    """Publications and tables are those of the subscription; slots are of every database.

    That publications of the others are not seen is said.
    """
    report = verdict(pair, configured, publisher=True)
    [unseen] = report.not_visible
    assert () == report.findings
    assert unseen.startswith("publications of the publisher's databases ")
    assert f" {configured.name}," not in unseen


def test_names_are_given_as_they_were_spoken(pair: Pair) -> None:
    """From whichever database they are seen: each is asked for its own."""
    for database in DATABASES:
        table = f'public."{database.word} 2"'
        run(pair.publisher, database, f"CREATE TABLE {table} (id int PRIMARY KEY)")
        run(pair.publisher, database, f'ALTER PUBLICATION "{database.word}" ADD TABLE {table}')
    try:
        unknown = [verdict(pair, each, publisher=True).findings for each in DATABASES]
        for database in DATABASES:
            run(pair.subscriber, database, f'ALTER SUBSCRIPTION "{database.word}" DISABLE')
        disabled = [verdict(pair, each).findings for each in DATABASES]
    finally:
        for database in DATABASES:
            run(pair.publisher, database, f'DROP TABLE public."{database.word} 2"')
            run(pair.subscriber, database, f'ALTER SUBSCRIPTION "{database.word}" ENABLE')
    shown = [database.shown or database.word for database in DATABASES]
    tables = [[("publication_not_refreshed", f'public."{word} 2"')] for word in shown]
    assert tables == [
        [(finding.cause, finding.evidence["table"]) for finding in found] for found in unknown
    ]
    names = sorted(("subscription_disabled", word) for word in shown)
    assert [names] * len(DATABASES) == [
        sorted((finding.cause, str(finding.subscription)) for finding in found)
        for found in disabled
    ]
    wait_until_healthy(pair)


def test_what_a_blocker_runs_is_seen_and_its_literals_are_not(pair: Pair) -> None:
    """Its bytes are of its own database: read as UTF-8 the letter before a quote swallows it."""
    locking = f'LOCK TABLE public."{LATIN1.word}" IN SHARE MODE'
    with connect(pair.subscriber, LATIN1) as blocker:
        blocker.run("BEGIN")
        blocker.run(f"{locking}; SELECT 'é', 'hunter2', 'hunter3 é', $ü$hunter4$ü$")
        run(pair.publisher, LATIN1, f'INSERT INTO public."{LATIN1.word}" VALUES (1)')  # noqa: S608
        wait_until(
            lambda: bool(blockers(pair, UTF8)),
            that="the worker is blocked",
            look_at=pair.subscriber.log_tail,
        )
        seen = {configured: blockers(pair, configured) for configured in DATABASES}
        blocker.run("ROLLBACK")
    run(pair.publisher, LATIN1, f'DELETE FROM public."{LATIN1.word}"')  # noqa: S608
    for configured, queries in seen.items():
        (query,) = queries
        assert "hunter" not in query, configured.name
        if configured.encoding not in {"EUC_JP", "EUC_KR", "WIN1252"}:  # they read it as their own
            assert f"{locking}; SELECT '...', '...', '...', '...'" == query, configured.name
    wait_until_healthy(pair)


def blockers(pair: Pair, configured: Database) -> list[str]:
    """What those run that block a worker."""
    findings = verdict(pair, configured, max_lag_seconds=0.5).findings
    return [
        str(finding.evidence["blocker_query"])
        for finding in findings
        if finding.cause == "apply_blocked"
    ]


def wait_until_healthy(pair: Pair) -> None:
    wait_until(
        lambda: () == verdict(pair, UTF8).findings,
        that="the workers go on",
        look_at=pair.subscriber.log_tail,
    )
