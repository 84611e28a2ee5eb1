"""What is published, read from the catalogs, is what PostgreSQL says; no lock holds it up."""

import random
from collections.abc import Iterator
from itertools import count

import pg8000.native
import pytest

from functions.catalogue.quoting import identifier
from functions.check_replication.probe import sample_publisher
from functions.check_replication.publisher_snapshot import Publication
from functions.check_replication.targets import Login
from sandbox.postgres.binaries import find
from sandbox.postgres.server import Server
from tests.integration.check_replication.servers import AT_HAND

DATABASE = "shop"
SCHEMAS = ("north", "south", '"Ost"')
WAYS = ("true", "false")

TABLES = [
    "CREATE TABLE north.plain (id int PRIMARY KEY)",
    "CREATE TABLE south.bare (id int)",
    "CREATE TABLE north.parent (id int PRIMARY KEY)",
    "CREATE TABLE south.child () INHERITS (north.parent)",
    'CREATE TABLE "Ost"."Größe; x" (id int PRIMARY KEY)',
    "CREATE TABLE north.json_table (id int PRIMARY KEY)",
    "CREATE UNLOGGED TABLE north.unlogged (id int PRIMARY KEY)",
    "CREATE VIEW north.seen AS SELECT 1 AS id",
    "CREATE MATERIALIZED VIEW north.kept AS SELECT 1 AS id",
    "CREATE SEQUENCE north.counted",
    # A tree of two levels, over three schemas.
    "CREATE TABLE north.tree (id int, part int) PARTITION BY LIST (part)",
    "CREATE TABLE north.tree_1 PARTITION OF north.tree FOR VALUES IN (1)",
    (
        "CREATE TABLE south.tree_2 PARTITION OF north.tree FOR VALUES IN (2, 3, 4) "
        "PARTITION BY LIST (part)"
    ),
    "CREATE TABLE south.tree_2_2 PARTITION OF south.tree_2 FOR VALUES IN (2)",
    'CREATE TABLE "Ost".tree_2_3 PARTITION OF south.tree_2 FOR VALUES IN (3)',
    "CREATE UNLOGGED TABLE south.tree_2_4 PARTITION OF south.tree_2 FOR VALUES IN (4)",
    # Without any partition, with one, and what was one.
    "CREATE TABLE south.empty_tree (id int) PARTITION BY LIST (id)",
    "CREATE TABLE south.keyed (id int PRIMARY KEY) PARTITION BY RANGE (id)",
    "CREATE TABLE north.keyed_1 PARTITION OF south.keyed FOR VALUES FROM (0) TO (9)",
    "CREATE TABLE south.left_over PARTITION OF south.keyed FOR VALUES FROM (10) TO (19)",
    "ALTER TABLE south.keyed DETACH PARTITION south.left_over",
]
FOREIGN = [
    "CREATE FOREIGN DATA WRAPPER nothing",
    "CREATE SERVER elsewhere FOREIGN DATA WRAPPER nothing",
    "CREATE FOREIGN TABLE north.foreign_one (id int) SERVER elsewhere",
    "CREATE TABLE north.mixed (id int, part int) PARTITION BY LIST (part)",
    "CREATE TABLE north.mixed_1 PARTITION OF north.mixed FOR VALUES IN (1)",
    (
        "CREATE FOREIGN TABLE south.mixed_2 PARTITION OF north.mixed FOR VALUES IN (2) "
        "SERVER elsewhere"
    ),
]

PUBLISHABLE = [
    "north.plain",
    "south.bare",
    "ONLY north.parent",
    "north.parent",
    '"Ost"."Größe; x"',
    "north.json_table",
    "north.tree",
    "north.tree_1",
    "south.tree_2",
    "south.tree_2_2",
    '"Ost".tree_2_3',
    "south.empty_tree",
    "south.keyed",
    "north.keyed_1",
    "south.left_over",
    "north.mixed",
    "north.mixed_1",
]
"""What can be listed by name."""


@pytest.fixture(scope="module", params=AT_HAND, ids="PG{}".format)
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    log = tmp_path_factory.mktemp(f"publisher{request.param}") / "log"
    with Server(find(request.param), log, {"wal_level": "logical"}) as server:
        server.sql(f"CREATE DATABASE {DATABASE}")
        with server.connect(database=DATABASE) as connection:
            for schema in SCHEMAS:
                connection.run(f"CREATE SCHEMA {schema}")
            for statement in TABLES + FOREIGN:
                connection.run(statement)
        yield server


