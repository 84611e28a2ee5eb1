"""A subscription that was made disabled is being prepared; one that was disabled has stopped."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from functions.check_replication.diagnosis import Samples, compare, diagnose, to_remember
from functions.check_replication.memory.packing import pack, unpack
from functions.check_replication.snapshot import Subscription
from tests.unit.check_replication.builders import DOWN, HEALTHY, LIMITS, NOW, snapshot, watching

OTHER = replace(HEALTHY, oid=16_500, name="other_sub")
MADE = replace(DOWN, oid=16_501, name="made_sub", enabled=False)
ENABLED = replace(HEALTHY, oid=16_501, name="made_sub")
BY_ITSELF = replace(MADE, disable_on_error=True)
WARNED, STOPPED, FAILED = "subscription_not_enabled", "subscription_disabled", "disabled_on_error"


def found(runs: Sequence[tuple[float, Subscription | None]]) -> Iterator[str | None]:
    """What each check finds, after so many minutes; None for the subscription: not made yet."""
    remembered = None
    for minutes, subscription in runs:
        at = NOW + timedelta(minutes=minutes)
        working = replace(OTHER, last_msg_send_time=at, last_msg_receipt_time=at)
        seen = [working] if subscription is None else [working, subscription]
        samples = Samples((snapshot(*seen, seconds_later=minutes * 60),))
        histories = compare(samples, watching(), remembered, at, LIMITS)
        causes = [finding.cause for finding in diagnose(samples, LIMITS, watching(), histories)]
        yield causes[0] if causes else None
        known = to_remember(samples, histories, remembered, at)
        assert known is not None
        remembered = unpack(pack({"shop": known}).text, at)["shop"]


@pytest.mark.parametrize(
    ("runs", "expected"),
    [
        pytest.param([(0, None), (1, MADE), (2, MADE)], [None, WARNED, WARNED], id="moments ago"),
        pytest.param(
            [(0, None), (1, MADE), (60, MADE), (62, MADE)],
            [None, WARNED, WARNED, STOPPED],
            id="an hour ago",
        ),
        pytest.param([(0, None), (120, MADE)], [None, WARNED], id="two hours without a check"),
        pytest.param(
            [(0, None), (1, MADE), (2, ENABLED), (3, MADE)],
            [None, WARNED, None, STOPPED],
            id="enabled in between",
        ),
        pytest.param([(0, ENABLED), (1, MADE)], [None, STOPPED], id="disabled by somebody"),
        pytest.param([(0, MADE), (1, MADE)], [STOPPED, STOPPED], id="without memory"),
        pytest.param([(0, None), (1, BY_ITSELF)], [None, WARNED], id="set to disable itself"),
        pytest.param(
            [(0, None), (1, replace(BY_ITSELF, apply_error_count=1))],
            [None, FAILED],
            id="disabled itself",
        ),
        pytest.param(
            [(0, None), (1, replace(MADE, sync_error_count=1))],
            [None, STOPPED],
            id="failed, so it was enabled",
        ),
    ],
)
def test_it_is_a_warning_first(
    runs: list[tuple[float, Subscription | None]], expected: list[str | None]
) -> None:
    assert expected == list(found(runs))
