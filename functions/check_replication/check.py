"""Checks all clusters at once; whatever happens to one of them, each gets its verdict.

"Unhealthy" is returned. An exception means "could not find out": it ends here, as a finding.
"""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from itertools import chain
from traceback import format_exception
from typing import Final

from functions.catalogue import COULD_NOT_BE_CHECKED
from functions.check_replication.checked import Checked, Memory
from functions.check_replication.concealment import without_login
from functions.check_replication.connection import ProbeError
from functions.check_replication.diagnosis import (
    Publishers,
    PublisherSamples,
    Samples,
    compare,
    databases_not_watched,
    diagnose,
    lags,
    to_remember,
)
from functions.check_replication.memory.positions import hashed
from functions.check_replication.memory.remembered import RememberedCluster
from functions.check_replication.targets import Login, Misconfigured, Target
from functions.report import ClusterReport, Finding, Status
from functions.telemetry import logger

MAX_AT_ONCE: Final = 64

_PUBLICATIONS: Final = "publications of the publisher's databases"
_FURTHER: Final = "(parameters publishers/<name>/…)"
WITHOUT_PUBLISHER: Final = (
    "how far the subscriber is behind: what the publisher has written (parameters publisher/…)"
)


@dataclass(frozen=True, slots=True)
class Probes:
    """How to sample a subscriber (with the limit of lag in seconds) and a publisher."""

    subscriber: Callable[[Login, float], Samples]
    publisher: Callable[[Login], PublisherSamples]


def check_all(
    targets: Iterable[Target | Misconfigured],
    probes: Probes,
    time_limit_seconds: float,
    memory: Memory,
) -> list[Checked]:
    """A verdict on each target, in their order, within the time limit."""
    targets = list(targets)
    if not targets:
        return []
    executor = ThreadPoolExecutor(max_workers=min(MAX_AT_ONCE, len(targets)))
    try:
        futures = [executor.submit(check, target, probes, memory) for target in targets]
        wait(futures, timeout=time_limit_seconds)
        checked = [
            _result(target, future, time_limit_seconds, memory)
            for target, future in zip(targets, futures, strict=True)
        ]
    finally:
        executor.shutdown(wait=False, cancel_futures=True)
    return [
        replace(result, has_memory=_is_settled(memory.of(target)))
        for target, result in zip(targets, checked, strict=True)
    ]


def check(target: Target | Misconfigured, probes: Probes, memory: Memory) -> Checked:
    """One cluster's verdict; never raises for anything that went wrong with this cluster.

    Whatever keeps the monitor from checking it changes nothing that is known. But a failure that
    nobody foresaw may come from what is remembered, and would then come again for ever: that goes.
    """
    before = memory.of(target)
    if isinstance(target, Misconfigured):
        problems = "; ".join(target.problems)
        return _unknown(target, "monitor_misconfigured", f"Not checked: {problems}.", before)
    try:
        return _check(target, probes, memory)
    except ProbeError as error:
        logger.warning("cluster not checked", cluster=target.cluster, reason=str(error))
        return _unknown(target, error.cause, str(error), before)
    except Exception as error:  # noqa: BLE001  the edge: a failure is a verdict, not everybody's end
        logger.error("check failed", cluster=target.cluster, traceback=_traceback(error, target))
        return _unknown(
            target, "monitor_failed", f"The check of this cluster failed: {type(error).__name__}."
        )


def _check(target: Target, probes: Probes, memory: Memory) -> Checked:
    """All sides are sampled together; what is known of one stands without the others."""
    with ThreadPoolExecutor(max_workers=len(target.publishers) or 1) as beside:
        asked = [
            beside.submit(_sample_publisher, name, target, probes) for name in target.publishers
        ]
        samples = probes.subscriber(target.subscriber, target.max_lag_seconds)
        answers = [publisher.result() for publisher in asked]
    publishers = _publishers(target, answers)
    problems = tuple(finding for _, found in answers for finding in found)
    before = memory.of(target)
    histories = compare(samples, publishers, before, memory.now, target.limits)
    findings = diagnose(samples, target.limits, publishers, histories)
    report = _report(target, findings + _interruption(samples) + problems)
    return Checked(
        replace(report, not_visible=_not_visible(samples, publishers)),
        lags=lags(samples.latest, histories),
        measures_subscriptions=target.measures_subscriptions,
        remembered=to_remember(samples, histories, before, memory.now),
    )


def _not_visible(samples: Samples, publishers: Publishers) -> tuple[str, ...]:
    latest = samples.latest
    if latest.subscriptions and not publishers.are_configured:
        return (*latest.not_visible, WITHOUT_PUBLISHER)
    of_publishers = chain.from_iterable(seen.latest.not_visible for seen in publishers.seen)
    databases = databases_not_watched(samples, publishers)
    return (
        *latest.not_visible,
        *dict.fromkeys(of_publishers),
        *([f"{_PUBLICATIONS} {', '.join(databases)} {_FURTHER}"] if databases else ()),
    )


def _is_settled(before: RememberedCluster | None) -> bool:
    return before is not None and before.is_settled


_Answer = tuple[PublisherSamples | None, tuple[Finding, ...]]


def _sample_publisher(name: str, target: Target, probes: Probes) -> _Answer:
    """One of the target's; findings where not enough could be seen of it."""
    which = f"The publisher {name.partition('/')[2]}".rstrip()
    try:
        samples = probes.publisher(target.publishers[name])
    except ProbeError as error:
        logger.warning("publisher not checked", cluster=target.cluster, reason=str(error))
        return None, (Finding(error.cause, f"{which}: {error}", evidence={"side": name}),)
    evidence = {"side": name, "publisher": samples.address}
    return samples, tuple(
        replace(finding, summary=f"{which}: {finding.summary}", evidence=evidence)
        for finding in _interruption(samples)
    )


def _publishers(target: Target, answers: Sequence[_Answer]) -> Publishers:
    """A server of which one database answered was seen."""
    seen = tuple(samples for samples, _ in answers if samples is not None)
    asked = {hashed(login.address) for login in target.publishers.values()}
    return Publishers(seen, frozenset(asked - {hashed(samples.address) for samples in seen}))


def _interruption(samples: Samples | PublisherSamples) -> tuple[Finding, ...]:
    """What was seen stands; that it is not all is reported beside it."""
    if samples.interruption is None:
        return ()
    cause, reason = samples.interruption.cause, samples.interruption.reason
    return (Finding(cause, f"The check was interrupted: {reason}"),)


def _traceback(error: Exception, target: Target) -> str:
    """Without the values of the logins: whether one of them had succeeded is not known here."""
    text = "".join(format_exception(error))
    for login in (target.subscriber, *target.publishers.values()):
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


def _unknown(
    target: Target | Misconfigured,
    cause: str,
    summary: str,
    remembered: RememberedCluster | None = None,
) -> Checked:
    """The verdict "could not be checked"."""
    return Checked(_report(target, (Finding(cause, summary),)), remembered=remembered)


def _result(
    target: Target | Misconfigured,
    future: Future[Checked],
    time_limit_seconds: float,
    memory: Memory,
) -> Checked:
    if future.done():
        return future.result()
    return _unknown(
        target,
        "database_timeout",
        f"The check was not finished after {time_limit_seconds:.0f} s, the time left to the "
        "function.",
        memory.of(target),
    )
