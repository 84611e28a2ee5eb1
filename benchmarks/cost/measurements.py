"""What was measured: the shapes, and build/cost.json."""

import json
from dataclasses import asdict, dataclass
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Story:
    """One execution of the state machine.

    `transitions` are the states entered, `notified` the calls of Notify, `reads` and `writes` the
    requests to the incidents table.
    """

    name: str
    transitions: int
    notified: int
    reads: int
    writes: int


@dataclass(frozen=True, slots=True)
class Use:
    """What one warm invocation of a function takes, on the machine it was measured on.

    `clusters` are those it looks at, with their publishers or without. `seconds` and
    `max_memory_mb` are those of Lambda's REPORT line, `cpu_seconds` those of the process.
    `log_bytes` are of all lines it leaves, `log_events` their number, `metrics` the distinct custom
    metrics in them. `parameter_calls` are requests to Parameter Store, `reads` and `writes` those
    to DynamoDB.
    """

    function: str
    clusters: int
    publishers: bool
    invocations: int
    seconds: float
    cpu_seconds: float
    max_memory_mb: int
    log_events: int
    log_bytes: int
    metrics: int
    parameter_calls: int
    reads: int
    writes: int

    @property
    def secrets(self) -> int:
        """SecureStrings that are decrypted: a password for each database, and Slack's token."""
        return self.clusters * (1 + self.publishers) + 1


@dataclass(frozen=True, slots=True)
class Measurements:
    """`machine` says where, `date` (ISO 8601) when."""

    date: str
    machine: str
    stories: tuple[Story, ...]
    checks: tuple[Use, ...]
    notify: Use

    def story(self, name: str) -> Story:
        return next(story for story in self.stories if story.name == name)

    def check(self, clusters: int) -> Use:
        """CheckReplication of so many clusters, without their publishers."""
        return next(use for use in self.checks if use.clusters == clusters and not use.publishers)

    def to_json(self) -> str:
        return json.dumps(asdict(self), indent=2) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Self:
        document: dict[str, Any] = json.loads(text)
        return cls(
            date=document["date"],
            machine=document["machine"],
            stories=tuple(Story(**one) for one in document["stories"]),
            checks=tuple(Use(**one) for one in document["checks"]),
            notify=Use(**document["notify"]),
        )
