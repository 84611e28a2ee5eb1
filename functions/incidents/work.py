"""All that a run does about its clusters: the decisions, in order and bounded. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from functions.incidents.asked import is_monitor
from functions.incidents.decision import Run, Transition, Urgency, Verdict, decision
from functions.incidents.incident import Incident, Item
from functions.incidents.times import ABANDONED_AFTER
from functions.report import ClusterReport, Status

MAX_WORK: Final = 40
"""Clusters that an execution takes on; the rest is the next one's. The list is a variable of the
state machine, beside the clusters' reports in 262,144 bytes."""

NEVER: Final = "never"
"""Stands for `decided_at` where an item has none; no execution writes it."""

LONGEST_SEEN: Final = 64
"""Characters of `decided_at`, of which an execution writes 24. A longer one stands for `NEVER`, and
the claim takes its item whatever it says."""

_LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Work:
    """One cluster to notify of, or a note to write.

    `incident` is the item the claim writes, None for a test. `seen` is the stored item's
    `decided_at` as it was read, sound or not: the claim succeeds only if it is still so, or longer
    than `LONGEST_SEEN`.
    """

    report: ClusterReport
    transition: Transition
    incident: Incident | None
    seen: str = NEVER

    def to_json(self) -> dict[str, Any]:
        """`{"cluster", "transition", "incident", "item", "seen"}`: `item` is DynamoDB's."""
        return {
            "cluster": self.report.cluster,
            "transition": self.transition.value,
            "incident": self.incident.to_json() if self.incident else {},
            "item": self.incident.to_item() if self.incident else {},
            "seen": self.seen,
        }


@dataclass(frozen=True, slots=True)
class _Stored:
    """What the table holds of a cluster; `incident` is None if the item is not sound."""

    incident: Incident | None = None
    seen: str = NEVER


def decide(verdicts: Sequence[Verdict], items: Sequence[Item], run: Run) -> list[Work]:
    """What is to be done about the clusters of a run whose check succeeded, the most urgent first.

    `items` are those of the incidents table, typed, without the memory's. The success also ends
    the monitor's own incidents that it covers. At most `MAX_WORK`: of equal urgency first what
    was decided about longest ago, so that nothing waits for ever.
    """
    return prioritized([*verdicts, *_ends_of_monitors(verdicts, items, run)], items, run)


def prioritized(verdicts: Sequence[Verdict], items: Sequence[Item], run: Run) -> list[Work]:
    """As `decide`, about these verdicts alone."""
    table = _table(items, run.now)
    pressing: list[tuple[Urgency, datetime, Work]] = []
    for verdict in verdicts:
        stored = table.get(verdict.report.cluster, _Stored())
        decided = decision(verdict, stored.incident, run)
        if decided is not None:
            last = stored.incident.decided_at if stored.incident else _LONG_AGO
            work = Work(verdict.report, decided.transition, decided.incident, stored.seen)
            pressing.append((decided.urgency, last, work))
    pressing.sort(key=lambda each: each[:2])
    return [work for _, _, work in pressing[:MAX_WORK]]


def _table(items: Sequence[Item], now: datetime) -> dict[str, _Stored]:
    """The items by cluster; one that names none is nobody's."""
    return {
        cluster: _Stored(Incident.from_item(item, now), _seen(item))
        for item in items
        if (cluster := _text(item, "cluster", ""))
    }


def _seen(item: Item) -> str:
    text = _text(item, "decided_at", NEVER)
    return text if len(text) <= LONGEST_SEEN else NEVER


def _text(item: Item, name: str, default: str) -> str:
    value = item.get(name)
    text = value.get("S") if isinstance(value, Mapping) else None
    return text if isinstance(text, str) else default


def _ends_of_monitors(
    verdicts: Sequence[Verdict], items: Sequence[Item], run: Run
) -> Iterator[Verdict]:
    reported = {verdict.report.cluster for verdict in verdicts}
    for cluster, stored in _table(items, run.now).items():
        incident = stored.incident
        if incident is not None and is_monitor(cluster) and cluster not in reported:
            abandoned = incident.decided_at < run.now - ABANDONED_AFTER
            if incident.asked is None or run.asked.covers(incident.asked) or abandoned:
                yield Verdict(ClusterReport(cluster, Status.HEALTHY))
