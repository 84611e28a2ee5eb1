"""Findings with the evidence every one of a subscription carries. Pure."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

from functions.catalogue.quoting import identifier
from functions.check_replication.diagnosis.samples import PublisherSamples, Samples
from functions.check_replication.snapshot import Subscription
from functions.report import Evidence, Finding

_TABLES_NAMED: Final = 10


def finding(
    cause: str, subscription: Subscription, samples: Samples, summary: str, **more: Evidence
) -> Finding:
    """What is wrong with a subscription; keys of `more` go before the common ones."""
    common: dict[str, Evidence] = {
        "database": subscription.database,
        "subscription_oid": subscription.oid,
        "worker_pid": subscription.worker_pid,
        "apply_error_count": subscription.apply_error_count,
        "sync_error_count": subscription.sync_error_count,
        "slot_name": subscription.slot_name,
        "publications": ", ".join(map(identifier, subscription.publications)),
        "publication": subscription.publications[0]
        if len(subscription.publications) == 1
        else None,
        "last_msg_send_time": instant(subscription.last_msg_send_time),
        "last_msg_receipt_time": instant(subscription.last_msg_receipt_time),
        "server_version": samples.latest.server_version,
    }
    evidence = more | {key: value for key, value in common.items() if key not in more}
    return Finding(cause, summary, subscription.name, evidence)


def of_publisher(publisher: PublisherSamples) -> dict[str, Evidence]:
    return {
        "publisher": publisher.address,
        "publisher_database": publisher.latest.database,
        "publisher_version": publisher.latest.server_version,
    }


def instant(time: datetime | None) -> str | None:
    return None if time is None else time.astimezone(UTC).isoformat(timespec="seconds")


def lsn(position: float) -> str:
    """As PostgreSQL writes it."""
    return f"{int(position) >> 32:X}/{int(position) & 0xFFFFFFFF:X}"


def named(tables: Iterable[str]) -> dict[str, Evidence]:
    """One table, or a bounded list of them and their number; names are ready to stand in SQL."""
    names = sorted(tables)
    if len(names) == 1:
        return {"table": names[0], "tables": names[0]}
    more = ", …" if len(names) > _TABLES_NAMED else ""
    return {"tables": ", ".join(names[:_TABLES_NAMED]) + more, "table_count": len(names)}
