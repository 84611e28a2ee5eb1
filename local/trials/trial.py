"""What a fault or a healthy set-up came to, and what all of them came to together. Pure.

Development only.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from local.trials.baseline import BaselineVerdict


class Verdict(StrEnum):
    DETECTED = "detected"
    MISSED = "missed"
    QUIET = "quiet"
    FALSE_ALARM = "false alarm"
    REPEATED = "repeated"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Trial:
    """One fault, or healthy set-up (`expected` None), on servers of one major version.

    `reported` are the causes of the incident after several checks, `alerts` how many messages that
    took, `seconds` the time from the execution's start to its
    end, `residue` what another execution reported after the fix, `problem` why there is no verdict.
    """

    name: str
    version: str
    expected: str | None
    reported: tuple[str, ...] = ()
    seconds: float | None = None
    baseline: BaselineVerdict | None = None
    residue: tuple[str, ...] = ()
    problem: str = ""
    alerts: int = 0

    @property
    def healthy(self) -> bool:
        """Whether the monitor should have been quiet."""
        return self.expected is None

    @property
    def verdict(self) -> Verdict:
        if self.problem:
            return Verdict.ERROR
        if self.healthy:
            return Verdict.FALSE_ALARM if self.reported or self.alerts else Verdict.QUIET
        if not self.reported:
            return Verdict.MISSED
        return Verdict.REPEATED if self.alerts > 1 else Verdict.DETECTED

    @property
    def detected(self) -> bool:
        return self.verdict in {Verdict.DETECTED, Verdict.REPEATED}

    @property
    def named(self) -> bool:
        return self.detected and self.expected in self.reported

    @property
    def passed(self) -> bool:
        return self.verdict is Verdict.QUIET or (self.named and self.verdict is Verdict.DETECTED)

    @property
    def left_clean(self) -> bool:
        """Whether another trial may follow on the same servers."""
        return not (self.problem or self.residue)

    @property
    def baseline_alerted(self) -> bool:
        return self.baseline is not None and self.baseline.alerts

    @property
    def baseline_named(self) -> bool:
        if self.baseline is None or self.expected is None:
            return False
        return self.baseline.names(self.expected)


@dataclass(frozen=True, slots=True)
class Tally:
    """Numbers of trials; a trial that ended in an error counts as not passed."""

    faults: int
    detected: int
    named: int
    once: int
    healthy: int
    quiet: int
    baseline_detected: int
    baseline_named: int
    baseline_false_alarms: int

    @property
    def passed(self) -> bool:
        return self.once == self.named == self.faults and self.quiet == self.healthy

    def lines(self) -> tuple[str, ...]:
        faults, healthy = self.faults, self.healthy
        found, known = self.baseline_detected, self.baseline_named
        alarms = f"{self.baseline_false_alarms}/{healthy} false alarms"
        return (
            f"faults: {self.detected}/{faults} detected, {self.named}/{faults} named",
            f"alerts: {self.once}/{faults} faults reported once",
            f"healthy: {self.quiet}/{healthy} quiet",
            f"baseline: {found}/{faults} detected, {known}/{faults} named, {alarms}",
        )


def tally(trials: Iterable[Trial]) -> Tally:
    trials = tuple(trials)
    faults = [trial for trial in trials if not trial.healthy]
    healthy = [trial for trial in trials if trial.healthy]
    return Tally(
        faults=len(faults),
        detected=sum(trial.detected for trial in faults),
        named=sum(trial.named for trial in faults),
        once=sum(trial.verdict is Verdict.DETECTED for trial in faults),
        healthy=len(healthy),
        quiet=sum(trial.verdict is Verdict.QUIET for trial in healthy),
        baseline_detected=sum(trial.baseline_alerted for trial in faults),
        baseline_named=sum(trial.baseline_named for trial in faults),
        baseline_false_alarms=sum(trial.baseline_alerted for trial in healthy),
    )