@pytest.fixture
def publisher(server: Server) -> Iterator[Server]:
    """Without publications."""
    yield server
    with server.connect(database=DATABASE) as connection:
        for (name,) in connection.run("SELECT pubname::text FROM pg_publication"):
            connection.run(f"DROP PUBLICATION {identifier(name)}")


def login(server: Server) -> Login:
    return Login(server.host, server.user, DATABASE, server.password, server.port, "disable")


def seen(server: Server) -> dict[str, Publication]:
    (snapshot,) = sample_publisher(login(server), server.password).snapshots
    return {publication.name: publication for publication in snapshot.publications}


def said(server: Server) -> dict[str, set[str]]:
    """By the view, quoted as we do."""
    tables: dict[str, set[str]] = {
        name: set() for (name,) in server.sql("SELECT pubname::text FROM pg_publication", DATABASE)
    }
    for publication, schema, table in server.sql(
        "SELECT pubname::text, schemaname::text, tablename::text FROM pg_publication_tables",
        DATABASE,
    ):
        tables[publication].add(f"{identifier(schema)}.{identifier(table)}")
    return tables


def kinds(server: Server, seed: int) -> Iterator[str]:
    """What FOR can say: all tables, and many mixtures of listed tables and schemas."""
    chance = random.Random(seed)  # noqa: S311 - the same cases in every run
    yield ""
    yield "FOR ALL TABLES"
    for table in PUBLISHABLE:
        yield f"FOR TABLE {table}"
    schemas = SCHEMAS if int(server.version.partition(".")[0]) >= 15 else ()
    for schema in schemas:
        yield f"FOR TABLES IN SCHEMA {schema}"
    for _ in range(60):
        tables = chance.sample(PUBLISHABLE, chance.randint(0, 6))
        parts = [f"TABLE {table}" for table in tables if f"ONLY {table}" not in tables]
        parts += [
            f"TABLES IN SCHEMA {schema}"
            for schema in chance.sample(schemas, chance.randint(0, len(schemas)))
        ]
        if parts:
            yield f"FOR {', '.join(parts)}"


def create(connection: pg8000.native.Connection, server: Server, seed: int = 0) -> None:
    numbers = count()
    for kind in kinds(server, seed):
        for root in WAYS:
            connection.run(
                f"CREATE PUBLICATION p{next(numbers)} {kind} "
                f"WITH (publish_via_partition_root = {root})"
            )


def test_what_is_published_is_what_the_view_says(publisher: Server) -> None:
    with publisher.connect(database=DATABASE) as connection:
        connection.run("CREATE TEMPORARY TABLE mine (id int)")
        create(connection, publisher)
        expected, found = said(publisher), seen(publisher)
    assert expected == {name: set(one.tables) for name, one in found.items()}
    assert len(expected) > 150
    assert any(len(tables) > 10 for tables in expected.values())


def test_a_partition_that_is_being_detached_is_published_as_the_view_says(
    publisher: Server,
) -> None:
    """DETACH CONCURRENTLY, cut short: the partition waits for FINALIZE."""
    statements = [
        "CREATE TABLE north.going (id int) PARTITION BY LIST (id)",
        "CREATE TABLE north.going_1 PARTITION OF north.going FOR VALUES IN (1)",
        "CREATE TABLE north.going_2 PARTITION OF north.going FOR VALUES IN (2)",
    ]
    with (
        publisher.connect(database=DATABASE) as connection,
        publisher.connect(database=DATABASE) as holder,
    ):
        for statement in statements:
            connection.run(statement)
        holder.run("BEGIN ISOLATION LEVEL REPEATABLE READ")
        holder.run("SELECT FROM north.going")
        connection.run("SET statement_timeout = '500ms'")
        with pytest.raises(pg8000.native.DatabaseError):
            connection.run("ALTER TABLE north.going DETACH PARTITION north.going_1 CONCURRENTLY")
        holder.run("ROLLBACK")
        for root in WAYS:
            for number, kind in enumerate(
                ["TABLE north.going", "TABLE north.going, north.going_1"]
            ):
                connection.run(
                    f"CREATE PUBLICATION g{number}_{root} FOR {kind} "
                    f"WITH (publish_via_partition_root = {root})"
                )
        expected, found = said(publisher), seen(publisher)
        connection.run("ALTER TABLE north.going DETACH PARTITION north.going_1 FINALIZE")
        connection.run("DROP TABLE north.going, north.going_1")
    assert expected == {name: set(one.tables) for name, one in found.items()}


