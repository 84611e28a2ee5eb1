"""`python -m local` as its user runs it: one process stays up, others send it commands."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from local.__main__ import main
from local.control import ADDRESS_FILE
from local.deployment import PROJECT
from local.trials.command import RESULTS


def command(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "local", *arguments],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        capture_output=True,
        text=True,
        check=False,
    )


def descendants(pid: int) -> set[int]:
    """Every process below this one, by /proc."""
    children: dict[int, list[int]] = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        children.setdefault(int(fields[1]), []).append(int(status.parent.name))
    found: set[int] = set()
    below = [pid]
    while below:
        below = [child for parent in below for child in children.get(parent, [])]
        found.update(below)
    return found


@pytest.fixture
def up(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """A stack in a process of its own, in a folder of its own."""
    with subprocess.Popen(
        [sys.executable, "-m", "local", "up"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            while not (tmp_path / ADDRESS_FILE).exists():
                assert process.poll() is None, "the stack ended before it was up"
                time.sleep(0.1)
            yield process, tmp_path
        finally:
            process.terminate()


def test_a_stack_in_one_terminal_is_run_broken_and_fixed_from_another(
    up: tuple[subprocess.Popen[str], Path],
) -> None:
    process, folder = up
    healthy = command("run", cwd=folder)
    assert (0, True) == (healthy.returncode, "Healthy" in healthy.stdout), healthy.stderr
    assert "broken: disabled" in command("break", "disabled", cwd=folder).stdout
    alerted = command("run", cwd=folder)
    assert "orders_sub stopped: the subscription is disabled" in alerted.stdout, alerted.stderr
    assert "fixed: disabled" in command("fix", "disabled", cwd=folder).stdout
    not_json = command("run", "{", cwd=folder)
    assert (1, True) == (not_json.returncode, "the input is not JSON" in not_json.stderr)
    started = descendants(process.pid)
    process.send_signal(signal.SIGTERM)
    output, _ = process.communicate()
    assert started, "nothing ran below the stack"
    assert "python -m local break" in output
    assert set() == {pid for pid in started if Path(f"/proc/{pid}").exists()}
    assert not (folder / ADDRESS_FILE).exists()


def test_without_a_running_stack_a_command_says_how_to_start_one(tmp_path: Path) -> None:
    ran = command("run", cwd=tmp_path)
    assert 1 == ran.returncode
    assert "no local stack is running: start one with `make local`" in ran.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("break", "nothing"), "conflict"),
        (("faults", "--versions", "14"), "invalid choice: '14'"),
    ],
    ids=["fault", "version"],
)
def test_what_is_unknown_is_refused_with_what_is_known(
    capsys: pytest.CaptureFixture[str], arguments: Sequence[str], said: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert 2 == ended.value.code
    assert said in capsys.readouterr().err


def test_one_fault_of_the_catalogue_is_tried_and_summed_up(tmp_path: Path) -> None:
    ran = command("faults", "--versions", "18", "--only", "disabled", cwd=tmp_path)
    assert 0 == ran.returncode, ran.stdout + ran.stderr
    assert "faults: 1/1 detected, 1/1 named" in ran.stdout.splitlines()
    (trial,) = json.loads((tmp_path / RESULTS).read_text())["trials"]
    assert ("disabled", "18", "detected") == (trial["name"], trial["version"], trial["verdict"])
