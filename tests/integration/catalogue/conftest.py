from collections.abc import Iterator

import pytest

from local.postgres.pair import Pair, start_pair

SETTINGS = {"wal_retrieve_retry_interval": "300ms", "max_wal_size": "32MB"}
"""Workers retry soon, and a slot can be lost within little WAL."""


@pytest.fixture(scope="package", params=["16", "18"], ids=["PG16", "PG18"])
def pair(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Pair]:
    directory = tmp_path_factory.mktemp(f"pair-{request.param}")
    with start_pair(directory, request.param, request.param, SETTINGS) as pair:
        yield pair
