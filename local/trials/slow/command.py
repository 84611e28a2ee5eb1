"""`python -m local faults --slow`: every slow failure on every version. Development only."""

import json
import tempfile
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Lock
from typing import Any, Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from functions.telemetry import logger
from local.trials.slow.conduct import WATCHES, Watch, conduct
from local.trials.slow.failing import KINDS, SECONDS, SlowFailure
from local.trials.slow.outcome import Outcome

RESULTS: Final = Path("build/slow.json")

_WIDTH: Final = 150


@dataclass(frozen=True, slots=True)
class SlowTrial:
    """One failure as four monitors saw it; `problem` says why there is nothing to say of it."""

    failure: SlowFailure
    version: str
    outcomes: Mapping[Watch, Outcome]
    problem: str = ""

    @property
    def passed(self) -> bool:
        return not self.problem and all(outcome.passed for outcome in self.outcomes.values())


def run(
    console: Console,
    versions: Sequence[str],
    kinds: Sequence[str] = (),
    seconds: Sequence[float] = SECONDS,
) -> bool:
    """All that fail on a version at once, each on servers of its own; whether all passed."""
    logger.setLevel("ERROR")
    if not console.is_terminal:
        console.width = _WIDTH
    failures = [
        SlowFailure(kind, after)
        for kind in KINDS
        if not kinds or kind.name in kinds
        for after in seconds
    ]
    trials: list[SlowTrial] = []
    for version in versions:
        trials += _on(version, failures, console)
        console.print("", _table(trials[-len(failures) :], version), "")
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps([_document(trial) for trial in trials], indent=2) + "\n")
    outcomes = [outcome for trial in trials for outcome in trial.outcomes.values()]
    watched = len(trials) * len(WATCHES)
    passed = sum(outcome.passed for outcome in outcomes)
    console.print(f"slow failures: {passed}/{watched} reported once, in time and till the end")
    return all(trial.passed for trial in trials)


def _on(version: str, failures: Sequence[SlowFailure], console: Console) -> list[SlowTrial]:
    done: dict[SlowFailure, SlowTrial] = {}
    with (
        tempfile.TemporaryDirectory(prefix="slow-") as directory,
        console.status("") as status,
        ThreadPoolExecutor(len(failures)) as pool,
    ):
        progress = _Progress(version, status.update)
        futures: dict[Future[SlowTrial], SlowFailure] = {}
        for number, failure in enumerate(failures):
            own = Path(directory) / str(number)
            own.mkdir()
            futures[pool.submit(_tried, failure, version, own, progress)] = failure
        for future in as_completed(futures):
            trial = done[futures[future]] = future.result()
            console.print(_line(trial))
    return [done[failure] for failure in failures]


class _Progress:
    """How many are where; called from many threads."""

    def __init__(self, version: str, show: Callable[[str], None]) -> None:
        self._version = version
        self._show = show
        self._counts: dict[str, int] = {}
        self._lock = Lock()

    def __call__(self, stage: str) -> None:
        with self._lock:
            self._counts[stage] = self._counts.get(stage, 0) + 1
            said = ", ".join(f"{count} {stage}" for stage, count in self._counts.items())
            self._show(f"PostgreSQL {self._version}: {said}")


def _tried(failure: SlowFailure, version: str, directory: Path, progress: _Progress) -> SlowTrial:
    try:
        return SlowTrial(failure, version, conduct(failure, version, directory, progress))
    except Exception as error:  # noqa: BLE001  whatever one raises, the others go on
        return SlowTrial(failure, version, {}, f"{type(error).__name__}: {error}")


def _table(trials: Sequence[SlowTrial], version: str) -> Table:
    shown = Table(
        title=f"PostgreSQL {version}",
        show_edge=False,
        header_style="bold",
        caption="In which run after the first failure (the second, where none is counted) it was "
        "reported; how many alerts were sent; how long after the last failure, and in which run, "
        "the recovery",
    )
    shown.add_column("fails", no_wrap=True)
    shown.add_column("after", justify="right")
    shown.add_column("times", justify="right")
    for watch in WATCHES:
        shown.add_column(str(watch))
    for trial in trials:
        failures = max((outcome.failures for outcome in trial.outcomes.values()), default=0)
        shown.add_row(
            trial.failure.kind.name,
            f"{trial.failure.seconds:g} s",
            str(failures),
            *(_cell(trial.outcomes[watch]) for watch in WATCHES if watch in trial.outcomes),
        )
    return shown


def _cell(outcome: Outcome) -> Text:
    opened = "never" if outcome.opened_by_run is None else f"run {outcome.opened_by_run}"
    text = f"{opened}, {outcome.alerts} alert{'' if outcome.alerts == 1 else 's'}"
    if outcome.too_early:
        text += f", {outcome.too_early} too early"
    if outcome.resolved_seconds is None:
        text += ", never over"
    else:
        text += f", over +{outcome.resolved_seconds:.0f} s ({outcome.resolved_by_run})"
    if outcome.resolved > 1:
        text += f" {outcome.resolved} times"
    mark, style = ("✔", "green") if outcome.passed else ("✘", "bold red")
    return Text(f"{mark} {text}", style)


def _line(trial: SlowTrial) -> Text:
    head = f"{trial.version:>2}  {trial.failure.kind.name:<7} {trial.failure.seconds:>3g} s  "
    if trial.problem:
        return Text(f"{head}✘ {trial.problem.splitlines()[0]}", "magenta")
    marks = "".join("✔" if outcome.passed else "✘" for outcome in trial.outcomes.values())
    causes = sorted({cause for each in trial.outcomes.values() for cause in each.causes})
    return Text(f"{head}{marks}  {', '.join(causes)}")


def _document(trial: SlowTrial) -> dict[str, Any]:
    return {
        "kind": trial.failure.kind.name,
        "seconds": trial.failure.seconds,
        "version": trial.version,
        "problem": trial.problem,
        "outcomes": [
            {**asdict(watch), **asdict(outcome), "passed": outcome.passed}
            for watch, outcome in trial.outcomes.items()
        ],
    }
