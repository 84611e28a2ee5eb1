"""Counters that begin at 0 with each test.

A check without memory cannot tell errors of earlier tests from what fails now and then: undecided.
"""

import pytest


@pytest.fixture(autouse=True)
def _no_errors_of_earlier_tests(request: pytest.FixtureRequest) -> None:
    if "pair" in request.fixturenames:
        pair = request.getfixturevalue("pair")
        pair.subscriber.sql("SELECT pg_stat_reset_subscription_stats(NULL)")
