"""One line of a PostgreSQL log as RDS writes it. Pure.

The prefix is `%t:%r:%u@%d:[%p]:` or `%m:%r:%u@%d:[%p]:%l:%e:%s:%v:%x:%c:%q%a`. Background workers,
those of logical replication among them, have no client, user or database: `UTC::@:[pid]:`. Anybody
may log in, and fail, under a user name that looks like the rest of such a line. ERROR, DETAIL,
HINT, CONTEXT and STATEMENT are lines of their own with the same pid (elog.c,
send_message_to_server_log).
"""

import re
from dataclasses import dataclass
from datetime import datetime

from functions.catalogue import IN_READING_ORDER
from functions.notify.text import parse_instant

ERROR_SEVERITIES = frozenset({"PANIC", "FATAL", "ERROR", "WARNING"})
PARTS = frozenset({"DETAIL", "HINT", "QUERY", "CONTEXT", "STATEMENT"})

_LINE = re.compile(
    r"(?P<time>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?) (?:UTC|GMT):"
    r"(?:(?P<background>:@:)|[^\n]*?@[^\n]*?:)\[(?P<pid>\d+)\]:"
    r"(?:\d+:(?P<sqlstate>[0-9A-Z]{5}):)?[^\n]*?(?P<label>PANIC|FATAL|ERROR|WARNING|NOTICE|INFO|LOG|DEBUG|LOCATION"
    r"|DETAIL|HINT|QUERY|CONTEXT|STATEMENT|BACKTRACE):  (?P<text>.*)",
    re.DOTALL,
)
_REMARK = re.compile("|".join(text for cause in IN_READING_ORDER for text in cause.in_log.remarks))
"""What PostgreSQL says at LOG although somebody has to act."""


_BARE_WARNING = re.compile(r'^WARNING:  (skipped loading publication "[^\n]*")$', re.MULTILINE)


@dataclass(frozen=True, slots=True)
class LogLine:
    """`label` is a severity or the name of a part (`DETAIL`); `text` what follows it.

    `sqlstate` is known from the longer prefix only; `00000` means no error.
    """

    time: datetime
    pid: int
    label: str
    text: str
    of_background_process: bool
    sqlstate: str | None = None

    @property
    def is_error(self) -> bool:
        return self.label in ERROR_SEVERITIES or (
            self.label == "LOG" and _REMARK.match(self.text) is not None
        )


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
        of_background_process=match["background"] is not None,
        sqlstate=match["sqlstate"],
    )


def bare_warning(message: str) -> str | None:
    """A warning of the publisher's that the subscriber writes to its log without a prefix (18).

    It stands alone or below another process's line; lines of an error's own text begin with a tab.
    """
    match = _BARE_WARNING.search(message)
    return None if match is None else match[1]
