"""What CheckReplication answers: the report; for the state machine also the work and the memory."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from functions.check_replication.check import Checked, Memory, Probes, check_all
from functions.check_replication.execution_input import ExecutionInput
from functions.check_replication.memory.packing import UnreadableMemoryError, pack, unpack_all
from functions.check_replication.memory.remembered import RememberedCluster
from functions.check_replication.selection import select
from functions.check_replication.targets import by_cluster
from functions.incidents.asked import Asked
from functions.incidents.decision import Run, Verdict
from functions.incidents.work import Work, decide
from functions.report import (
    MAX_REPORT_BYTES,
    ClusterReport,
    ReportTooLargeError,
    Status,
    report,
    size,
)
from functions.telemetry import logger

CHECK_SECONDS: Final = 50
"""For all checks together, of the function's 60 s (.chalice/config.json)."""


def answer(
    event: Mapping[str, Any],
    parameters: Mapping[str, str],
    path: str,
    probes: Probes,
    now: Callable[[], datetime],
    *,
    observe: Callable[[Sequence[Checked]], None] = lambda checked: None,
) -> dict[str, Any]:
    """Check what the event asks for, with `parameters` (full names) below `path`.

    By hand: the report of `functions.report`, with every cluster. The state machine adds two keys to
    the execution's input: `remembered`, the texts of the memory, and `incidents`, the items of the
    incidents table; both null if they could not be read. It gets `{"checked_at", "healthy",
    "counts", "clusters", "work", "memory"}`: how many clusters have which status; the reports of
    those with work and, as far as there is room, of the others that are not healthy (where
    clusters were named, of all); `functions.incidents.work`; the text to remember, null where
    nothing is to be written. Raises `InvalidInput`.
    """
    request = ExecutionInput.from_event(event)
    remembered = _remembered(event.get("remembered"))
    targets = select(by_cluster(parameters, path), request, path)
    checked = check_all(targets, probes, CHECK_SECONDS, Memory(remembered, now()))
    observe(checked)
    if "incidents" not in event:
        return report([cluster.report for cluster in checked], now())
    items = event["incidents"]
    is_readable = items is not None
    work = decide(_verdicts(checked), items, _run(event, request, now())) if is_readable else []
    writes = is_readable and event.get("remembered") is not None and request.clusters is None
    return _bounded(
        [cluster.report for cluster in checked],
        work,
        _to_remember(checked) if writes else None,
        now(),
        with_healthy=request.clusters is not None,
    )


def _remembered(texts: object) -> Mapping[str, RememberedCluster]:
    """Nothing where it is not readable: what was written by another version, or by nobody of us."""
    if not isinstance(texts, list):
        return {}
    try:
        return unpack_all(texts)
    except UnreadableMemoryError as error:
        logger.warning("memory not readable", reason=str(error))
        return {}


def _verdicts(checked: Sequence[Checked]) -> list[Verdict]:
    return [
        Verdict(cluster.report, cluster.rests_on_memory, cluster.has_memory) for cluster in checked
    ]


def _run(event: Mapping[str, Any], request: ExecutionInput, now: datetime) -> Run:
    execution = event.get("execution") or {}
    started = execution.get("started_at")
    return Run(
        execution=str(execution.get("id")),
        started_at=now if started is None else datetime.fromisoformat(started),
        now=now,
        force_notify=request.force_notify,
        asked=Asked.of(request),
    )


def _to_remember(checked: Sequence[Checked]) -> str:
    text, forgotten = pack(
        {
            cluster.report.cluster: cluster.remembered
            for cluster in checked
            if cluster.remembered is not None
        }
    )
    if forgotten:
        logger.warning("memory full: divide the clusters into shards", without=forgotten)
    return text


def _bounded(
    reports: Sequence[ClusterReport],
    work: Sequence[Work],
    memory: str | None,
    now: datetime,
    *,
    with_healthy: bool,
) -> dict[str, Any]:
    """All in `MAX_REPORT_BYTES`: those to notify of first, the others in what room is left."""
    pressing = [each.report for each in work]
    names = {cluster.cluster for cluster in pressing}
    others = [
        cluster
        for cluster in reports
        if cluster.cluster not in names and (with_healthy or cluster.status is not Status.HEALTHY)
    ]
    counts = Counter(cluster.status for cluster in reports)
    beside = {
        "counts": {status.value: counts[status] for status in Status},
        "work": [each.to_json() for each in work],
        "memory": memory,
    }
    document = report(pressing, now, MAX_REPORT_BYTES - size(beside)) | beside
    document["healthy"] = counts[Status.HEALTHY] == len(reports)
    while others:
        try:
            more = report(others, now, MAX_REPORT_BYTES - size(document))
        except ReportTooLargeError:
            others = others[: len(others) // 2]
        else:
            document["clusters"] += more["clusters"]
            break
    return document
