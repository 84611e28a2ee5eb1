"""What fails some seconds after each start, seen by runs that compare: one incident, no gaps."""

from dataclasses import replace
from itertools import product

import pytest

from tests.unit.check_replication.memory.timeline import COPY, FOR_EVER, Loop, periods, runs

SECONDS = (0, 1, 2, 4, 8, 20, 60)
KINDS = {
    "apply": Loop(0),
    "copy": Loop(0, counter=COPY),
    "FATAL": Loop(0, counter=None),
    "killed, and works in between": Loop(0, counter=None, works=True),
    "retries every 30 s": Loop(0, restarts_after=30),
    "PostgreSQL 14": Loop(0, counter=None, version="14.20"),
}


def loop_of(kind: str, fails_after: float, fixed: float) -> Loop:
    return replace(KINDS[kind], fails_after=fails_after, fixed=fixed)


@pytest.mark.parametrize(
    ("kind", "fails_after", "every", "with_publisher"),
    list(product(KINDS, SECONDS, (10, 60), (False, True))),
)
def test_it_is_one_incident_from_the_second_run_on_until_it_is_over(
    kind: str,
    fails_after: float,
    every: float,
    with_publisher: bool,  # noqa: FBT001  a case
) -> None:
    """What no count shows needs a second end of the worker to be more than a restart."""
    loop = loop_of(kind, fails_after, fixed=700.0)
    seen = list(runs(loop, every, 1300.0, with_publisher=with_publisher))
    [(opened, resolved)] = periods(seen)
    first = loop.end(1)
    known_from = first if loop.counter else loop.end(2)
    due = [run.at for run in seen if run.at > known_from][1]
    assert first < opened <= due
    assert 700.0 < resolved < 1300.0


@pytest.mark.parametrize(
    ("kind", "fails_after"), list(product(("apply", "copy", "FATAL"), (0, 20)))
)
def test_runs_an_hour_apart_see_it_too(kind: str, fails_after: float) -> None:
    loop = loop_of(kind, fails_after, fixed=20_000.0)
    [(opened, resolved)] = periods(list(runs(loop, 3600, 45_000.0)))
    assert opened < 2 * 3600 + 10
    assert 20_000 < resolved < FOR_EVER


@pytest.mark.parametrize("fails_after", SECONDS)
def test_without_memory_it_is_never_called_healthy(fails_after: float) -> None:
    loop = loop_of("apply", fails_after, FOR_EVER)
    first = loop.end(1)
    seen = [run for run in runs(loop, 7, 900.0, remembers=False) if run.at > first]
    assert all(run.causes for run in seen), seen
