"""`make faults`: the whole catalogue on every version there is. Development only."""

import json
from collections.abc import Collection, Sequence
from functools import partial
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.text import Text

from local.postgres.faults import FAULTS, Fault
from local.postgres.setups import SETUPS
from local.trials.conduct import open_stack
from local.trials.report import cause, document, table
from local.trials.series import series
from local.trials.trial import Trial, tally
from sandbox.postgres.binaries import BinariesNotFoundError, find

VERSIONS: Final = ("15", "16", "17", "18")
ALWAYS: Final = ("16", "18")
"""Their binaries come with the development requirements."""

CATALOGUE: Final[dict[str, Fault]] = {**FAULTS, **SETUPS}
RESULTS: Final = Path("build/faults.json")

_WIDTH: Final = 130


def run(console: Console, versions: Sequence[str] = (), only: Collection[str] = ()) -> bool:
    """Run the catalogue or some of it, show what came of it; whether all of it passed.

    Without `versions` on all that are at hand. Raises `BinariesNotFoundError` for one that must be
    there and is not.
    """
    chosen, left_out = at_hand(versions)
    for version in left_out:
        console.print(f"PostgreSQL {version} is left out: it is not on this machine")
    if not console.is_terminal:
        console.width = _WIDTH
    faults = [fault for name, fault in CATALOGUE.items() if not only or name in only]
    trials: list[Trial] = []
    with console.status("") as status:
        for trial in series(faults, chosen, partial(open_stack, announce=status.update)):
            trials.append(trial)
            console.print(_line(trial))
    return _conclude(console, trials, left_out)


def at_hand(versions: Sequence[str]) -> tuple[list[str], list[str]]:
    """The versions to run on, and those left out; raises `BinariesNotFoundError`."""
    chosen, left_out = [], []
    for version in versions or VERSIONS:
        try:
            find(version)
            chosen.append(version)
        except BinariesNotFoundError:
            if versions or version in ALWAYS:
                raise
            left_out.append(version)
    return chosen, left_out


def _conclude(console: Console, trials: Sequence[Trial], left_out: Sequence[str]) -> bool:
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(document(trials, left_out), indent=2) + "\n")
    total = tally(trials)
    console.print("", table(trials), "")
    for trial in trials:
        if trial.problem:
            console.print(Text(f"{trial.name} on {trial.version}: {trial.problem}", "magenta"))
    for line in total.lines():
        console.print(line, highlight=False)
    return total.passed


def _line(trial: Trial) -> Text:
    seconds = "" if trial.seconds is None else f"{trial.seconds:5.1f} s"
    head = f"{trial.version:>2}  {trial.name:<24} {trial.verdict:<12}{seconds:<9}"
    return Text(head).append_text(cause(trial))
