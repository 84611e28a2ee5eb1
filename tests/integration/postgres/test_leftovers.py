"""Whatever happens to the Python process that started servers, they end with it."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from sandbox.postgres.account import private_directory, server_identity
from sandbox.postgres.waiting import wait_until

PROJECT = Path(__file__).parents[3]

PROGRAM = """
import signal, sys
from pathlib import Path
from local.postgres.pair import start_pair

signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job inherits "ignore"
with start_pair(Path(sys.argv[1])) as pair:
    for server in (pair.publisher, pair.subscriber):
        print(server.data_directory.parent, flush=True)
    if "raise" in sys.stdin.readline():
        raise RuntimeError("told to")
"""

GIVE_ROOT_UP = """
import atexit, encodings.idna, os, stringprep, local.postgres.pair

user, group = map(int, os.environ["USER_AND_GROUP"].split())
os.setgroups([])
os.setgid(group)
os.setuid(user)
atexit.register(lambda: os.geteuid() and print("as an ordinary user"))
"""

Ending = Callable[["subprocess.Popen[str]"], object]


def say(line: str) -> Ending:
    return lambda program: print(line, file=program.stdin, flush=True)


def send(signal_: signal.Signals) -> Ending:
    return lambda program: program.send_signal(signal_)


@pytest.mark.parametrize(
    "ending",
    [say(""), say("raise"), *map(send, (signal.SIGINT, signal.SIGTERM, signal.SIGKILL))],
    ids=["normal end", "exception", "SIGINT", "SIGTERM", "SIGKILL"],
)
def test_no_process_is_left(tmp_path: Path, ending: Ending) -> None:
    """However the program ends, every process below it ends soon."""
    with running(tmp_path) as program:
        family = descendants(program.pid)
        assert len(family) > 10, "two servers with their workers and watchdogs"

        ending(program)

        program.wait()
        wait_until(
            lambda: not family & parents().keys(),
            that="the servers' processes are gone",
            look_at=lambda: f"Still there: {family & parents().keys()}; logs in {tmp_path}",
        )


@contextmanager
def running(directory: Path) -> Iterator["subprocess.Popen[str]"]:
    """The program with its pair up; removes the data that a killed one leaves."""
    with (
        ExitStack() as afterwards,
        (directory / "errors.txt").open("w") as errors,
        subprocess.Popen(
            [sys.executable, "-c", PROGRAM, directory],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            cwd=PROJECT,
        ) as program,
    ):
        assert program.stdout is not None
        for _ in ("publisher", "subscriber"):
            home = program.stdout.readline().strip()
            afterwards.callback(shutil.rmtree, home, ignore_errors=True)
        try:
            yield program
        finally:
            program.kill()


def descendants(pid: int) -> set[int]:
    parent_of = parents()
    family = {pid}
    while more := {child for child, parent in parent_of.items() if parent in family} - family:
        family |= more
    return family - {pid}


def parents() -> dict[int, int]:
    """Every living process and its parent, zombies left out (Linux's /proc)."""
    found = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, parent = status.read_text().rpartition(")")[2].split()[:2]
        except (FileNotFoundError, ProcessLookupError):
            continue
        if state != "Z":
            found[int(status.parent.name)] = int(parent)
    return found


@pytest.mark.skipif(os.geteuid() != 0, reason="the whole run is this test already")
def test_ordinary_user() -> None:
    """A user who is not root starts and stops a pair as himself.

    The program is loaded before it gives root up: the interpreter may lie where only root can go.
    """
    logs = private_directory("postgres-logs-")
    identity = server_identity()
    try:
        done = subprocess.run(
            [sys.executable, "-c", GIVE_ROOT_UP + PROGRAM, logs],
            input="\n",
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
            env={
                **os.environ,
                "PYTHONPATH": os.pathsep.join([str(PROJECT), *sys.path]),
                "USER_AND_GROUP": f"{identity['user']} {identity['group']}",
            },
        )
    finally:
        shutil.rmtree(logs)

    assert (0, "") == (done.returncode, done.stderr)
    assert done.stdout.endswith("as an ordinary user\n")
