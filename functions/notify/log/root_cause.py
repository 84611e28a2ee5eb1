"""The second stage of the diagnosis: the error log refines what the probe saw. Pure.

The probe sees that a worker is gone or fails, the log says why. A finding takes the newest error of
its own subscription; where that speaks of one of the causes that may stand behind the probe's, the
finding gets this cause, and in any case the error as evidence. Without log lines it stays.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Final

from functions.catalogue import CATALOGUE, Errors, problem_of
from functions.notify.log.error import LONG_AGO, LogError
from functions.notify.log.presence import STALE_AFTER, Starts, is_present
from functions.notify.log.reason import explained
from functions.notify.text import shorten
from functions.report import ClusterReport, Evidence, Finding

MAX_ERROR: Final = 300

_AT_ONCE: Final = timedelta(seconds=3)
"""From a worker's start to the publisher's answer; RDS's times are in seconds."""

_SAME_ATTEMPT: Final = timedelta(seconds=10)
"""Two attempts of a worker at the default wal_retrieve_retry_interval."""


def refine(
    cluster: ClusterReport,
    errors: Sequence[LogError],
    starts: Starts = MappingProxyType({}),
    checked_at: datetime | None = None,
) -> ClusterReport:
    """The same cluster with its findings' causes, evidence and summaries as the log gives them.

    `starts` of workers and `checked_at` separate errors that were got over; without them all count.
    Two findings that turn out to be the same one (subscription and cause) become one.
    """
    found = [
        _refined(finding, cluster.findings, errors, starts, checked_at)
        for finding in cluster.findings
    ]
    return replace(cluster, findings=tuple(_united(found, cluster.findings)))


def is_explained(finding: Finding) -> bool:
    """Whether the log cannot say more about a refined finding than it has said."""
    others = (cause for cause in CATALOGUE if stands_behind(cause, finding.cause))
    return not any(others) or "error" in finding.evidence


def stands_behind(cause: str, other: str) -> bool:
    """Whether a cause of the log may be what the probe called by another name."""
    return cause in CATALOGUE and other in CATALOGUE[cause].in_log.behind


def is_same_problem(cause: str, other: str) -> bool:
    """Whether two causes may be one problem: two samples of it, or with the log and without it."""
    return (
        problem_of(cause) == problem_of(other)
        or stands_behind(cause, other)
        or stands_behind(other, cause)
    )


def _refined(
    finding: Finding,
    findings: Sequence[Finding],
    errors: Sequence[LogError],
    starts: Starts,
    checked_at: datetime | None,
) -> Finding:
    own = [error for error in errors if _concerns(error, finding, findings)]
    present = [error for error in own if is_present(error, finding, starts, checked_at)]
    error = _root(_newest(present), own, starts.get(finding.subscription or "", ()))
    return finding if error is None else _explained(finding, error)


def _united(found: Sequence[Finding], given: Sequence[Finding]) -> Iterator[Finding]:
    """Each once: what the log calls by another name may be known by that name already."""
    pairs = list(zip(found, given, strict=True))
    renamed = {_key(new): new for new, old in pairs if _key(new) != _key(old)}
    known = {_key(new) for new, old in pairs if _key(new) == _key(old)}
    for new, old in pairs:
        twin = renamed.get(_key(new))
        if _key(new) == _key(old) and twin is not None:
            yield replace(new, evidence=_merged(new.evidence, twin.evidence))
        elif _key(new) == _key(old) or _key(new) not in known:
            yield new


def _key(finding: Finding) -> tuple[str | None, str]:
    return finding.subscription, finding.cause


def _concerns(error: LogError, finding: Finding, findings: Sequence[Finding]) -> bool:
    """Whether the error can be what is behind the finding.

    The subscription is compared by OID, else by name, which subscriptions of two databases may
    share. An error of which neither is known belongs to the only finding of its kind.
    """
    if not _is_of_kind(error, finding):
        return False
    if error.in_log.concerns_all:
        return True
    oid, worker = finding.evidence.get("subscription_oid"), error.worker
    if oid is not None and worker.subscription_oid is not None:
        return oid == worker.subscription_oid
    if finding.subscription is not None and worker.subscription is not None:
        return finding.subscription == worker.subscription
    return [finding] == [other for other in findings if _is_of_kind(error, other)]


