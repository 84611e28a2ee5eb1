"""The verdict on one cluster: its subscriptions, and its publisher where one is known. Pure."""

from functions.check_replication.diagnosis.looks import Looks, PublisherLooks
from functions.check_replication.diagnosis.publisher import (
    judge_publisher,
    with_publisher,
)
from functions.check_replication.diagnosis.subscription import judge
from functions.check_replication.snapshot import Snapshot
from functions.report import Finding


def diagnose(
    looks: Looks, max_lag_seconds: float, publisher: PublisherLooks | None = None
) -> tuple[Finding, ...]:
    """Everything that is wrong, in the order of the subscriptions' names."""
    latest = looks.latest
    if latest.in_recovery:
        return (_read_replica(latest),)
    if not latest.subscriptions:
        return (_no_subscription(latest),)
    findings: list[Finding] = []
    for subscription in latest.subscriptions:
        own = list(judge(subscription, looks, max_lag_seconds))
        if publisher is not None:
            own = with_publisher(own, subscription, looks, publisher)
        findings += own
    if publisher is not None:
        findings += judge_publisher(looks, publisher)
    return tuple(findings)


def _no_subscription(snapshot: Snapshot) -> Finding:
    return Finding(
        "no_subscription",
        "No database of this cluster holds a subscription.",
        evidence={"server_version": snapshot.server_version},
    )


def _read_replica(snapshot: Snapshot) -> Finding:
    """On a replica no apply worker ever runs (pg_is_in_recovery()); all would look stopped."""
    return Finding(
        "monitor_misconfigured",
        "Parameter hostname leads to a read replica, where no subscription can run: set it to the "
        "cluster's writer endpoint.",
        evidence={"server_version": snapshot.server_version},
    )
