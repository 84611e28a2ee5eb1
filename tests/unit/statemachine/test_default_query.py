"""Which lines of a log the default query brings; the words are those of PostgreSQL 15 to 18."""

from pathlib import Path

import pytest

from sandbox.logs.events import LogEvent
from sandbox.logs.insights import parse

QUERY = Path("statemachine/default_query.txt").read_text()
SHORT = "2026-11-26 01:40:03 UTC::@:[6132]:"
LONG = "2026-11-26 01:40:03.123 UTC::@:[6132]:5:00000:2026-11-26 01:30:00 UTC::0:6b07.18:"
WORKER = 'background worker "logical replication'
SESSION = "2026-11-26 01:40:03 UTC:10.0.0.9(51000):app@shop:[99]:"


def brought(message: str) -> bool:
    event = LogEvent(1, message, "1", "/aws/rds/cluster/c/postgresql", "instance.0", 1, "p")
    return bool(parse(QUERY).run([event]).rows)


@pytest.mark.parametrize("prefix", [SHORT, LONG], ids=["short prefix", "long prefix"])
@pytest.mark.parametrize(
    "text",
    [
        "ERROR:  canceling statement due to lock timeout",
        "FATAL:  terminating connection due to transaction timeout",
        'LOG:  logical replication apply worker for subscription "s" has started',
        f'LOG:  {WORKER} worker" (PID 62) was terminated by signal 9: Killed',
        f'LOG:  {WORKER} apply worker" (PID 62) was terminated by signal 11: Segmentation fault',
        "LOG:  server process (PID 627) was terminated by signal 9: Killed",
        "LOG:  client backend (PID 627) was terminated by signal 9: Killed",
        f'LOG:  {WORKER} worker" (PID 6) exited with exit code 1',
        f'LOG:  {WORKER} tablesync worker" (PID 6) exited with exit code 1',
        "LOG:  database system was interrupted; last known up at 2026-11-26 01:40:02 UTC",
        "LOG:  database system is ready to accept connections",
    ],
)
def test_what_a_person_needs_comes(prefix: str, text: str) -> None:
    assert brought(f"{prefix}{text}")


@pytest.mark.parametrize(
    "message",
    [
        f"{SHORT}LOG:  checkpoint starting: time",
        f"{SHORT}LOG:  terminating any other active server processes",
        f"{SHORT}LOG:  database system was shut down at 2026-11-26 01:40:02 UTC",
        f"{SHORT}LOG:  redo done at 0/16ED778",
        f'{SHORT}LOG:  background worker "parallel worker" (PID 6) exited with exit code 1',
        f"{SESSION}LOG:  server process (PID 6) was terminated by signal 9: Killed",
        f"{SESSION}ERROR:  canceling statement due to statement timeout",
    ],
)
def test_what_says_nothing_new_stays(message: str) -> None:
    assert not brought(message)