def _is_of_kind(error: LogError, finding: Finding) -> bool:
    """Errors of table copies, of applying, and mere remarks on conflicts explain each their own."""
    how = CATALOGUE[finding.cause].explained
    if error.pid is None or not error.in_background or how is None:
        return False
    if error.in_log.concerns_all:
        return finding.cause in (*error.in_log.behind, *error.in_log.beside)
    if error.severity == "LOG" and not error.is_exit:
        return how.errors is Errors.REMARKS_ON_CONFLICTS and "conflict" in error.facts
    return how.errors is (Errors.OF_COPYING if error.worker.copies_table else Errors.OF_APPLYING)


def _root(
    newest: LogError | None, errors: Sequence[LogError], starts: Sequence[datetime]
) -> LogError | None:
    """What is behind the newest: a slot may be held by the connection that timed out before."""
    if newest is None or newest.in_log.comes_of is None:
        return newest
    before = [
        error
        for error in errors
        if error.cause == newest.in_log.comes_of and _led_to(error, newest, starts)
    ]
    if not before:
        return newest
    root = max(before, key=lambda error: error.age_key)
    return replace(root, facts={**newest.facts, **root.facts}, last=newest.last)


def _led_to(error: LogError, newest: LogError, starts: Sequence[datetime]) -> bool:
    """Whether the next worker to start met the newest; one that worked meanwhile got over it."""
    began = newest.first or newest.age_key
    after = [start for start in starts if start > error.age_key]
    met_at_once = not after or began - min(after) <= _AT_ONCE
    return met_at_once and newest.age_key - error.age_key <= STALE_AFTER


def _newest(errors: Sequence[LogError]) -> LogError | None:
    """Of the last attempts, the error that says most: what merely came along names no cause."""
    last = max((error.age_key for error in errors), default=LONG_AGO)
    present = [error for error in errors if last - error.age_key <= _SAME_ATTEMPT]
    return max(present, key=lambda error: (_weight(error), error.age_key), default=None)


def _weight(error: LogError) -> int:
    """That a process was ended says more than that the server was interrupted."""
    if error.cause is None:
        return 0
    return 3 if not error.in_log.concerns_all else 2 if "signal" in error.facts else 1


def _explained(finding: Finding, error: LogError) -> Finding:
    seen_to_be_ours = bool(finding.evidence.get("slot_is_ours")) and error.cause != finding.cause
    takes_over = finding.cause in error.in_log.behind and not seen_to_be_ours
    how = CATALOGUE[finding.cause].explained
    renamed = takes_over and error.cause != finding.cause
    anothers = how.of_watched if how is not None and renamed else ()
    known = {key: value for key, value in finding.evidence.items() if key not in anothers}
    return replace(
        finding,
        cause=str(error.cause) if takes_over else finding.cause,
        summary=explained(finding, error, takes_over=takes_over),
        evidence=_merged(known, _evidence(error, asks_why=how is not None and how.asks_why)),
    )


def _evidence(error: LogError, *, asks_why: bool) -> dict[str, Evidence]:
    facts = {key: value for key, value in error.facts.items() if key != "operation"}
    return facts | {
        "subscription_oid": error.worker.subscription_oid,
        **dict.fromkeys(_proven(error), True),
        "reason": error.cause if asks_why else None,
        "error": shorten(error.message, MAX_ERROR),
        "error_times": error.times,
        "error_first": _written(error.first),
        "error_last": _written(error.last),
    }


def _proven(error: LogError) -> tuple[str, ...]:
    """By an error, not a remark, of a worker that the log names."""
    known = error.severity in {"ERROR", "FATAL"} and error.worker.identity is not None
    return error.in_log.proves if known else ()


def _merged(known: Mapping[str, Evidence], more: Mapping[str, Evidence]) -> dict[str, Evidence]:
    """What the probe saw counts; the log adds what it could not see."""
    new = {key: value for key, value in more.items() if value is not None}
    return {**new, **{key: value for key, value in known.items() if value is not None}}


def _written(time: datetime | None) -> str | None:
    return None if time is None else f"{time.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