IDENTITIES = {
    "with_key": "CREATE TABLE {} (id int PRIMARY KEY)",
    "without_key": "CREATE TABLE {} (id int)",
    "deferrable_key": "CREATE TABLE {} (id int PRIMARY KEY DEFERRABLE)",
    "whole_row": "CREATE TABLE {0} (id int); ALTER TABLE {0} REPLICA IDENTITY FULL",
    "nothing": "CREATE TABLE {0} (id int PRIMARY KEY); ALTER TABLE {0} REPLICA IDENTITY NOTHING",
    "by_index": "CREATE TABLE {0} (id int NOT NULL); CREATE UNIQUE INDEX by_index_1 ON {0} (id); "
    "ALTER TABLE {0} REPLICA IDENTITY USING INDEX by_index_1",
    "lost_index": "CREATE TABLE {0} (id int NOT NULL); CREATE UNIQUE INDEX lost_1 ON {0} (id); "
    "ALTER TABLE {0} REPLICA IDENTITY USING INDEX lost_1; DROP INDEX west.lost_1",
    "partitioned": "CREATE TABLE {0} (id int) PARTITION BY LIST (id); "
    "CREATE TABLE {0}_1 PARTITION OF {0} FOR VALUES IN (1); "
    "CREATE TABLE {0}_2 PARTITION OF {0} FOR VALUES IN (2); "
    "ALTER TABLE {0}_2 REPLICA IDENTITY FULL; "
    "CREATE UNLOGGED TABLE {0}_3 PARTITION OF {0} FOR VALUES IN (3)",
}


@pytest.mark.parametrize("root", WAYS)
@pytest.mark.parametrize("kind", ["FOR ALL TABLES", "FOR TABLES IN SCHEMA west", "FOR TABLE {}"])
def test_tables_without_an_identity_are_those_whose_updates_fail(
    publisher: Server, kind: str, root: str
) -> None:
    with publisher.connect(database=DATABASE) as connection:
        connection.run("CREATE SCHEMA west")
        connection.run("SET search_path = west")
        try:
            for name, statement in IDENTITIES.items():
                connection.run(statement.format(name))
            named = kind.format(", ".join(IDENTITIES))
            connection.run(
                f"CREATE PUBLICATION p {named} WITH (publish_via_partition_root = {root})"
            )
            tables = [
                name
                for (name,) in connection.run(
                    "SELECT relname::text FROM pg_class "
                    "WHERE relkind = 'r' AND relnamespace = 'west'::regnamespace"
                )
            ]
            fails = {f"west.{name}" for name in tables if not updatable(connection, name)}
            found = {table for table in seen(publisher)["p"].without_identity if "west." in table}
            connection.run("ALTER PUBLICATION p SET (publish = 'insert')")
            assert () == seen(publisher)["p"].without_identity
        finally:
            connection.run("DROP SCHEMA west CASCADE")
    assert fails == found
    assert {"west.without_key", "west.deferrable_key", "west.partitioned_1"} < found


def updatable(connection: pg8000.native.Connection, table: str) -> bool:
    try:
        connection.run(f"UPDATE {table} SET id = id WHERE false")  # noqa: S608 - names of ours
    except pg8000.native.DatabaseError:
        return False
    return True


@pytest.mark.parametrize("locked", ["north.plain", "north.tree", "south.tree_2_2"])
def test_a_lock_on_a_published_table_holds_up_nothing(publisher: Server, locked: str) -> None:
    """VACUUM FULL and an ALTER that rewrites hold it for hours."""
    with (
        publisher.connect(database=DATABASE) as connection,
        publisher.connect(database=DATABASE) as owner,
    ):
        for number, kind in enumerate(
            ["ALL TABLES", "TABLES IN SCHEMA north, south", f"TABLE {locked}"]
        ):
            connection.run(f"CREATE PUBLICATION p{number} FOR {kind}")
        expected = seen(publisher)
        owner.run("BEGIN")
        owner.run(f"LOCK TABLE {locked} IN ACCESS EXCLUSIVE MODE")
        assert expected == seen(publisher)
        owner.run("ROLLBACK")
