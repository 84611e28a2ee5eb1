"""A pair of every PostgreSQL version at hand, whose databases are closed to PUBLIC.

16 and 18 come with the development requirements; 15 and 17 join where the machine has them.
"""

from collections.abc import Iterator

import pytest

from local.postgres.faults.fault import VERSIONS
from local.postgres.pair import DATABASE, REPLICATOR, Pair, start_pair
from sandbox.postgres.binaries import BinariesNotFoundError, find
from sandbox.postgres.server import Server
from tests.integration.counters import _no_errors_of_earlier_tests  # noqa: F401  a fixture
from tests.integration.database.administrator import Administrator
from tests.integration.database.roles import ROLE

ALWAYS = ("16", "18")
SOON = {"wal_retrieve_retry_interval": "500ms"}

CHIEF = "chief"
CHIEF_PASSWORD = "made-up chief password"


def _at_hand(version: str) -> bool:
    try:
        find(version)
    except BinariesNotFoundError:
        if version in ALWAYS:
            raise
        return False
    return True


@pytest.fixture(
    scope="package",
    params=[version for version in sorted(VERSIONS) if _at_hand(version)],
    ids="PG{}".format,
)
def pair(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Pair]:
    directory = tmp_path_factory.mktemp(f"pair{request.param}")
    with start_pair(directory, request.param, request.param, SOON) as pair:
        pair.publisher.sql(f"GRANT CONNECT ON DATABASE {DATABASE} TO {REPLICATOR}")
        for server in (pair.publisher, pair.subscriber):
            server.sql(f"REVOKE CONNECT ON DATABASE {DATABASE} FROM PUBLIC")
            _appoint_chief(server)
        yield pair


def _appoint_chief(server: Server) -> None:
    """An administrator as on Amazon RDS: creates roles and owns the database, no superuser."""
    server.sql(f"CREATE ROLE {CHIEF} LOGIN CREATEROLE PASSWORD '{CHIEF_PASSWORD}'")
    server.sql(f"GRANT pg_read_all_stats TO {CHIEF} WITH ADMIN OPTION")
    server.sql(f"ALTER DATABASE {DATABASE} OWNER TO {CHIEF}")


def chief_of(server: Server) -> Administrator:
    return Administrator(server, CHIEF, CHIEF_PASSWORD)


def superuser_of(server: Server) -> Administrator:
    return Administrator(server, server.user, server.password)


@pytest.fixture
def administrator(request: pytest.FixtureRequest, pair: Pair) -> Iterator[Administrator]:
    """At the subscriber, as on RDS or as the parameter says; the tests' role is gone afterwards."""
    administrator_of = getattr(request, "param", chief_of)
    yield administrator_of(pair.subscriber)
    superuser_of(pair.subscriber).run("monitoring_role_drop", ROLE)
