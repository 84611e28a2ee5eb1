"""The metrics of a check: lag and findings of each cluster, and once what could not be checked.

AWS charges each combination of a name and dimensions, so a subscription has metrics of its own only
where the parameter `metrics` asks for them.
"""

from collections.abc import Iterable, Sequence

from functions.check_replication.checked import Checked
from functions.check_replication.diagnosis import Lag
from functions.report import ClusterReport, Status
from functions.telemetry import Measure, publish


def publish_measures(checked: Sequence[Checked]) -> None:
    for cluster in checked:
        _publish_cluster(cluster)
    unknown = sum(cluster.report.status is Status.UNKNOWN for cluster in checked)
    if unknown:
        publish([Measure("ClustersNotChecked", "Count", unknown)])


def _publish_cluster(checked: Checked) -> None:
    name = checked.report.cluster
    findings = Measure("Findings", "Count", _findings(checked.report))
    publish([findings, *_worst(checked.lags)], cluster=name)
    if checked.measures_subscriptions:
        for lag in checked.lags:
            if measures := _worst([lag]):
                publish(measures, cluster=name, subscription=lag.subscription)


def _worst(lags: Iterable[Lag]) -> list[Measure]:
    """Of those that are known."""
    lags = list(lags)
    seconds = [lag.seconds for lag in lags if lag.seconds is not None]
    sizes = [lag.backlog_bytes for lag in lags if lag.backlog_bytes is not None]
    return [
        Measure(name, unit, max(values))
        for name, unit, values in (
            ("LagSeconds", "Seconds", seconds),
            ("BacklogBytes", "Bytes", sizes),
        )
        if values
    ]


def _findings(report: ClusterReport) -> int:
    """Muted ones are counted: silence in Slack is no reason to forget them."""
    reported = len(report.findings) + report.omitted_findings
    return reported + len(report.muted) + report.omitted_muted
