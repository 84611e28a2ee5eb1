"""What the trials showed: a table for the terminal, a document for programs. Development only."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, Final

from rich.table import Table
from rich.text import Text

from local.trials.trial import Trial, Verdict, tally

_STYLES: Final = {
    Verdict.DETECTED: "green",
    Verdict.QUIET: "green",
    Verdict.MISSED: "bold red",
    Verdict.FALSE_ALARM: "bold red",
    Verdict.REPEATED: "bold red",
    Verdict.ERROR: "bold magenta",
}


def table(trials: Sequence[Trial]) -> Table:
    """A row for each trial, a section for each version."""
    shown = Table(
        show_edge=False,
        header_style="bold",
        caption="✔ named or rightly quiet · ~ an alarm that does not name it · ✘ wrong. Seconds: "
        "the whole execution, its waits in real time. Baseline: local/trials/baseline.py",
    )
    shown.add_column("fault", no_wrap=True)
    shown.add_column("PG", justify="right")
    shown.add_column("verdict", no_wrap=True)
    shown.add_column("cause", overflow="fold", ratio=1)
    shown.add_column("s", justify="right")
    shown.add_column("baseline")
    previous = ""
    for trial in trials:
        if previous not in ("", trial.version):
            shown.add_section()
        previous = trial.version
        shown.add_row(
            trial.name,
            trial.version,
            Text(trial.verdict, _STYLES[trial.verdict]),
            cause(trial),
            "" if trial.seconds is None else f"{trial.seconds:.1f}",
            _baseline(trial),
        )
    return shown


def cause(trial: Trial) -> Text:
    """What was reported, and what should have been; noise stands behind a plus."""
    if trial.problem:
        return Text(f"✘ {trial.problem.splitlines()[0]}", "magenta")
    text = Text()
    if trial.passed:
        text.append(f"✔ {trial.expected or ''}".rstrip(), "green")
    elif trial.named:
        text.append(f"~ {trial.expected}", "red")
    else:
        mark = "~" if trial.detected else "✘"
        text.append(f"{mark} not {trial.expected or 'quiet'}", "red")
    for reported in trial.reported:
        if reported != trial.expected:
            text.append(f" + {reported}", "yellow")
    if trial.alerts > 1:
        text.append(f" in {trial.alerts} alerts", "red")
    if trial.residue:
        text.append(f" (after the fix still: {', '.join(trial.residue)})", "yellow")
    return text


def document(trials: Sequence[Trial], left_out: Sequence[str]) -> dict[str, Any]:
    """The same as JSON values; `left_out` are versions without binaries."""
    return {
        "trials": [
            {**asdict(trial), "verdict": trial.verdict, "named": trial.named} for trial in trials
        ],
        "left_out_versions": list(left_out),
        "totals": asdict(tally(trials)),
    }


def _baseline(trial: Trial) -> Text:
    if trial.baseline is None:
        return Text("")
    right = trial.baseline_alerted is not trial.healthy
    if right and (trial.healthy or trial.baseline_named):
        return Text(f"✔ {trial.baseline}", "green")
    return Text(f"~ {trial.baseline}", "yellow") if right else Text(f"✘ {trial.baseline}", "red")
