"""Whether an error of the log is still true when a finding is made, or has been got over. Pure."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

from functions.notify.log.error import LONG_AGO, LogError
from functions.notify.text import parse_instant
from functions.report import Finding

Starts = Mapping[str, Sequence[datetime]]
"""When apply workers started, by subscription (`functions.notify.log.occurrences.apply_starts`)."""

STALE_AFTER: Final = timedelta(minutes=10)
"""A worker that still fails does so every few seconds."""

NO_ROOM: Final = "worker_slots_exhausted"

_SUCCESSION: Final = timedelta(seconds=30)
"""From the end of a connection to the next one's first words, by the clocks of two servers."""

_SAID_ONCE: Final = frozenset({"disabled_on_error", "silent_divergence"})
_SILENT: Final = frozenset({"publisher_lagging", "apply_lagging"})
OF_ITS_PUBLISHER: Final = frozenset(
    {"slot_missing", "slot_lost", "slot_busy", "publication_missing"}
)
"""What the watched publisher shows; in the log it is the subscription's own that says it."""

_OF_APPLY: Final = OF_ITS_PUBLISHER | {"apply_error", "worker_down", "disabled_on_error"}


def is_present(
    error: LogError, finding: Finding, starts: Starts, checked_at: datetime | None
) -> bool:
    """Whether the error can still be behind the finding, made at `checked_at` or later.

    A worker that started after its error and has not failed again got over it; the error of a
    connection explains the silence of its successor only from its beginning.
    """
    if finding.cause in _SILENT:
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
    """To the second: RDS's times are no finer.

    A worker may fail within the second it starts in; one that starts has found room.
    """
    failed = error.age_key.replace(microsecond=0)
    last_start = max(
        (start for start in starts.get(finding.subscription or "", ()) if start < checked_at),
        default=LONG_AGO,
    ).replace(microsecond=0)
    return failed < last_start or (failed == last_start and error.cause == NO_ROOM)
