"""Waiting for a condition, with a deadline and words for the one who reads the failure.

Development only.
"""

import time
from collections.abc import Callable

from sandbox.patience import HANG_SECONDS

POLL_SECONDS = 0.05


class DeadlinePassedError(Exception):
    """A condition did not come true in time; the message says which, and what to look at."""


def wait_until(
    condition: Callable[[], bool],
    *,
    that: str,
    look_at: Callable[[], str],
    seconds: float = HANG_SECONDS,
) -> None:
    """Return as soon as `condition()` holds, or raise `DeadlinePassedError` after `seconds`.

    `that` completes "waited 300 s until …"; `look_at` is asked only on failure.
    """
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise DeadlinePassedError(f"waited {seconds:g} s until {that}. {look_at()}")
        time.sleep(POLL_SECONDS)
