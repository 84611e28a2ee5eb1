"""What goes wrong with one further database costs the view of its tables, and is said."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pg8000.native
import pytest

from functions.check_replication.check import WITHOUT_PUBLISHER
from functions.check_replication.probe import MAX_OTHER_DATABASES
from functions.report import Status
from local.postgres import second_database
from local.postgres.pair import DATABASE, PUBLICATION, Pair
from sandbox.postgres.server import Server
from tests.integration.check_replication.test_faults import verdict

ELSEWHERE = second_database.DATABASE


@pytest.fixture
def two_databases(pair: Pair) -> Iterator[Pair]:
    second_database.create_database(pair.subscriber)
    second_database.subscribe(pair, pair.subscriber, "copy_data = false")
    second_database.wait_until_subscription_works(pair.subscriber)
    yield pair
    second_database.remove_database(pair, pair.subscriber)


@contextmanager
def denied(server: Server) -> Iterator[None]:
    server.sql(f"REVOKE CONNECT ON DATABASE {ELSEWHERE} FROM PUBLIC")
    yield


@contextmanager
def closed(server: Server) -> Iterator[None]:
    server.sql(f"ALTER DATABASE {ELSEWHERE} ALLOW_CONNECTIONS false")
    yield
    server.sql(f"ALTER DATABASE {ELSEWHERE} ALLOW_CONNECTIONS true")


@contextmanager
def locked(server: Server) -> Iterator[None]:
    with server.connect(database=ELSEWHERE) as blocker:
        blocker.run("BEGIN")
        blocker.run("LOCK TABLE pg_subscription_rel IN ACCESS EXCLUSIVE MODE")
        yield
        blocker.run("ROLLBACK")


@contextmanager
def full(server: Server) -> Iterator[None]:
    server.sql(f"ALTER DATABASE {ELSEWHERE} CONNECTION LIMIT 0")
    yield


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        pytest.param(denied, "GRANT CONNECT", id="denied"),
        pytest.param(closed, "not currently accepting connections (55000)", id="closed"),
        pytest.param(full, "too many connections for database", id="full"),
        pytest.param(locked, "did not finish the query within 5 s", id="locked"),
    ],
)
def test_a_database_that_fails_costs_its_tables_alone(
    two_databases: Pair, broken: Callable[[Server], AbstractContextManager[None]], words: str
) -> None:
    pair = two_databases
    with broken(pair.subscriber):
        healthy = verdict(pair)
        pair.subscriber.sql("ALTER SUBSCRIPTION orders_sub DISABLE", DATABASE)
        disabled = verdict(pair)
        pair.subscriber.sql("ALTER SUBSCRIPTION orders_sub ENABLE", DATABASE)
    assert (Status.HEALTHY, ()) == (healthy.status, healthy.findings)
    assert ["subscription_disabled"] == [finding.cause for finding in disabled.findings]
    for report in (healthy, disabled):
        (unseen, _) = report.not_visible
        assert unseen.startswith(f"the tables of subscriptions in database {ELSEWHERE} (")
        assert words in unseen


@pytest.fixture
def many_databases(pair: Pair) -> Iterator[Pair]:
    """Two more than are entered, with subscriptions that never run."""
    names = [f"more_{number:02}" for number in range(MAX_OTHER_DATABASES + 2)]
    for name in names:
        pair.subscriber.sql(f"CREATE DATABASE {name}")
        pair.subscriber.sql(
            f"CREATE SUBSCRIPTION {name} CONNECTION 'dbname=nowhere' "
            f"PUBLICATION {PUBLICATION} WITH (connect = false)",
            name,
        )
    yield pair
    for name in names:
        pair.subscriber.sql(f"ALTER SUBSCRIPTION {name} SET (slot_name = NONE)", name)
        pair.subscriber.sql(f"DROP SUBSCRIPTION {name}", name)
        pair.subscriber.sql(f"DROP DATABASE {name}")


def test_more_databases_than_are_entered_are_said(many_databases: Pair) -> None:
    expected = (
        (
            "the tables of subscriptions in 2 databases: more_10, more_11 "
            f"(only {MAX_OTHER_DATABASES} more databases are looked into)"
        ),
        WITHOUT_PUBLISHER,
    )
    assert expected == verdict(many_databases).not_visible


def test_a_database_whose_name_is_no_utf_8_is_named(pair: Pair) -> None:
    """Made from one in LATIN1; its name cannot be asked for in UTF-8."""
    server = pair.subscriber
    with pg8000.native.Connection(
        server.user,
        host=server.host,
        port=server.port,
        password=server.password,
        ssl_context=False,
        startup_params={"client_encoding": "SQL_ASCII"},
    ) as connection:
        connection.run("CREATE DATABASE made ENCODING 'LATIN1' TEMPLATE template0 LOCALE 'C'")
        server.sql(
            f"CREATE SUBSCRIPTION made CONNECTION 'dbname=nowhere' PUBLICATION {PUBLICATION} "
            "WITH (connect = false)",
            "made",
        )
        rename = "UPDATE pg_database SET datname = {} WHERE datname = {}"
        latin = "convert_from('\\x636166e9', 'SQL_ASCII')::name"
        server.sql("CREATE DATABASE bytes ENCODING 'SQL_ASCII' TEMPLATE template0 LOCALE 'C'")
        try:
            server.sql(rename.format(latin, "'made'"), "bytes")
            report = verdict(pair)
        finally:
            server.sql(rename.format("'made'", latin), "bytes")
            server.sql("ALTER SUBSCRIPTION made SET (slot_name = NONE)", "made")
            server.sql("DROP SUBSCRIPTION made", "made")
            server.sql("DROP DATABASE made")
            server.sql("DROP DATABASE bytes")
    assert "database café (" in report.not_visible[0]
    assert "3D000" in report.not_visible[0]
