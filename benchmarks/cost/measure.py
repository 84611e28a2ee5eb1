"""Counts what executions and checks take, on the local stack; no AWS account is asked.

A transition is a state that is entered (AWS counts each step that is executed), those of the Map's
iterations included. So many clusters are as many sets of parameters, which lead to the same pair of
servers.
"""

import json
import os
import re
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from benchmarks.cost.counts import HEALTHY, OPENED, RESOLVED, Check, Counts, Story
from functions.check_replication.answer import answer
from functions.check_replication.checked import Checked
from functions.report import ClusterReport, Finding, Status
from local.deployment import PARAMETER_PATH, PROJECT, deploy, functions, put_parameters
from local.stack import CLUSTER, Stack, start_stack
from sandbox.aws import FakeFunctions, LocalAws, SimulatedClock
from sandbox.aws.executions import start_execution, trace
from sandbox.aws.lambda_runtime import LambdaRuntime, LogEvent
from sandbox.logs.moto_events import MotoEvents
from sandbox.logs.queries import QueryService

INVOCATIONS: Final = {1: 60, 10: 30, 100: 10, 1_000: 3}
"""How often so many clusters are checked."""

_EVENT_OVERHEAD_BYTES: Final = 26
"""Per event, CloudWatch Logs API, PutLogEvents: size of a batch."""

_ITEM_OVERHEAD_BYTES: Final = 120
"""Of the memory's item: its key, names and times (DynamoDB guide, item sizes)."""

_PATIENCE_SECONDS: Final = 300
"""In the place of the function's time limit: stand-ins may be slower than what they stand for."""

_ROOM: Final = {"max_connections": "200"}
"""For the 64 connections of a check."""

_REQUEST: Final = re.compile("(GetItem|Query|Scan)|(DeleteItem|PutItem|UpdateItem)")
_SENT: Final = {"delivered": True, "sent": True, "snippet": "none", "explained": True}
_PLACE: Final = {"channel": "C1", "ts": "1700000000.000100"}
_DOWN: Final = {"delivered": False, "refused": False, "retry_after_seconds": None}
_WORDS: Final = dict.fromkeys(("error", "problem", "text", "subject"), "Slack is down")


class InvocationFailedError(Exception):
    """A check failed or found something, which costs something else; the message is its answer."""


def measure() -> Counts:
    """Takes a few minutes. Raises `InvocationFailedError`."""
    template = (PROJECT / "statemachine" / "template.yaml").read_text()
    deployed = functions({})["CheckReplication"]
    return Counts(
        date=f"{datetime.now(UTC):%Y-%m-%d}",
        memory_mb=deployed.memory_mb,
        limit_seconds=deployed.timeout_seconds,
        alarm_metrics=template.count("MetricName: "),  # an alarm on a sum of two counts twice
        dashboards=template.count("Type: AWS::CloudWatch::Dashboard"),
        stories=tuple(_stories()),
        checks=tuple(_checks()),
    )


def _stories() -> Iterator[Story]:
    """One after the other, as an outage goes; then the larger ones, each on its own."""
    with _machine() as machine:
        yield machine.run(HEALTHY, 1)
        yield machine.run(OPENED, 1, "apply_error")
        yield machine.run("broken as before: nobody is notified", 1, "apply_error")
        yield machine.run("changed: notified again", 1, "slot_lost")
        machine.clock.run(timedelta(minutes=61))
        yield machine.run("reminder", 1, "slot_lost")
        yield machine.run(RESOLVED, 1)
    with _machine() as machine:
        yield machine.run("healthy, 1,000 clusters", 1_000)
    with _machine() as machine:
        yield machine.run("opened, 10 clusters at once", 10, "apply_error")
    with _machine() as machine:
        machine.answer = _DOWN | _WORDS
        yield machine.run("opened, Slack down for ten minutes and more", 1, "apply_error", 20)


class _Machine:
    """The deployed definition in the interpreter, its functions as callables."""

    def __init__(self) -> None:
        self.answer: dict[str, Any] = _SENT | _PLACE
        self.clock = SimulatedClock(datetime(2026, 11, 23, 3, tzinfo=UTC))
        self._checked: list[Checked] = []
        self._functions = FakeFunctions({"CheckReplication": self._check, "Notify": self._notify})
        queries = QueryService(MotoEvents(LocalAws.account, LocalAws.region))
        self.aws = LocalAws(self._functions, queries, self.clock)
        self.arn = ""

    def run(self, name: str, clusters: int, cause: str | None = None, minutes: int = 1) -> Story:
        """Execute once with this outcome of the check."""
        self._checked = [Checked(report, has_memory=True) for report in _clusters(clusters, cause)]
        calls, notified = len(self.aws.gateway.calls), len(self._functions.events["Notify"])
        client = self.aws.client("stepfunctions")
        execution = start_execution(client, self.arn, {})
        self.clock.run(timedelta(minutes=minutes))
        made = [_REQUEST.fullmatch(call.action) for call in self.aws.gateway.calls[calls:]]
        return Story(
            name,
            clusters,
            transitions=len(trace(client, execution)),
            notified=len(self._functions.events["Notify"]) - notified,
            reads=sum(bool(request and request[1]) for request in made),
            writes=sum(bool(request and request[2]) for request in made),
        )

    def _check(self, event: dict[str, Any]) -> dict[str, Any]:
        return answer(event, self._checked, self.clock.now())

    def _notify(self, event: dict[str, Any]) -> dict[str, Any]:
        """As `functions.notify.notification`."""
        causes = [finding["cause"] for finding in event["cluster"]["findings"]]
        return {**self.answer, "causes": causes}


