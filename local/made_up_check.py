"""What CheckReplication answers about clusters that are made up. Development only.

What is to be done about them is decided by the same code as in the real function.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from functions.check_replication.execution_input import ExecutionInput
from functions.incidents.asked import Asked
from functions.incidents.decision import Run, Verdict
from functions.incidents.work import decide
from functions.report import ClusterReport, Status


def answer(
    verdicts: Sequence[Verdict], event: Mapping[str, Any], now: datetime, memory: str = "seen"
) -> dict[str, Any]:
    """The answer to the event at the instant `now`; `memory` stands for what is to be remembered.

    Raises `InvalidInput` for a wrong input.
    """
    incidents, request = event.get("incidents"), ExecutionInput.from_event(event)
    work = [] if incidents is None else decide(verdicts, incidents, _run(event, request, now))
    reports_all = "incidents" not in event or request.clusters is not None
    reports = {each.report.cluster: each.report for each in work}
    for verdict in verdicts:
        if reports_all or verdict.report.status is not Status.HEALTHY:
            reports.setdefault(verdict.report.cluster, verdict.report)
    counts = Counter(verdict.report.status for verdict in verdicts)
    return {
        "checked_at": now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "healthy": counts.keys() <= {Status.HEALTHY},
        "clusters": [each.to_json() for each in reports.values()],
        "counts": {status.value: counts[status] for status in Status},
        "work": [each.to_json() for each in work],
        "memory": memory if incidents is not None and request.clusters is None else None,
    }


def verdicts(*clusters: Mapping[str, Any]) -> list[Verdict]:
    """On these clusters of a report, by themselves: nothing of them rests on memory."""
    return [Verdict(ClusterReport.from_json(cluster), has_memory=True) for cluster in clusters]


def _run(event: Mapping[str, Any], request: ExecutionInput, now: datetime) -> Run:
    execution = event["execution"]
    started_at = datetime.fromisoformat(execution["started_at"])
    return Run(execution["id"], started_at, now, request.force_notify, Asked.of(request))
