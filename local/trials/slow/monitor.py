"""A monitor of one cluster with its memory and its incidents at hand. Development only.

It is CheckReplication and what the state machine does with its answer, where Slack accepts
everything at once and the log explains all it can.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from threading import Event
from typing import Any

from functions.check_replication.answer import answer
from functions.check_replication.check import check_all
from functions.check_replication.checked import Memory
from functions.check_replication.handler import CHECK_SECONDS, PROBES
from functions.check_replication.memory.packing import latest, unpack
from functions.check_replication.targets import Target
from functions.incidents.decision import Transition
from functions.incidents.incident import Incident, IncidentStatus, expiry
from functions.incidents.times import KEPT_AFTER_CLOSING
from local.trials.slow.outcome import Ran


@dataclass(slots=True)
class Monitor:
    """`every_seconds` from a run's start to the next one's, unless a run takes longer."""

    target: Target
    every_seconds: float
    runs: list[Ran] = field(default_factory=list)
    _remembered: list[str] = field(default_factory=list)
    _item: Mapping[str, Any] | None = None

    def run_until(self, closed: Event) -> None:
        pause = 0.0
        while not closed.wait(pause):
            began = datetime.now(UTC)
            self.run()
            passed = (datetime.now(UTC) - began).total_seconds()
            pause = max(self.every_seconds - passed, 0)

    def run(self) -> Ran:
        """Check once, and note what came of it."""
        self.runs.append(self._run(datetime.now(UTC)))
        return self.runs[-1]

    def is_at_rest(self, since: datetime) -> bool:
        """Whether nothing is open, and the last two runs after `since` had nothing to say."""
        after = [run for run in self.runs if run.started_at > since][-2:]
        quiet = len(after) > 1 and not any(run.causes or run.transition for run in after)
        return quiet and not self._is_open()

    def _is_open(self) -> bool:
        return self._item is not None and self._item["status"] == {"S": IncidentStatus.OPEN.value}

    def _run(self, began: datetime) -> Ran:
        memory = Memory(latest(unpack(text, began) for text in self._remembered), began)
        checked = check_all([self.target], PROBES, CHECK_SECONDS, memory)
        event = {
            "remembered": self._remembered,
            "incidents": [] if self._item is None else [self._item],
            "execution": {"id": f"run {len(self.runs)}", "started_at": began.isoformat()},
        }
        now = datetime.now(UTC)
        document = answer(event, checked, now)
        self._remembered = [document["memory"]]
        causes = tuple(finding.cause for finding in checked[0].report.findings)
        transitions = [self._record(work, document, now) for work in document["work"]]
        return Ran(began, now, causes, next(iter(transitions), None))

    def _record(self, work: Mapping[str, Any], document: Mapping[str, Any], now: datetime) -> str:
        """As the state machine records a notification that was accepted."""
        transition = Transition(work["transition"])
        self._item = work["item"]
        if transition.is_notified:
            [report] = document["clusters"]
            self._item = _notified(work["item"], report, transition, now).to_item()
        return transition.value


def _notified(
    item: Mapping[str, Any], report: Mapping[str, Any], transition: Transition, now: datetime
) -> Incident:
    claimed = Incident.from_item(item, now)
    if claimed is None:
        raise ValueError(item)
    over = transition is Transition.RESOLVED
    return replace(
        claimed,
        status=IncidentStatus.CLOSED if over else IncidentStatus.OPEN,
        decided_at=now,
        expires_at=expiry(now, KEPT_AFTER_CLOSING) if over else claimed.expires_at,
        notifications=(claimed.notifications or 0) + 1,
        last_notified_at=now,
        fingerprint=report["fingerprint"],
        causes=tuple(finding["cause"] for finding in report["findings"]),
        explained=True,
        closed_at=now if over else None,
        claimed_by=None,
        claimed_for=None,
        claimed_until=None,
    )
