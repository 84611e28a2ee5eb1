"""What CheckReplication answers: the report; for the state machine also the work and the memory.

Pure.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from functions.check_replication.checked import Checked
from functions.check_replication.memory.packing import Packed, pack
from functions.execution_input import ExecutionInput
from functions.incidents.asked import Asked
from functions.incidents.decision import Run, Verdict
from functions.incidents.work import Work, decide
from functions.report import (
    MAX_REPORT_BYTES,
    ROOMS,
    ClusterReport,
    Status,
    in_room,
    report,
    size,
)

_LACK_OF_MEMORY: Final = (
    "what happens until the next check (too many subscriptions in one execution to remember them "
    "all: divide the clusters into shards)"
)
_NAMED: Final = 40
"""Of the clusters that are not remembered."""

_ENVELOPE_BYTES: Final = 200
"""What a report has beside its clusters."""


def answer(event: Mapping[str, Any], checked: Sequence[Checked], now: datetime) -> dict[str, Any]:
    """The answer to an event whose clusters were checked.

    By hand: the report of `functions.report`, with every cluster. The state machine adds two keys
    to the execution's input: `remembered`, the texts of the memory, and `incidents`, the items of
    the incidents table; both null if they could not be read. It gets `{"checked_at", "healthy",
    "counts", "clusters", "work", "memory"}`: how many clusters have which status; the reports of
    those with work and, as far as there is room, of the others that are not healthy (where
    clusters were named, of all); the work of `functions.incidents.work`; the text to remember,
    null where nothing is to be written. Where not all clusters have room in that,
    `not_remembered` names the first of them, and their reports say so. Raises `InvalidInput`.
    """
    request = ExecutionInput.from_event(event)
    if "incidents" not in event:
        return report([cluster.report for cluster in checked], now)
    items = event["incidents"]
    is_read = items is not None and event.get("remembered") is not None
    memory = _memory(checked) if is_read and request.clusters is None else None
    if memory is not None:
        checked = [_with_lack_of_memory(cluster, memory) for cluster in checked]
    work = [] if items is None else decide(_verdicts(checked), items, _run(event, request, now))
    document = _with_pressing(checked, work, memory, now)
    return _with_others(document, checked, with_healthy=request.clusters is not None)


def _verdicts(checked: Sequence[Checked]) -> list[Verdict]:
    return [Verdict(cluster.report, cluster.has_memory) for cluster in checked]


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


def _memory(checked: Sequence[Checked]) -> Packed:
    return pack(
        {
            cluster.report.cluster: cluster.remembered
            for cluster in checked
            if cluster.remembered is not None
        }
    )


def _with_lack_of_memory(cluster: Checked, memory: Packed) -> Checked:
    if cluster.report.cluster not in memory.left_out:
        return cluster
    not_visible = (*cluster.report.not_visible, _LACK_OF_MEMORY)
    return replace(cluster, report=replace(cluster.report, not_visible=not_visible))


def _with_pressing(
    checked: Sequence[Checked], work: Sequence[Work], memory: Packed | None, now: datetime
) -> dict[str, Any]:
    """What the state machine needs: as much of the work as fits, in any case some.

    The rest is the next run's. A memory beside which no work has room is not written.
    """
    document = _beside(checked, memory)
    fitting = _fitting(work, document)
    if work and not fitting:
        document |= {"memory": None}
        fitting = _fitting(work, document)
    document |= {"work": [each.to_json() for each in fitting]}
    clusters = [each.report for each in fitting]
    return report(clusters, now, MAX_REPORT_BYTES - size(document)) | document


def _beside(checked: Sequence[Checked], memory: Packed | None) -> dict[str, Any]:
    counts = Counter(cluster.report.status for cluster in checked)
    document = {
        "healthy": counts[Status.HEALTHY] == len(checked),
        "counts": {status.value: counts[status] for status in Status},
        "work": [],
        "memory": memory and memory.text,
    }
    if memory and memory.left_out:
        document["not_remembered"] = sorted(memory.left_out)[:_NAMED]
    return document


def _fitting(work: Sequence[Work], beside: Mapping[str, Any]) -> list[Work]:
    """In their order those that fit, each as short as it can be."""
    room = MAX_REPORT_BYTES - size(beside) - _ENVELOPE_BYTES
    fitting = []
    for each in work:
        needed = size(in_room(each.report, ROOMS[-1])) + size(each.to_json()) + 2 * len(", ")
        if needed <= room:
            room -= needed
            fitting.append(each)
    return fitting


def _with_others(
    document: dict[str, Any], checked: Sequence[Checked], *, with_healthy: bool
) -> dict[str, Any]:
    """Whoever opens the execution wants to read them too; they get what room is left."""
    pressing = {cluster["cluster"] for cluster in document["clusters"]}
    others: list[ClusterReport] = [
        cluster.report
        for cluster in checked
        if cluster.report.cluster not in pressing
        and (with_healthy or cluster.report.status is not Status.HEALTHY)
    ]
    room = MAX_REPORT_BYTES - size(document)
    each_room = next((each for each in ROOMS if each * len(others) <= room), ROOMS[-1])
    shown = []
    for cluster in others:
        shown.append(in_room(cluster, each_room))
        room -= size(shown[-1]) + len(", ")
        if room < 0:
            shown.pop()
            break
    return document | {"clusters": document["clusters"] + shown}
