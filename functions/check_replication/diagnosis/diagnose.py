"""The verdict on one cluster: its subscriptions, and its publisher where one is known. Pure."""

from collections.abc import Iterator

from functions.check_replication.diagnosis.findings import lsn, of_publisher
from functions.check_replication.diagnosis.history import Histories
from functions.check_replication.diagnosis.lag import limit_too_small
from functions.check_replication.diagnosis.publisher import (
    judge_publisher,
    with_publisher,
)
from functions.check_replication.diagnosis.samples import (
    Publishers,
    PublisherSamples,
    Samples,
)
from functions.check_replication.diagnosis.settling import as_far_as_clear
from functions.check_replication.diagnosis.subscription import judge
from functions.check_replication.diagnosis.watched import not_watched
from functions.check_replication.memory.positions import hashed
from functions.check_replication.snapshot import Snapshot, Subscription
from functions.check_replication.targets import Limits
from functions.report import Finding
from functions.words import size


def diagnose(
    samples: Samples,
    limits: Limits,
    publishers: Publishers,
    histories: Histories,
) -> tuple[Finding, ...]:
    """Everything that is wrong, in the order of the subscriptions' names.

    `histories` are those of `functions.check_replication.diagnosis.history.compare`.
    """
    latest = samples.latest
    if latest.in_recovery:
        return (_read_replica(latest),)
    if not latest.subscriptions:
        return (_no_subscription(latest),)
    findings: list[Finding] = []
    for subscription in latest.subscriptions:
        known = as_far_as_clear(subscription, samples, limits.lag_seconds)
        history = histories.of(subscription)
        own = [
            *judge(subscription, known, limits, history, history.publisher),
            *_lost_sight(subscription, samples),
        ]
        if history.publisher is not None:
            own = with_publisher(own, subscription, known, history.publisher)
        findings += own
        findings += not_watched(subscription, known, publishers)
    if not publishers.are_configured and (found := limit_too_small(samples, limits)) is not None:
        findings.append(found)
    servers = publishers.servers
    for publisher in publishers.seen:
        idle = histories.idle_slots[hashed(publisher.address)] if publisher in servers else None
        findings += judge_publisher(samples, publisher, idle, limits)
    for server in servers:
        findings += _went_back(histories, server)
    return tuple(findings)


def _went_back(histories: Histories, publisher: PublisherSamples) -> Iterator[Finding]:
    """Restored or failed over: what it writes until it is there again may count as applied."""
    lost = histories.positions[hashed(publisher.address)].lost_position
    if lost is not None:
        yield Finding(
            "publisher_went_back",
            f"The WAL of the watched publisher {publisher.address} is at "
            f"{lsn(publisher.latest.wal_bytes)}, {size(lost - publisher.latest.wal_bytes)} behind "
            f"{lsn(lost)}, where it was at an earlier check.",
            evidence={
                "wal_lsn": lsn(publisher.latest.wal_bytes),
                "lost_lsn": lsn(lost),
                **of_publisher(publisher),
            },
        )


def _lost_sight(subscription: Subscription, samples: Samples) -> Iterator[Finding]:
    """Tables that waited to be copied and then could not be seen any more are not healthy."""
    waited = any(sample.tables and sample.tables.pending for sample in samples.all_of(subscription))
    lost = samples.latest.unseen_of(subscription.database)
    if subscription.tables is None and waited and lost is not None:
        yield Finding(
            lost.cause,
            f"Whether tables of {subscription.name} are still being copied is not known: "
            f"{lost.reason}",
            evidence={"database": subscription.database},
        )


def _no_subscription(snapshot: Snapshot) -> Finding:
    return Finding(
        "no_subscription",
        "No database of this cluster holds a subscription.",
        evidence={"server_version": snapshot.server_version},
    )


def _read_replica(snapshot: Snapshot) -> Finding:
    """On a replica no apply worker ever runs (pg_is_in_recovery()); all would seem stopped."""
    return Finding(
        "monitor_misconfigured",
        "Parameter hostname leads to a read replica, where no subscription can run: set it to the "
        "cluster's writer endpoint.",
        evidence={"server_version": snapshot.server_version},
    )
