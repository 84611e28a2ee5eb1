"""The functions as real processes: CheckReplication of more and more clusters, and Notify.

N clusters are N sets of parameters that lead to the same local pair of servers.
"""

import tempfile
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from benchmarks.cost.measurements import Use
from benchmarks.cost.metered import Event, metered
from functions.report import ClusterReport, Finding, Status
from local.deployment import PARAMETER_PATH, put_parameters
from local.stack import CLUSTER, Stack, start_stack

_INVOCATIONS: Final = {1: 60, 10: 30, 100: 10, 1_000: 3}
"""How often so many clusters are checked."""

_WITH_PUBLISHERS: Final = 100
_ALERTS: Final = 30
_LOG_LINES: Final = 80
"""As many as the state machine's query asks for."""

_ATTEMPT: Final = (
    'ERROR:  duplicate key value violates unique constraint "orders_pkey"',
    (
        'CONTEXT:  processing remote data for replication origin "pg_16389" during message type '
        '"INSERT" for replication target relation "public.orders" in transaction 755, '
        "finished at 0/17184E8"
    ),
)

_SETTINGS: Final = {"max_connections": "200"}
"""Room for the 64 connections of a check."""


def measure(tell: Callable[[str], None]) -> tuple[tuple[Use, ...], Use]:
    """CheckReplication, then Notify; `tell` hears what is being done."""
    checks: list[Use] = []
    with (
        tempfile.TemporaryDirectory(prefix="cost-") as directory,
        start_stack(Path(directory), settings=_SETTINGS, announce=tell) as stack,
    ):
        own = stack.parameters()
        publisher = {name: value for name, value in own.items() if name.startswith("publisher/")}
        subscriber = {name: value for name, value in own.items() if name not in publisher}
        _remove(stack, [CLUSTER], publisher)
        for clusters in _INVOCATIONS:
            tell(f"checking {clusters:,} clusters")
            names = _names(clusters)
            _add(stack, names, subscriber)
            checks.append(_check(stack, clusters, publishers=False))
            if clusters == _WITH_PUBLISHERS:
                _add(stack, names, publisher)
                checks.append(_check(stack, clusters, publishers=True))
                _remove(stack, names, publisher)
        tell("notifying")
        return tuple(checks), _notify(stack)


def _names(clusters: int) -> list[str]:
    return [CLUSTER, *(f"cluster-{number:04}" for number in range(1, clusters))]


def _add(stack: Stack, clusters: Iterable[str], parameters: dict[str, str]) -> None:
    for cluster in clusters:
        put_parameters(
            stack.aws, {f"{cluster}/{name}": value for name, value in parameters.items()}
        )


def _remove(stack: Stack, clusters: Iterable[str], names: Iterable[str]) -> None:
    ssm = stack.aws.client("ssm")
    for cluster in clusters:
        ssm.delete_parameters(Names=[f"{PARAMETER_PATH}{cluster}/{name}" for name in names])


def _check(stack: Stack, clusters: int, *, publishers: bool) -> Use:
    events: list[Event] = [{} for _ in range(1 + _INVOCATIONS[clusters])]
    with metered(stack.aws, stack.functions["CheckReplication"], _not_healthy) as function:
        return function.use(events, clusters=clusters, publishers=publishers)


def _not_healthy(answer: dict[str, Any]) -> str:
    """Whatever else than healthy was found costs something else."""
    findings = [finding for cluster in answer["clusters"] for finding in cluster["findings"]]
    return "; ".join(sorted({f"{found['cause']}: {found['summary']}" for found in findings}))


def _notify(stack: Stack) -> Use:
    """Each alert is that of a new incident: posted, with the errors attached."""
    begin = datetime(2026, 11, 23, tzinfo=UTC)
    events = [_alert(begin + timedelta(hours=number)) for number in range(1 + _ALERTS)]
    with metered(stack.aws, stack.functions["Notify"], _not_told) as function:
        return function.use(events, clusters=0)


def _not_told(answer: dict[str, Any]) -> str:
    return "" if answer.get("snippet") == "posted" else f"Notify answered {answer}"


def _alert(at: datetime) -> Event:
    finding = Finding("apply_error", "Applying fails.", "orders_sub", {"apply_error_count": 8})
    cluster = ClusterReport(CLUSTER, Status.UNHEALTHY, ("a-log-group",), (finding,))
    return {
        "cluster": cluster.to_json(),
        "transition": "opened",
        "query": {"status": "Complete", "error": None, "results": list(_log_rows(at))},
        "incident": {"opened_at": at.isoformat(timespec="milliseconds"), "notifications": 0},
        "execution": {"id": "an-execution", "started_at": at.isoformat()},
    }


def _log_rows(at: datetime) -> Iterable[list[dict[str, str]]]:
    """A worker that fails every five seconds, as Logs Insights gives its lines."""
    for number in range(_LOG_LINES // len(_ATTEMPT)):
        time = at - timedelta(seconds=5 * number)
        for text in _ATTEMPT:
            yield [
                {"Field": "@timestamp", "Value": f"{time:%Y-%m-%d %H:%M:%S}.000"},
                {"Field": "@message", "Value": f"{time:%Y-%m-%d %H:%M:%S} UTC::@:[4711]:{text}"},
            ]
