"""Verdicts, incidents as the table holds them, and what is decided from the two."""

from datetime import UTC, datetime, timedelta
from typing import Any

from functions.incidents import asked
from functions.incidents.asked import EVERYTHING, Asked
from functions.incidents.decision import Run, Verdict
from functions.incidents.work import decide
from functions.report import ClusterReport, Finding, Status

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
EPOCH = int(NOW.timestamp())
DAY = 86_400
MONITOR = asked.MONITOR
CAUSES = {
    "unhealthy": ("slot_lost",),
    "unknown": ("database_unreachable",),
    "healthy": (),
}


def at(minutes: float) -> str:
    """An instant, minutes from now; what has passed is negative."""
    moment = NOW + timedelta(minutes=minutes)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def verdict(
    name: str = "shop",
    status: str = "unhealthy",
    causes: tuple[str, ...] | None = None,
    *,
    muted: tuple[str, ...] = (),
    has_memory: bool = True,
    **more: Any,
) -> Verdict:
    """A cluster with findings of these causes, by default one that fits the status."""
    report = ClusterReport(
        name,
        Status(status),
        findings=findings(*CAUSES[status] if causes is None else causes),
        muted=findings(*muted),
        **more,
    )
    return Verdict(report, has_memory=has_memory)


def findings(*causes: str) -> tuple[Finding, ...]:
    return tuple(Finding(cause, "x", "orders_sub") for cause in causes)


BROKEN, UNKNOWN, HEALTHY = (
    verdict(status=status).report.fingerprint for status in ("unhealthy", "unknown", "healthy")
)


def incident(**more: Any) -> dict[str, Any]:
    """An incident opened and notified of half an hour ago."""
    return {
        "cluster": "shop",
        "status": "open",
        "fingerprint": BROKEN,
        "causes": ["apply_conflict", "slot_lost"],
        "opened_at": at(-30),
        "last_notified_at": at(-30),
        "decided_at": at(-30),
        "notifications": 1,
        "explained": "true",
        "channel": "C1",
        "ts": "1.1",
        "expires_at": EPOCH + 30 * DAY,
        **more,
    }


def without(document: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in document.items() if name not in names}


def typed(document: dict[str, Any]) -> dict[str, Any]:
    """As DynamoDB returns it."""

    def attribute(value: Any) -> dict[str, Any]:
        if isinstance(value, int):
            return {"N": str(value)}
        if isinstance(value, list):
            return {"L": [{"S": text} for text in value]}
        return {"S": value}

    return {name: attribute(value) for name, value in document.items()}


def decided(
    verdicts: list[Verdict],
    incidents: list[dict[str, Any]],
    *,
    started: float = -0.1,
    force_notify: bool = False,
    asked: Asked = EVERYTHING,
) -> list[dict[str, Any]]:
    items = [typed(stored) for stored in incidents]
    return decided_from(verdicts, items, started=started, force_notify=force_notify, asked=asked)


def decided_from(
    verdicts: list[Verdict],
    items: list[dict[str, Any]],
    *,
    started: float = -0.1,
    force_notify: bool = False,
    asked: Asked = EVERYTHING,
) -> list[dict[str, Any]]:
    """As `decided`, from items as DynamoDB returns them."""
    run = Run("arn:me", NOW + timedelta(minutes=started), NOW, force_notify, asked)
    return [work.to_json() for work in decide(verdicts, items, run)]


def transition(
    cluster: Verdict,
    stored: dict[str, Any] | None,
    *,
    started: float = -0.1,
    force_notify: bool = False,
) -> str:
    incidents = [] if stored is None else [stored]
    work = decided([cluster], incidents, started=started, force_notify=force_notify)
    return str(work[0]["transition"]) if work else "none"


REPORTED = ("last_notified_at", "fingerprint", "causes", "explained")
CLAIMED = {
    "claimed_by": "arn:other",
    "claimed_for": "opened",
    "claimed_until": at(4),
    "decided_at": at(-1),
}
CLOSED = incident(status="closed", closed_at=at(-4), fingerprint=HEALTHY, expires_at=EPOCH + 6 * 60)
SUSPECTED = {
    "cluster": "shop",
    "status": "suspected",
    "unknown_runs": 1,
    "unknown_since": at(-1),
    "decided_at": at(-1),
    "expires_at": EPOCH + DAY,
}
