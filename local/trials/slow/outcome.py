"""What a monitor made of one slow failure. Pure. Development only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

ALERTS = frozenset({"opened", "changed", "reminder"})
LATEST_RUN = 2
"""After the failure is known, by which it must have been reported."""


@dataclass(frozen=True, slots=True)
class Ran:
    """One run of a monitor; `transition` is that of its cluster's incident, None if none."""

    started_at: datetime
    ended_at: datetime
    causes: tuple[str, ...] = ()
    transition: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """`opened_by_run` counts from the first run that ended after the failure could be known.

    That is its first time if it is counted, else its second: one end of a worker may be an
    ordinary restart. 0: opened even before. `alerts` are all that were sent, `too_early` the
    recoveries reported before the end, `resolved` those after it, the first of them
    `resolved_seconds` later and by run `resolved_by_run`. `said` is all of it in words.
    """

    failures: int
    opened_by_run: int | None
    alerts: int
    too_early: int
    resolved: int
    resolved_seconds: float | None = None
    resolved_by_run: int | None = None
    causes: tuple[str, ...] = ()
    said: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """Reported in time and once, recovered when it was over and once."""
        return (
            self.opened_by_run is not None
            and self.opened_by_run <= LATEST_RUN
            and (self.alerts, self.too_early, self.resolved) == (1, 0, 1)
        )


def judge(
    runs: Sequence[Ran], failures: Sequence[datetime], ended_at: datetime, *, counted: bool
) -> Outcome:
    """`ended_at` is when it was fixed, or when it failed last, if that was later."""
    over_at = max([ended_at, *failures])
    known = failures[0 if counted else 1 :]
    opened = next((run for run in runs if run.transition == "opened"), None)
    late = [run for run in runs if known and run.ended_at > known[0]]
    resolved = [run for run in runs if run.transition == "resolved"]
    rightly = [run for run in resolved if run.ended_at > over_at]
    after = [run for run in runs if run.ended_at > over_at]
    first = rightly[0] if rightly else None
    return Outcome(
        failures=len(failures),
        opened_by_run=None if opened is None else _number(opened, late),
        alerts=sum(run.transition in ALERTS for run in runs),
        too_early=len(resolved) - len(rightly),
        resolved=len(rightly),
        resolved_seconds=(first.ended_at - over_at).total_seconds() if first else None,
        resolved_by_run=_number(first, after) if first else None,
        causes=tuple(sorted({cause for run in runs for cause in run.causes})),
        said=tuple(_words(run) for run in runs if run.transition),
    )


def _words(run: Ran) -> str:
    return f"{run.ended_at:%H:%M:%S} {run.transition} {', '.join(run.causes)}".rstrip()


def _number(run: Ran, among: Sequence[Ran]) -> int:
    """1 for the first; 0 if it was before all of them."""
    return among.index(run) + 1 if run in among else 0
