"""The trials one after another: a stack for each version, reused while it is left clean.

Development only.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager

from local.postgres.faults import Fault
from local.trials.trial import Trial

Conduct = Callable[[Fault], Trial]
Open = Callable[[str], AbstractContextManager[Conduct]]
"""Starts a stack of a major version, conducts trials on it and stops it at the end."""


def series(faults: Iterable[Fault], versions: Iterable[str], open_stack: Open) -> Iterator[Trial]:
    """Every fault on every version that can show it; what one leaves behind harms no other."""
    faults = tuple(faults)
    for version in versions:
        waiting = deque(fault for fault in faults if version in fault.versions)
        while waiting:
            with open_stack(version) as conduct:
                yield from _while_clean(waiting, conduct)


def _while_clean(waiting: deque[Fault], conduct: Conduct) -> Iterator[Trial]:
    clean = True
    while waiting and clean:
        trial = conduct(waiting.popleft())
        clean = trial.left_clean
        yield trial
