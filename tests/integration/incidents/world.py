"""What the monitor sees of a cluster: its reports and its log, as functions of simulated time."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from functions.check_replication.answer import answer
from functions.check_replication.checked import Checked
from functions.report import ClusterReport, Finding, Status
from sandbox.aws import LocalAws
from sandbox.logs.events import LogEvent
from tests.unit.notify.logs import START, conflict

CLUSTER = "sample-cluster"
LOG_GROUP = f"/aws/rds/cluster/{CLUSTER}/postgresql"

FAILS = Finding(
    "apply_error",
    "Its apply worker fails again and again.",
    "orders_sub",
    {"subscription_oid": 16407, "apply_error_count": 8},
)
SLOT_UNUSED = Finding("slot_inactive", "Nobody reads from its slot.", "orders_sub")
UNREACHABLE = Finding("database_unreachable", "Connection refused.")

FOR_EVER = datetime.max.replace(tzinfo=UTC)
RETRIES_EVERY = timedelta(seconds=10)
LOG_COMES_LATE_BY = timedelta(seconds=75)


@dataclass(frozen=True, slots=True)
class Outage:
    """Something is wrong from `begin` until before `end`; `FAILS` writes into the log."""

    finding: Finding
    begin: datetime
    end: datetime = FOR_EVER

    def holds_at(self, instant: datetime) -> bool:
        return self.begin <= instant < self.end


class World:
    """One cluster, at the instant `now` gives."""

    def __init__(self, now: Callable[[], datetime], outages: Iterable[Outage] = ()) -> None:
        self._now = now
        self._outages = list(outages)
        self.check_fails = False

    def break_(self, finding: Finding) -> None:
        """From now on, until `fix`."""
        self._outages.append(Outage(finding, self._now()))

    def fix(self) -> None:
        """Everything, from now on."""
        self._outages = [
            replace(outage, end=min(outage.end, self._now())) for outage in self._outages
        ]

    def forget(self) -> None:
        """Nothing was ever wrong."""
        self._outages.clear()
        self.check_fails = False

    def check(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """What CheckReplication returns. Raises `TimeoutError` while `check_fails`."""
        if self.check_fails:
            raise TimeoutError
        now = self._now()
        findings = tuple(outage.finding for outage in self._outages if outage.holds_at(now))
        cluster = ClusterReport(CLUSTER, _status(findings), (LOG_GROUP,), findings)
        return answer(event, [Checked(cluster, has_memory=True)], now)

    def log(self, log_group: str, start_ms: int, end_ms: int) -> list[LogEvent]:
        """What CloudWatch Logs has by now of that time (epoch milliseconds, inclusive).

        Only the cluster's log group has lines.
        """
        if log_group != LOG_GROUP:
            return []
        begin = datetime.fromtimestamp(start_ms / 1000, UTC)
        end = min(datetime.fromtimestamp(end_ms / 1000, UTC), self._now() - LOG_COMES_LATE_BY)
        return [
            _event(line, at)
            for outage in self._outages
            if outage.finding is FAILS
            for at in _attempts(outage, begin, end)
            for line in conflict(int((at - START).total_seconds()), pid=at.minute + 100)
        ]


def _status(findings: tuple[Finding, ...]) -> Status:
    if not findings:
        return Status.HEALTHY
    return Status.UNKNOWN if findings == (UNREACHABLE,) else Status.UNHEALTHY


def _attempts(outage: Outage, begin: datetime, end: datetime) -> Iterator[datetime]:
    at = outage.begin
    while at <= end and at < outage.end:
        if at >= begin:
            yield at
        at += RETRIES_EVERY


def _event(line: str, at: datetime) -> LogEvent:
    return LogEvent(
        timestamp=int(at.timestamp() * 1000),
        message=line,
        account=LocalAws.account,
        log_group=LOG_GROUP,
        log_stream=f"{CLUSTER}-instance-1",
        ingestion_time=int((at + LOG_COMES_LATE_BY).timestamp() * 1000),
        id=f"{at:%H%M%S} {line}",
    )
