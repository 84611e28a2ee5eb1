"""From a WAL position to an age: exact to the interval of the checks, whatever is shed."""

from collections.abc import Callable

import pytest

from functions.check_replication.memory.positions import MOST_POINTS, Positions

PUBLISHER = 7
MB = 1e6


def followed(written: Callable[[float], float], every: float, until: float) -> Positions:
    positions = Positions()
    for number in range(int(until // every) + 1):
        seconds = every if number else 0.0
        positions = positions.gone_on(seconds, PUBLISHER, written(number * every))
    return positions


def steadily(seconds: float) -> float:
    return MB * seconds


def in_bursts(seconds: float) -> float:
    """A minute of 10 MB a second in every five."""
    whole, rest = divmod(seconds, 300)
    return 600 * MB * whole + 10 * MB * min(rest, 60)


@pytest.mark.parametrize("every", [10, 60, 3600])
@pytest.mark.parametrize("behind", [0.0, 0.1, 1.0, 3.3, 17.0, 100.0])
def test_the_age_of_what_was_written_steadily_is_exact(every: float, behind: float) -> None:
    """Behind by so many intervals, of two hundred."""
    until = 200 * every
    confirmed = steadily(until - behind * every)
    age, at_least = followed(steadily, every, until).age_of(confirmed)
    assert not at_least
    assert abs(age - behind * every) < every


@pytest.mark.parametrize("minutes", [1, 3, 8, 16])
def test_bursts_are_dated_to_the_points_that_are_kept(minutes: int) -> None:
    """An hour of checks every minute; the younger the points, the nearer to each other."""
    positions = followed(in_bursts, 60, 3600)
    age, _ = positions.age_of(in_bursts(3600 - 60 * minutes) - 1)
    assert 60 * minutes / 2 <= age <= 60 * minutes * 2 + 300


def test_checks_of_the_same_moment_divide_nothing_by_nothing() -> None:
    """As after a clock that went back."""
    positions = Positions().gone_on(0.0, PUBLISHER, MB).gone_on(0.0, PUBLISHER, MB)
    positions = positions.gone_on(60.0, PUBLISHER, 3 * MB)
    assert (30.0, False) == positions.age_of(2 * MB)


def test_before_the_first_point_it_is_a_lower_bound() -> None:
    assert (0.0, True) == followed(steadily, 60, 0).age_of(-5.0)
    assert (600.0, True) == followed(steadily, 60, 600).age_of(-5.0)


def test_what_is_all_confirmed_has_no_age() -> None:
    assert (0.0, False) == followed(steadily, 60, 600).age_of(600 * MB)
    assert (0.0, False) == followed(lambda _: MB, 60, 600).age_of(MB)


def test_few_points_are_kept_and_none_that_nobody_needs() -> None:
    positions = followed(steadily, 60, 86_400)
    assert MOST_POINTS == len(positions.points)
    assert 86_400 == positions.points[0].age_seconds
    assert 1 == len(positions.needed_from(positions.latest).points)
    assert positions == positions.needed_from(-1.0)


def test_a_publisher_that_goes_back_has_lost_something_until_it_is_there_again() -> None:
    positions = followed(steadily, 60, 600).gone_on(60, PUBLISHER, 100 * MB)
    assert 600 * MB == positions.lost_position
    assert (0.0, True) == positions.age_of(50 * MB)
    for position, lost in ((300 * MB, 600 * MB), (200 * MB, 600 * MB), (601 * MB, None)):
        positions = positions.gone_on(60, PUBLISHER, position)
        assert lost == positions.lost_position


def test_another_publisher_is_not_compared_with_the_last_one() -> None:
    assert followed(steadily, 60, 600).gone_on(60, 8, MB).lost_position is None
