"""Checks all clusters at once; whatever happens to one of them, each gets its verdict.

"Unhealthy" is returned. An exception means "could not find out": it ends here, as `unknown`.
"""

from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Final

from functions.check_replication.diagnosis import Looks, diagnose
from functions.check_replication.probe import ProbeError
from functions.check_replication.snapshot import Snapshot
from functions.check_replication.targets import Misconfigured, Target
from functions.report import ClusterReport, Finding, Status
from functions.telemetry import logger

MAX_AT_ONCE: Final = 64

Look = Callable[[Target], Looks]


@dataclass(frozen=True, slots=True)
class Checked:
    """A cluster's verdict and, where there was one, the look it rests on."""

    report: ClusterReport
    snapshot: Snapshot | None = None


def check_all(
    targets: Iterable[Target | Misconfigured], look: Look, time_limit_seconds: float
) -> list[Checked]:
    """A verdict on each target, in their order, within the time limit."""
    targets = list(targets)
    if not targets:
        return []
    executor = ThreadPoolExecutor(max_workers=min(MAX_AT_ONCE, len(targets)))
    try:
        futures = [executor.submit(check, target, look) for target in targets]
        wait(futures, timeout=time_limit_seconds)
        return [
            _result(target, future, time_limit_seconds)
            for target, future in zip(targets, futures, strict=True)
        ]
    finally:
        executor.shutdown(wait=False, cancel_futures=True)


def check(target: Target | Misconfigured, look: Look) -> Checked:
    """One cluster's verdict; never raises for anything that went wrong with this cluster."""
    if isinstance(target, Misconfigured):
        problems = "; ".join(target.problems)
        return unknown(target, "monitor_misconfigured", f"Not checked: {problems}.")
    try:
        looks = look(target)
        findings = diagnose(looks, target.max_lag_seconds)
    except ProbeError as error:
        logger.warning("cluster not checked", cluster=target.cluster, reason=str(error))
        return unknown(target, error.cause, str(error))
    except Exception as error:  # noqa: BLE001  the edge: a failure is a verdict, not everybody's end
        logger.exception("check failed", cluster=target.cluster)
        return unknown(
            target, "monitor_failed", f"The check of this cluster failed: {type(error).__name__}."
        )
    return Checked(
        ClusterReport(
            cluster=target.cluster,
            status=_status(findings),
            log_groups=(target.log_group,),
            findings=findings,
        ),
        looks.latest,
    )


def unknown(target: Target | Misconfigured, cause: str, summary: str) -> Checked:
    """The verdict "could not be checked"."""
    return Checked(
        ClusterReport(
            cluster=target.cluster,
            status=Status.UNKNOWN,
            log_groups=(target.log_group,),
            findings=(Finding(cause, summary),),
        )
    )


def _status(findings: tuple[Finding, ...]) -> Status:
    if any(finding.cause == "monitor_misconfigured" for finding in findings):
        return Status.UNKNOWN
    return Status.UNHEALTHY if findings else Status.HEALTHY


def _result(
    target: Target | Misconfigured, future: Future[Checked], time_limit_seconds: float
) -> Checked:
    if future.done():
        return future.result()
    return unknown(
        target,
        "database_timeout",
        f"The check was not finished after {time_limit_seconds:.0f} s, the time left to the "
        "function.",
    )
