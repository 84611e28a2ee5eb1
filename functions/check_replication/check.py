"""Checks all clusters at once; whatever happens to one of them, each gets its verdict.

"Unhealthy" is returned. An exception means "could not find out": it ends here, as a finding.
"""

from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from traceback import format_exception
from typing import Final

from functions.catalogue import COULD_NOT_BE_CHECKED
from functions.check_replication.concealment import without_login
from functions.check_replication.connection import ProbeError
from functions.check_replication.diagnosis import Looks, PublisherLooks, diagnose
from functions.check_replication.snapshot import Snapshot
from functions.check_replication.targets import Login, Misconfigured, Target
from functions.report import ClusterReport, Finding, Status
from functions.telemetry import logger

MAX_AT_ONCE: Final = 64


@dataclass(frozen=True, slots=True)
class Probes:
    """How to look at a subscriber (with the limit of lag in seconds) and at a publisher."""

    subscriber: Callable[[Login, float], Looks]
    publisher: Callable[[Login], PublisherLooks]


@dataclass(frozen=True, slots=True)
class Checked:
    """A cluster's verdict and, where there was one, the look it rests on."""

    report: ClusterReport
    snapshot: Snapshot | None = None


def check_all(
    targets: Iterable[Target | Misconfigured], probes: Probes, time_limit_seconds: float
) -> list[Checked]:
    """A verdict on each target, in their order, within the time limit."""
    targets = list(targets)
    if not targets:
        return []
    executor = ThreadPoolExecutor(max_workers=min(MAX_AT_ONCE, len(targets)))
    try:
        futures = [executor.submit(check, target, probes) for target in targets]
        wait(futures, timeout=time_limit_seconds)
        return [
            _result(target, future, time_limit_seconds)
            for target, future in zip(targets, futures, strict=True)
        ]
    finally:
        executor.shutdown(wait=False, cancel_futures=True)


def check(target: Target | Misconfigured, probes: Probes) -> Checked:
    """One cluster's verdict; never raises for anything that went wrong with this cluster."""
    if isinstance(target, Misconfigured):
        problems = "; ".join(target.problems)
        return _unknown(target, "monitor_misconfigured", f"Not checked: {problems}.")
    try:
        return _check(target, probes)
    except ProbeError as error:
        logger.warning("cluster not checked", cluster=target.cluster, reason=str(error))
        return _unknown(target, error.cause, str(error))
    except Exception as error:  # noqa: BLE001  the edge: a failure is a verdict, not everybody's end
        logger.error("check failed", cluster=target.cluster, traceback=_traceback(error, target))
        return _unknown(
            target, "monitor_failed", f"The check of this cluster failed: {type(error).__name__}."
        )


def _check(target: Target, probes: Probes) -> Checked:
    """Both sides are looked at together; what is known of one stands without the other."""
    with ThreadPoolExecutor(max_workers=1) as beside:
        publisher = beside.submit(_look_at_publisher, target, probes)
        looks = probes.subscriber(target.subscriber, target.max_lag_seconds)
        publisher_looks, problems = publisher.result()
    findings = diagnose(looks, target.max_lag_seconds, publisher_looks)
    report = _report(target, findings + _interruption(looks) + problems)
    not_visible = looks.latest.not_visible
    if publisher_looks is not None:
        not_visible += publisher_looks.latest.not_visible
    return Checked(replace(report, not_visible=not_visible), looks.latest)


def _look_at_publisher(
    target: Target, probes: Probes
) -> tuple[PublisherLooks | None, tuple[Finding, ...]]:
    """Nothing where none is configured; a finding where not enough could be seen of it."""
    if target.publisher is None:
        return None, ()
    try:
        looks = probes.publisher(target.publisher)
    except ProbeError as error:
        logger.warning("publisher not checked", cluster=target.cluster, reason=str(error))
        found = Finding(error.cause, f"The publisher: {error}", evidence={"side": "publisher"})
        return None, (found,)
    evidence = {"side": "publisher", "publisher": target.publisher.address}
    return looks, tuple(
        replace(one, summary=f"The publisher: {one.summary}", evidence=evidence)
        for one in _interruption(looks)
    )


def _interruption(looks: Looks | PublisherLooks) -> tuple[Finding, ...]:
    """What was seen stands; that it is not all is said beside it."""
    if looks.interruption is None:
        return ()
    cause, reason = looks.interruption.cause, looks.interruption.reason
    return (Finding(cause, f"Looking ended before all was clear: {reason}"),)


def _traceback(error: Exception, target: Target) -> str:
    """Without the values of the logins: whether one of them had succeeded is not known here."""
    text = "".join(format_exception(error))
    for login in filter(None, (target.subscriber, target.publisher)):
        text = without_login(text, login)
    return text


def _report(target: Target | Misconfigured, findings: tuple[Finding, ...]) -> ClusterReport:
    report = ClusterReport(
        cluster=target.cluster,
        status=_status(findings),
        log_groups=(target.log_group,),
        findings=findings,
    )
    if isinstance(target, Misconfigured):
        return report
    return replace(
        report,
        log_query=target.log_query,
        mute=target.mute,
        remind_after_minutes=target.remind_after_minutes,
        unknown_runs=target.unknown_runs,
    ).without_muted()


def _status(findings: tuple[Finding, ...]) -> Status:
    """`unknown` where nothing but the lack of an answer was found."""
    if not findings:
        return Status.HEALTHY
    known = any(finding.cause not in COULD_NOT_BE_CHECKED for finding in findings)
    return Status.UNHEALTHY if known else Status.UNKNOWN


def _unknown(target: Target | Misconfigured, cause: str, summary: str) -> Checked:
    """The verdict "could not be checked"."""
    return Checked(_report(target, (Finding(cause, summary),)))


def _result(
    target: Target | Misconfigured, future: Future[Checked], time_limit_seconds: float
) -> Checked:
    if future.done():
        return future.result()
    return _unknown(
        target,
        "database_timeout",
        f"The check was not finished after {time_limit_seconds:.0f} s, the time left to the "
        "function.",
    )