@contextmanager
def _machine() -> Iterator[_Machine]:
    machine = _Machine()
    with machine.aws:
        machine.arn = deploy(machine.aws, functions({}))
        for cluster in _clusters(10, None):
            machine.aws.client("logs").create_log_group(logGroupName=cluster.log_groups[0])
        yield machine


def _clusters(number: int, cause: str | None) -> list[ClusterReport]:
    """So many clusters, each with the same finding or with none."""
    status = Status.UNHEALTHY if cause else Status.HEALTHY
    findings = (Finding(cause, "A sentence.", "orders_sub"),) if cause else ()
    names = (f"cluster-{index:04}" for index in range(number))
    return [ClusterReport(name, status, (f"/aws/rds/{name}",), findings) for name in names]


def _checks() -> Iterator[Check]:
    with (
        tempfile.TemporaryDirectory(prefix="cost-") as directory,
        start_stack(Path(directory), settings=_ROOM) as stack,
    ):
        own = stack.parameters()
        publisher = [name for name in own if name.startswith("publisher/")]
        stack.aws.client("ssm").delete_parameters(
            Names=[f"{PARAMETER_PATH}{CLUSTER}/{name}" for name in publisher]
        )
        for clusters, invocations in INVOCATIONS.items():
            for name in own.keys() - set(publisher):
                others = (f"cluster-{number:04}/{name}" for number in range(1, clusters))
                put_parameters(stack.aws, dict.fromkeys(others, own[name]))
            yield _check(stack, clusters, invocations)


def _check(stack: Stack, clusters: int, invocations: int) -> Check:
    """By the function as a real process, warm."""
    function = replace(stack.functions["CheckReplication"], timeout_seconds=_PATIENCE_SECONDS)
    lines: list[LogEvent] = []
    aws = stack.aws
    runtime = LambdaRuntime(
        aws.region, aws.account, aws.endpoint_url, lambda _group, _stream, new: lines.extend(new)
    )
    runtime.deploy(function)
    try:
        memory = _invoke(runtime, function.name)
        lines.clear()
        calls, before = len(aws.gateway.calls), _processor_seconds(function.handler)
        for _ in range(invocations):
            memory = _invoke(runtime, function.name, memory)
        seconds = _processor_seconds(function.handler) - before
    finally:
        runtime.close()
    sizes = (len(line.message.encode()) + _EVENT_OVERHEAD_BYTES for line in lines)
    return Check(
        clusters,
        parameter_calls=sum(call.service == "ssm" for call in aws.gateway.calls[calls:])
        // invocations,
        metrics=len(custom_metrics(line.message for line in lines)),
        log_bytes=sum(sizes) // invocations,
        memory_bytes=len(memory) + _ITEM_OVERHEAD_BYTES,
        processor_seconds=round(seconds / invocations, 4),
    )


def _invoke(runtime: LambdaRuntime, name: str, memory: str | None = None) -> str:
    """Check as the state machine does, with the memory of the last check; what this one leaves."""
    event = {
        "execution": {"id": "arn", "started_at": f"{datetime.now(UTC).isoformat()}"},
        "remembered": [] if memory is None else [memory],
        "incidents": [],
    }
    result = runtime.invoke(name, json.dumps(event).encode())
    if result.function_error or not (document := json.loads(result.payload))["healthy"]:
        raise InvocationFailedError(result.payload.decode())
    return str(document["memory"])


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


def _processor_seconds(handler: str) -> float:
    """Of our process that runs this handler, so far (proc(5), fields 4, 14, 15 of stat)."""
    for directory in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # processes come and go
            fields = (directory / "stat").read_text().rpartition(")")[2].split()
            if int(fields[1]) == os.getpid():
                command = (directory / "cmdline").read_bytes().split(b"\0")
                if handler.encode() in command:
                    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    raise InvocationFailedError(f"no process of {handler} in /proc, which only Linux has")
