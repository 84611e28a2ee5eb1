"""Log lines and query rows as the tests need them: real ones, from PostgreSQL 16.14 and 18.4."""

from datetime import UTC, datetime, timedelta
from typing import Any

START = datetime(2026, 11, 22, 23, 34, tzinfo=UTC)
CONTEXT = (
    'processing remote data for replication origin "pg_16407" during message type "INSERT" for '
    'replication target relation "public.orders" in transaction 757, finished at 0/17345B8'
)
CONFLICT = 'conflict detected on relation "public.orders": conflict=insert_exists'
CONFLICT_DETAIL = (
    'Key already exists in unique index "orders_pkey", modified in transaction 768.\n'
    "\tKey (id)=(1); existing local row (1, O'Neil (a, b)\n"
    '\tsecond ERROR: line, 3.5); remote row (1, remote; "x" (id)=(9)\n'
    "\t\n"
    "\tWARNING: hi, 4)."
)


def line(label: str, text: str, second: int = 0, pid: int = 5451, who: str = ":@") -> str:
    """A line with RDS's prefix; `who` is `:@` for a worker, `host(port):user@database` else."""
    time = START + timedelta(seconds=second)
    return f"{time:%Y-%m-%d %H:%M:%S} UTC:{who}:[{pid}]:{label}:  {text}"


def row(message: str, time: str | None = None, **more: str) -> list[dict[str, Any]]:
    """A row of GetQueryResults as Step Functions hands it on."""
    fields = {"@timestamp": time, "@message": message, **more, "@ptr": "CmEKJg=="}
    return [{"Field": name, "Value": value} for name, value in fields.items() if value is not None]


def conflict(second: int, pid: int) -> list[str]:
    """What one failed attempt to apply leaves in the log of PostgreSQL 18."""
    return [
        line("ERROR", CONFLICT, second, pid),
        line("DETAIL", CONFLICT_DETAIL, second, pid),
        line("CONTEXT", CONTEXT, second, pid),
    ]
