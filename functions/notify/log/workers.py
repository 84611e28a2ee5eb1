"""Which subscription a worker in the log belongs to. Pure.

An ERROR names neither; other lines of the same process do: "… worker for subscription … has
started" its name, the origin in a CONTEXT (`pg_<oid>`, of a table's copy `pg_<oid>_<relid>`) its
OID (PostgreSQL: replication/logical/worker.c, launcher.c, origin.c). A message that may be free
text, a trigger's, says nothing.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from functions.notify.log.context import Context, read_context
from functions.notify.log.line import LogLine
from functions.notify.log.moments import Moments

_WORKER: Final = (
    r'(?:logical replication )?(?P<kind>[a-z ]+) worker for subscription "(?P<name>.*)" '
)
_STARTED: Final = re.compile(rf"{_WORKER}has started", re.DOTALL)
_UNCONNECTED: Final = re.compile(rf"{_WORKER}could not connect to the publisher: .*", re.DOTALL)
_OF_TABLE: Final = re.compile(r'(?P<name>.*)", table "(?P<table>.*)', re.DOTALL)
_DISABLED: Final = re.compile(
    r'subscription "(?P<name>.*)" has been disabled because of an error', re.DOTALL
)
_ORIGIN: Final = re.compile(r"pg_(?P<oid>\d+)(?P<of_table>_\d+)?")
_SYNC_SLOT: Final = re.compile(
    r"(?:could not [^:\"\n]+?(?:: (?:ERROR|FATAL):  | ))?"
    r'replication slot "pg_(?P<oid>\d+)_sync_\d+_\d+"'
)
_COPY: Final = re.compile(r"could not start initial contents copy for table ")
_SYNCHRONIZATION: Final = "table synchronization"
_EXITED: Final = re.compile(
    r'background worker "(?P<who>logical replication [a-z ]*worker)" \(PID (?P<pid>\d+)\) '
    r"(?P<how>exited with exit code \d+)"
)
_ONE_SECOND: Final = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Worker:
    """What is known of a worker: its subscription by name, by OID, by both or not at all.

    `copies_table` is true for one that makes a table's initial copy; `table` is its bare name.
    """

    subscription: str | None = None
    subscription_oid: int | None = None
    copies_table: bool = False
    table: str | None = None

    @property
    def identity(self) -> str | int | None:
        """The subscription, by name if it is known."""
        return self.subscription or self.subscription_oid

    def completed_by(self, other: "Worker") -> "Worker":
        return Worker(
            self.subscription or other.subscription,
            self.subscription_oid or other.subscription_oid,
            self.copies_table or other.copies_table,
            self.table or other.table,
        )


@dataclass(frozen=True, slots=True)
class Exit:
    """The postmaster's word that a replication worker ended with an error (postmaster.c)."""

    pid: int
    words: str


def read_exit(line: LogLine) -> Exit | None:
    """None for any other line. What may be a function's own words has a CONTEXT elsewhere."""
    found = _EXITED.match(line.text) if line.label == "LOG" and line.of_background_process else None
    return None if found is None else Exit(int(found["pid"]), f"{found['who']} {found['how']}")


@dataclass(frozen=True, slots=True)
class _Life:
    """A process between two others with its pid; `begin` is None if the log reaches not so far."""

    begin: datetime | None
    worker: Worker


class Workers:
    """The workers that the lines of a log, in any order, speak of."""

    def __init__(self, lines: Iterable[LogLine], moments: Moments) -> None:
        self._lives: dict[int, list[_Life]] = defaultdict(list)
        for line in sorted(lines, key=_second_and_start):
            identified = _identified_by(line, moments)
            if identified is not None:
                self._add(line, identified)
        known = [life.worker for lives in self._lives.values() for life in lives]
        self._names = {
            worker.subscription_oid: worker.subscription for worker in known if worker.subscription
        }

    def of(self, line: LogLine) -> Worker:
        """The worker that wrote a line, as far as the lines say; a session is none."""
        if not line.of_background_process:
            return Worker()
        lives = self._lives.get(line.pid, [])
        until = line.time + _ONE_SECOND
        begun = [life.worker for life in lives if life.begin is None or life.begin < until]
        worker = begun[-1] if begun else Worker()
        name = worker.subscription or self._names.get(worker.subscription_oid)
        return replace(worker, subscription=name)

    def apply_starts(self) -> dict[str, list[datetime]]:
        """When apply workers started, by subscription."""
        starts: dict[str, list[datetime]] = defaultdict(list)
        for life in (life for lives in self._lives.values() for life in lives):
            worker = life.worker
            if life.begin is not None and worker.subscription and not worker.copies_table:
                starts[worker.subscription].append(life.begin)
        return dict(starts)

    def _add(self, line: LogLine, identified: Worker) -> None:
        lives = self._lives[line.pid]
        if _starts(line) or not lives:
            lives.append(_Life(line.time if _starts(line) else None, identified))
        else:
            lives[-1] = replace(lives[-1], worker=lives[-1].worker.completed_by(identified))


def _starts(line: LogLine) -> bool:
    return line.label == "LOG" and line.text.endswith(" has started")


def _second_and_start(line: LogLine) -> tuple[datetime, bool]:
    """Within a second lines have no order, but a process cannot speak before it starts."""
    return line.time.replace(microsecond=0), not _starts(line)


def _identified_by(line: LogLine, moments: Moments) -> Worker | None:
    if not line.of_background_process:
        return None
    if line.label == "LOG":
        return _told_by_log(line.text)
    if line.label == "CONTEXT":
        return _told_by_context(read_context(line.text))
    return _told_by_message(line.text) if line.is_error and not moments.contexts(line) else None


def _told_by_log(text: str) -> Worker | None:
    if match := _STARTED.fullmatch(text):
        return _named(match["kind"], match["name"])
    match = _DISABLED.fullmatch(text)
    return None if match is None else Worker(match["name"])


def _told_by_context(context: Context) -> Worker | None:
    if match := _ORIGIN.fullmatch(context.place.get("origin", "")):
        return Worker(None, int(match["oid"]), match["of_table"] is not None)
    return Worker(copies_table=True) if context.of_copy else None


def _told_by_message(text: str) -> Worker | None:
    """Those that a worker writes before it copies or applies anything have no CONTEXT."""
    if match := _UNCONNECTED.fullmatch(text):
        return _named(match["kind"], match["name"])
    if match := _SYNC_SLOT.match(text):
        return Worker(None, int(match["oid"]), copies_table=True)
    return Worker(copies_table=True) if _COPY.match(text) else None


def _named(kind: str, name: str) -> Worker:
    of_table = _OF_TABLE.fullmatch(name) if kind.endswith(_SYNCHRONIZATION) else None
    if of_table is not None:
        return Worker(of_table["name"], copies_table=True, table=of_table["table"])
    return Worker(name, copies_table=kind.endswith(_SYNCHRONIZATION))
