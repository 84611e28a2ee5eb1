import pytest

from local.postgres.pair import Pair
from tests.integration.postgres.test_faults import EVERYTHING, break_and_fix

SLOW = {
    "blocked_apply",
    "prepared_transaction",
    "slow_apply",
    "frozen_sender",
    "late_messages",
    "network_timeout",
    "idle_beyond_threshold",
}
"""Lag has to grow, which takes seconds: on 18 only, and once."""


@pytest.mark.parametrize(
    "name",
    [name for name, fault in EVERYTHING.items() if "16" in fault.versions and name not in SLOW],
)
def test_break_and_fix(pair16: Pair, name: str) -> None:
    """Breaking what is broken and fixing what is whole do no harm, either."""
    break_and_fix(pair16, name, times=2)
