"""Whether an error of the log is still true when a finding is made, or has been got over. Pure."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

from functions.notify.log_error import LogError
from functions.notify.wording import parse_instant
from functions.report import Finding

Starts = Mapping[str, Sequence[datetime]]
"""When apply workers started, by subscription (`functions.notify.occurrences.apply_starts`)."""

STALE_AFTER: Final = timedelta(minutes=10)
"""A worker that still fails does so every few seconds."""

_SUCCESSION: Final = timedelta(seconds=30)
"""From the end of a connection to the next one's first words, by the clocks of two servers."""

_SAID_ONCE: Final = frozenset({"disabled_on_error", "silent_divergence"})
_OF_APPLY: Final = frozenset({"apply_error", "worker_down", "disabled_on_error"})


def is_present(
    error: LogError, finding: Finding, starts: Starts, checked_at: datetime | None
) -> bool:
    """Whether the error can still be behind the finding, made at `checked_at` or later.

    A worker that started after its error and has not failed again got over it; the error of a
    connection explains the silence of its successor only from its beginning.
    """
    if finding.cause == "publisher_lagging":
        return _silent_ever_since(finding, error)
    if checked_at is None:
        return True
    if finding.cause not in _SAID_ONCE and error.age_key < checked_at - STALE_AFTER:
        return False
    return finding.cause not in _OF_APPLY or not _got_over(error, finding, starts, checked_at)


def _silent_ever_since(finding: Finding, error: LogError) -> bool:
    with suppress(KeyError, ValueError):
        silent_since = parse_instant(str(finding.evidence["since"]))
        return abs(silent_since - error.age_key) <= _SUCCESSION
    return False


def _got_over(error: LogError, finding: Finding, starts: Starts, checked_at: datetime) -> bool:
    """To the second: RDS's times are no finer, and a worker may fail within its first."""
    failed = error.age_key.replace(microsecond=0)
    return any(
        failed < start.replace(microsecond=0) and start < checked_at
        for start in starts.get(finding.subscription or "", ())
    )
