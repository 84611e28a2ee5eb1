"""Pairs that the tests of this folder share; each test leaves them replicating."""

from collections.abc import Iterator

import pytest

from local.postgres.pair import Pair, start_pair

SOON = {"wal_retrieve_retry_interval": "500ms"}
"""Workers come back after half a second instead of PostgreSQL's five: the tests wait less."""


@pytest.fixture(scope="package")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    with start_pair(tmp_path_factory.mktemp("pair18"), settings=SOON) as pair:
        yield pair


@pytest.fixture(scope="package")
def pair16(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    with start_pair(tmp_path_factory.mktemp("pair16"), "16", "16", SOON) as pair:
        yield pair
