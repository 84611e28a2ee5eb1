"""One line of a PostgreSQL log as RDS writes it. Pure.

The prefix is `%t:%r:%u@%d:[%p]:` or `%m:%r:%u@%d:[%p]:%l:%e:%s:%v:%x:%c:%q%a`. Background workers,
those of logical replication among them, have neither user nor database. ERROR, DETAIL, HINT,
CONTEXT and STATEMENT are lines of their own with the same pid (elog.c, send_message_to_server_log).
"""

import re
from dataclasses import dataclass
from datetime import datetime

from functions.notify.wording import parse_instant

ERROR_SEVERITIES = frozenset({"PANIC", "FATAL", "ERROR", "WARNING"})
PARTS = frozenset({"DETAIL", "HINT", "QUERY", "CONTEXT", "STATEMENT"})

_LINE = re.compile(
    r"(?P<time>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?) (?:UTC|GMT):"
    r"[^\n@]*?:(?P<user>[^\n:]*)@(?P<database>[^\n:]*):\[(?P<pid>\d+)\]:"
    r"[^\n]*?(?P<label>PANIC|FATAL|ERROR|WARNING|NOTICE|INFO|LOG|DEBUG|LOCATION"
    r"|DETAIL|HINT|QUERY|CONTEXT|STATEMENT|BACKTRACE):  (?P<text>.*)",
    re.DOTALL,
)
_CONFLICT_OR_DISABLED = re.compile(
    r"conflict detected on relation |subscription .* has been disabled because of an error"
)
"""What PostgreSQL tells at LOG although somebody has to act."""


@dataclass(frozen=True, slots=True)
class LogLine:
    """`label` is a severity or the name of a part (`DETAIL`); `text` what follows it."""

    time: datetime
    pid: int
    label: str
    text: str
    of_background_process: bool

    @property
    def is_error(self) -> bool:
        return self.label in ERROR_SEVERITIES or (
            self.label == "LOG" and _CONFLICT_OR_DISABLED.match(self.text) is not None
        )

    @property
    def is_part(self) -> bool:
        return self.label in PARTS


def parse(message: str) -> LogLine | None:
    """The parts of a line, continuation lines included; None if it has no such prefix."""
    match = _LINE.match(message)
    if match is None:
        return None
    try:
        time = parse_instant(match["time"])
    except ValueError:
        return None
    return LogLine(
        time=time,
        pid=int(match["pid"]),
        label=match["label"],
        text=match["text"].strip(),
        of_background_process=not match["user"] and not match["database"],
    )
