"""Verdicts, incidents as the table holds them, and what transitions.jsonata makes of the two."""

from datetime import UTC, datetime, timedelta
from typing import Any

from functions.check_replication import selection
from sandbox.aws.moto_adapters.jsonata import evaluate
from scripts.definition import expression

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
EPOCH = int(NOW.timestamp())
DAY = 86_400
MONITOR: dict[str, Any] = {
    "cluster": selection.MONITOR,
    "status": "healthy",
    "fingerprint": "healthy",
    "findings": [],
    "log_groups": [],
}


def at(minutes: float) -> str:
    """An instant, minutes from now; what has passed is negative."""
    moment = NOW + timedelta(minutes=minutes)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def verdict(name: str = "shop", status: str = "unhealthy", **more: Any) -> dict[str, Any]:
    """One cluster of a report."""
    findings = [] if status == "healthy" else [{"cause": "apply_error", "summary": "x"}]
    fingerprint = {"unhealthy": "f1", "unknown": "f?", "healthy": "f0"}[status]
    return {
        "cluster": name,
        "status": status,
        "fingerprint": fingerprint,
        "findings": findings,
        "log_groups": [],
        **more,
    }


def incident(**more: Any) -> dict[str, Any]:
    """An incident opened and told half an hour ago."""
    return {
        "cluster": "shop",
        "status": "open",
        "fingerprint": "f1",
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
            return {"L": [{"S": one} for one in value]}
        return {"S": value}

    return {name: attribute(value) for name, value in document.items()}


def decided(
    clusters: list[dict[str, Any]],
    incidents: list[dict[str, Any]],
    *,
    started: float = -0.1,
    **input_: Any,
) -> list[dict[str, Any]]:
    return decided_from(clusters, [typed(one) for one in incidents], started=started, **input_)


def decided_from(
    clusters: list[dict[str, Any]],
    items: list[dict[str, Any]],
    *,
    started: float = -0.1,
    **input_: Any,
) -> list[dict[str, Any]]:
    """As `decided`, from items as DynamoDB returns them."""
    states = {
        "context": {
            "Execution": {"Id": "arn:me", "StartTime": at(started), "Input": input_},
        },
        "result": {"Items": items},
    }
    failed = any(one["cluster"] == MONITOR["cluster"] for one in clusters)
    variables = {"clusters": clusters if failed else [*clusters, MONITOR], "states": states}
    result: list[dict[str, Any]] = evaluate(expression("transitions.jsonata"), variables, NOW)
    return result


def transition(
    cluster: dict[str, Any], stored: dict[str, Any] | None, *, started: float = -0.1, **input_: Any
) -> str:
    done = decided([cluster], [] if stored is None else [stored], started=started, **input_)
    return str(done[0]["transition"]) if done else "none"


TOLD = ("last_notified_at", "fingerprint", "causes", "explained")
CLAIMED = {
    "claimed_by": "arn:other",
    "claimed_for": "opened",
    "claimed_until": at(4),
    "decided_at": at(-1),
}
CLOSED = incident(status="closed", closed_at=at(-4), fingerprint="f0", expires_at=EPOCH + 6 * 60)
SUSPECTED = {
    "cluster": "shop",
    "status": "suspected",
    "unknown_runs": 1,
    "unknown_since": at(-1),
    "decided_at": at(-1),
    "expires_at": EPOCH + DAY,
}
