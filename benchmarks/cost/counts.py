"""What was counted: the shapes, and measured.json. Pure."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, Self

MEASURED: Final = Path(__file__).with_name("measured.json")

HEALTHY: Final = "healthy, 1 cluster"
OPENED: Final = "opened: notified, with the log asked three times"
RESOLVED: Final = "resolved"


@dataclass(frozen=True, slots=True)
class Story:
    """One execution: states entered, calls of Notify, requests to the incidents table.

    One of the reads brings the memory along, one of the writes keeps it.
    """

    name: str
    clusters: int
    transitions: int
    notified: int
    reads: int
    writes: int


@dataclass(frozen=True, slots=True)
class Check:
    """A warm CheckReplication of so many healthy clusters, each with a password.

    `parameter_calls` go to Parameter Store, `metrics` are the distinct custom ones, `log_bytes`
    are CloudWatch's way of counting all lines, `memory_bytes` is the item that the next check
    reads. `processor_seconds` are of the machine it ran on.
    """

    clusters: int
    parameter_calls: int
    metrics: int
    log_bytes: int
    memory_bytes: int
    processor_seconds: float


@dataclass(frozen=True, slots=True)
class Counts:
    """`date` (ISO 8601) says when; memory, time limit, alarms and dashboards are as deployed."""

    date: str
    memory_mb: int
    limit_seconds: float
    alarm_metrics: int
    dashboards: int
    stories: tuple[Story, ...]
    checks: tuple[Check, ...]

    def story(self, name: str) -> Story:
        return next(story for story in self.stories if story.name == name)

    def check(self, clusters: int) -> Check:
        return next(check for check in self.checks if check.clusters == clusters)

    def to_json(self) -> str:
        return json.dumps(asdict(self), indent=2) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Self:
        document: dict[str, Any] = json.loads(text)
        stories = tuple(Story(**story) for story in document.pop("stories"))
        checks = tuple(Check(**check) for check in document.pop("checks"))
        return cls(**document, stories=stories, checks=checks)
