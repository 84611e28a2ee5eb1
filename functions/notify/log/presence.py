"""Whether an error of the log is still true when a finding is made, or has been got over. Pure."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

from functions.catalogue import CATALOGUE, Errors, Explained
from functions.notify.log.error import LONG_AGO, LogError
from functions.notify.text import parse_instant
from functions.report import Finding

Starts = Mapping[str, Sequence[datetime]]
"""When apply workers started, by subscription (`functions.notify.log.occurrences.apply_starts`)."""

STALE_AFTER: Final = timedelta(minutes=10)
"""A worker that still fails does so every few seconds."""

_SUCCESSION: Final = timedelta(seconds=30)
"""From the end of a connection to the next one's first words, by the clocks of two servers."""


def is_present(
    error: LogError, finding: Finding, starts: Starts, checked_at: datetime | None
) -> bool:
    """Whether the error can still be behind the finding, made at `checked_at` or later.

    A worker that started after its error got over it once it has run for longer than the one that
    failed; the error of a connection explains the silence of its successor only from its beginning.
    """
    how = CATALOGUE[finding.cause].explained or Explained()
    if how.at_its_beginning:
        return _silent_ever_since(finding, error)
    if checked_at is None or _failed_meanwhile(finding, error):
        return True
    if not how.said_once and error.age_key < checked_at - STALE_AFTER:
        return False
    of_applying = how.errors is Errors.OF_APPLYING
    return not of_applying or not _got_over(error, finding, starts, checked_at)


def _failed_meanwhile(finding: Finding, error: LogError) -> bool:
    """One that fails long after each start has not got over anything by starting anew."""
    with suppress(KeyError, ValueError):
        failing_since = parse_instant(str(finding.evidence["failing_since"]))
        return error.age_key >= failing_since.replace(microsecond=0)
    return False


def _silent_ever_since(finding: Finding, error: LogError) -> bool:
    with suppress(KeyError, ValueError):
        silent_since = parse_instant(str(finding.evidence["since"]))
        return abs(silent_since - error.age_key) <= _SUCCESSION
    return False


def _got_over(error: LogError, finding: Finding, starts: Starts, checked_at: datetime) -> bool:
    """To the second: RDS's times are no finer.

    A worker may fail within the second it starts in; one that starts has found room.
    """
    failed = _second(error.age_key)
    known = [_second(start) for start in starts.get(finding.subscription or "", ())]
    last = max((start for start in known if start < checked_at), default=LONG_AGO)
    if error.in_log.from_any_worker:
        return failed <= last
    began = max((start for start in known if start <= failed), default=failed)
    return failed < last and checked_at - last > failed - began


def _second(time: datetime) -> datetime:
    return time.replace(microsecond=0)
