"""The server that tests of relays share; each leaves it running."""

from collections.abc import Iterator

import pytest

from sandbox.postgres import binaries
from sandbox.postgres.server import Server

DATABASE = "shop"
USER = "reader"
PASSWORD = "made-up password"


@pytest.fixture(scope="package")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with a database and a user who may log in."""
    log_path = tmp_path_factory.mktemp("shop") / "server.log"
    with Server(binaries.find("18"), log_path) as server:
        server.sql(f"CREATE ROLE {USER} LOGIN PASSWORD '{PASSWORD}'")
        server.sql(f"CREATE DATABASE {DATABASE}")
        yield server
