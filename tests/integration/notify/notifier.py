"""The state machine's part in an incident's story: invokes Notify and stores what it answers."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from functions.notify.notification import Clients, send_notification
from sandbox.slack import Workspace
from tests.unit.notify.logs import conflict, row

OPENED_AT = datetime(2026, 11, 22, 23, 34, 8, tzinfo=UTC)
GROUP = "/aws/rds/cluster/sample-cluster/postgresql"
FAILS = {"cause": "apply_error", "subscription": "orders_sub", "summary": "It fails."}
SLOT = {"cause": "slot_inactive", "subscription": "orders_sub", "summary": "Its slot is unused."}
LOG = {"status": "Complete", "error": None, "results": [row(line) for line in conflict(0, 1)]}
SILENT_LOG = {**LOG, "results": []}
NOT_ASKED: dict[str, Any] = {"status": None, "error": None, "results": []}

Story = list[tuple[str, list[dict[str, Any]]]]
"""Transitions with the findings they come with."""

STORIES: dict[str, Story] = {
    "opened": [("opened", [FAILS])],
    "changed": [("opened", [FAILS]), ("changed", [FAILS, SLOT])],
    "reminder": [("opened", [FAILS]), ("reminder", [FAILS])],
    "resolved": [("opened", [FAILS]), ("resolved", [])],
    "reopened": [("opened", [FAILS]), ("resolved", []), ("opened", [FAILS])],
}
"""By what happens last."""


@dataclass
class Notifier:
    """Tells of one incident, opened at `opened_at`; `minute` is the clock, from then on."""

    clients: Clients
    workspace: Workspace
    opened_at: datetime = OPENED_AT
    minute: int = 0
    incident: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.incident = {"opened_at": self._now(), "notifications": 0}

    def _now(self) -> str:
        now = self.opened_at + timedelta(minutes=self.minute)
        return f"{now:%Y-%m-%dT%H:%M:%S.000Z}"

    def event(self, transition: str, *findings: dict[str, Any], **more: Any) -> dict[str, Any]:
        """What the state machine sends; `mute`, `muted` are the cluster's, the rest the event's."""
        cluster = {
            "cluster": "sample-cluster",
            "log_groups": [GROUP],
            "findings": list(findings),
            "mute": more.pop("mute", []),
            "muted": more.pop("muted", []),
            "fingerprint": "+".join(finding["cause"] for finding in findings) or "healthy",
        }
        return {
            "cluster": cluster,
            "transition": transition,
            "query": NOT_ASKED if transition == "resolved" else LOG,
            "incident": dict(self.incident),
            **more,
        }

    def notify(self, event: dict[str, Any]) -> dict[str, Any]:
        now = self.opened_at + timedelta(minutes=self.minute)
        return send_notification(json.loads(json.dumps(event)), now, self.clients)

    def record(self, event: dict[str, Any], answer: dict[str, Any]) -> None:
        self.incident |= {
            "notifications": self.incident["notifications"] + answer["sent"],
            "fingerprint": event["cluster"]["fingerprint"],
        }
        if answer["channel"] is not None:
            self.incident |= {"channel": answer["channel"], "ts": answer["ts"]}
        if event["transition"] == "resolved":
            self.incident["closed_at"] = self._now()
        else:
            self.incident["causes"] = answer["causes"]
            self.incident.pop("closed_at", None)

    def notified(self, transition: str, *findings: dict[str, Any], **more: Any) -> dict[str, Any]:
        """Notify, which must deliver, and record the answer."""
        event = self.event(transition, *findings, **more)
        answer = self.notify(event)
        assert answer["delivered"], answer["problem"]
        self.record(event, answer)
        return answer

    def last_of(self, story: Story) -> dict[str, Any]:
        """Tell all of a story but its last event, which is returned."""
        *before, (transition, findings) = story
        for earlier, found in before:
            self.notified(earlier, *found)
            self.minute += 1
        return self.event(transition, *findings)

    def posted(self) -> list[str]:
        """All that is in Slack in the order in which it was posted, replies indented."""
        posted = self.workspace.everything()
        return [("  " if message.thread_ts else "") + message.text for message in posted]

    def first(self) -> str:
        """The newest message that is no reply."""
        return [
            message.text for message in self.workspace.everything() if message.thread_ts is None
        ][-1]
