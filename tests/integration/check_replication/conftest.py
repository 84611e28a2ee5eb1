from collections.abc import Iterator

import pytest

from local.postgres.pair import Pair, start_pair
from tests.integration.counters import _no_errors_of_earlier_tests  # noqa: F401  a fixture

SETTINGS = {"wal_retrieve_retry_interval": "500ms"}
"""Workers restart ten times as often, so that a missing one is sampled for 2 s."""


@pytest.fixture(scope="module", params=["16", "18"], ids=["PG16", "PG18"])
def pair(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Pair]:
    directory = tmp_path_factory.mktemp(f"pair-{request.param}")
    with start_pair(directory, request.param, request.param, SETTINGS) as pair:
        yield pair
