"""One function as a warm process, and what its invocations take."""

import json
import os
import re
import statistics
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from benchmarks.cost.measurements import Use
from sandbox.aws import LocalAws
from sandbox.aws.lambda_runtime import FunctionConfig, LambdaRuntime, LogEvent

READS: Final = frozenset({"GetItem", "Query", "Scan"})
WRITES: Final = frozenset({"DeleteItem", "PutItem", "UpdateItem"})
"""Requests to DynamoDB."""

_EVENT_OVERHEAD_BYTES: Final = 26
"""Per event, CloudWatch Logs API, PutLogEvents: size of a batch."""

_PATIENCE_SECONDS: Final = 300
"""In the place of the function's time limit: stand-ins may be slower than what they stand for."""

_REPORT: Final = re.compile(r"\tDuration: ([\d.]+) ms.*Max Memory Used: (\d+) MB")

Event = dict[str, Any]

Expected = Callable[[Any], str]
"""Says what is wrong with an answer, nothing if nothing is."""


class InvocationFailedError(Exception):
    """A function failed, or answered something else than expected; the message says what."""


class NoProcessError(Exception):
    """The function's process is not there to be measured."""


class MeteredFunction:
    """In a runtime of its own, whose log lines come here; `expected` judges each answer."""

    def __init__(self, aws: LocalAws, function: FunctionConfig, expected: Expected) -> None:
        self._aws = aws
        self._function = function
        self._expected = expected
        self._events: list[LogEvent] = []
        self.runtime = LambdaRuntime(aws.region, aws.account, aws.endpoint_url, self._deliver)
        self.runtime.deploy(replace(function, timeout_seconds=_PATIENCE_SECONDS))

    def use(self, events: Sequence[Event], *, clusters: int, publishers: bool = False) -> Use:
        """Invoke with each event, the first to warm up: the median time, averages of the rest.

        Raises `InvocationFailedError`, `NoProcessError`.
        """
        self._invoke(events[0])
        self._events.clear()
        process = _process(self._function.handler)
        calls, cpu = len(self._aws.gateway.calls), _cpu_seconds(process)
        for event in events[1:]:
            self._invoke(event)
        cpu = _cpu_seconds(process) - cpu
        made = self._aws.gateway.calls[calls:]
        invocations = len(events) - 1
        reports = [found for one in self._events if (found := _REPORT.search(one.message))]
        sizes = [len(one.message.encode()) + _EVENT_OVERHEAD_BYTES for one in self._events]
        return Use(
            function=self._function.name,
            clusters=clusters,
            publishers=publishers,
            invocations=invocations,
            seconds=round(statistics.median(float(found[1]) for found in reports) / 1000, 4),
            cpu_seconds=round(cpu / invocations, 4),
            max_memory_mb=max(int(found[2]) for found in reports),
            log_events=len(self._events) // invocations,
            log_bytes=sum(sizes) // invocations,
            metrics=len(custom_metrics(one.message for one in self._events)),
            parameter_calls=sum(call.service == "ssm" for call in made) // invocations,
            reads=sum(call.action in READS for call in made) // invocations,
            writes=sum(call.action in WRITES for call in made) // invocations,
        )

    def _invoke(self, event: Event) -> None:
        result = self.runtime.invoke(self._function.name, json.dumps(event).encode())
        if result.function_error:
            raise InvocationFailedError(result.payload.decode())
        if problem := self._expected(json.loads(result.payload)):
            raise InvocationFailedError(problem)

    def _deliver(self, _group: str, _stream: str, events: list[LogEvent]) -> None:
        self._events += events


@contextmanager
def metered(
    aws: LocalAws, function: FunctionConfig, expected: Expected
) -> Iterator[MeteredFunction]:
    """Its process ends with the block."""
    one = MeteredFunction(aws, function, expected)
    try:
        yield one
    finally:
        one.runtime.close()


def custom_metrics(lines: Iterable[str]) -> set[tuple[str, ...]]:
    """The metrics in lines of CloudWatch's embedded format, by name and values of dimensions."""
    found: set[tuple[str, ...]] = set()
    for line in lines:
        if '"CloudWatchMetrics"' in line:
            document = json.loads(line)
            for group in document["_aws"]["CloudWatchMetrics"]:
                for dimensions in group["Dimensions"]:
                    values = [document[name] for name in dimensions]
                    found |= {(metric["Name"], *values) for metric in group["Metrics"]}
    return found


def _process(handler: str) -> Path:
    """The directory below /proc of our child that runs this handler."""
    for directory in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # processes come and go
            parent = int((directory / "stat").read_text().rpartition(")")[2].split()[1])
            command = (directory / "cmdline").read_bytes().split(b"\0")
            if parent == os.getpid() and handler.encode() in command:
                return directory
    raise NoProcessError(f"no process of {handler} in /proc, which only Linux has")


def _cpu_seconds(process: Path) -> float:
    """User and system time of a process so far (proc(5), fields 14 and 15 of stat)."""
    fields = (process / "stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
