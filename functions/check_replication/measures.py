"""The metrics of a check: lag per subscription, findings per cluster.

The lag is the age in seconds of the publisher's last message by the subscriber's clock; a
subscription without a worker has none to give, as its finding shows.
"""

from functions.check_replication.snapshot import Snapshot
from functions.report import ClusterReport, Status
from functions.telemetry import Measure, publish


def publish_verdict(report: ClusterReport) -> None:
    publish(
        [
            Measure("Findings", "Count", _findings(report)),
            Measure("Unknown", "Count", int(report.status is Status.UNKNOWN)),
        ],
        cluster=report.cluster,
    )


def publish_lag(cluster: str, snapshot: Snapshot) -> None:
    for subscription in snapshot.subscriptions:
        if subscription.last_msg_send_time is not None:
            age = (snapshot.taken_at - subscription.last_msg_send_time).total_seconds()
            publish(
                [Measure("Lag", "Seconds", max(age, 0.0))],
                cluster=cluster,
                subscription=subscription.name,
            )


def _findings(report: ClusterReport) -> int:
    """Muted ones are counted: silence in Slack is no reason to forget them."""
    reported = len(report.findings) + report.omitted_findings
    return reported + len(report.muted) + report.omitted_muted
