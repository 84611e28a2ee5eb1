from dataclasses import replace

import pytest

from local.trials.baseline import BaselineVerdict
from local.trials.trial import Tally, Trial, Verdict, tally

NAMED = Trial(
    "conflict", "18", "apply_conflict", ("apply_conflict",), baseline=BaselineVerdict.STOPPED
)
NOISY = Trial(
    "publisher_down", "18", "worker_down", ("worker_down", "x"), baseline=BaselineVerdict.STOPPED
)
MISNAMED = Trial("no_identity", "18", "replica_identity_missing", ("worker_down",))
MISSED = Trial("frozen", "18", "database_timeout", baseline=BaselineVerdict.HUNG)
BROKEN = Trial("boom", "18", "worker_down", ("worker_down",), problem="it cannot be fixed")
REPEATED = replace(NAMED, name="again", alerts=3)
QUIET = Trial("busy", "18", None, baseline=BaselineVerdict.HEALTHY)
LOUD = Trial("restart", "18", None, ("worker_down",), baseline=BaselineVerdict.STOPPED)
BRIEF = Trial("restart", "18", None, alerts=2)


@pytest.mark.parametrize(
    ("trial", "verdict", "passed"),
    [
        (NAMED, Verdict.DETECTED, True),
        (NOISY, Verdict.DETECTED, True),
        (MISNAMED, Verdict.DETECTED, False),
        (MISSED, Verdict.MISSED, False),
        (BROKEN, Verdict.ERROR, False),
        (REPEATED, Verdict.REPEATED, False),
        (QUIET, Verdict.QUIET, True),
        (BRIEF, Verdict.FALSE_ALARM, False),
        (LOUD, Verdict.FALSE_ALARM, False),
    ],
    ids=lambda value: value.name if isinstance(value, Trial) else "",
)
def test_a_trial_passes_when_its_cause_is_named_or_the_monitor_rightly_quiet(
    trial: Trial,
    verdict: Verdict,
    passed: bool,  # noqa: FBT001  a column of the table
) -> None:
    assert (verdict, passed) == (trial.verdict, trial.passed)


def test_a_trial_that_left_something_behind_ends_its_servers() -> None:
    residue = Trial("conflict", "18", "apply_conflict", residue=("silent_divergence",))
    assert [True, False, False] == [trial.left_clean for trial in (NAMED, BROKEN, residue)]


def test_trials_are_summed_up_in_lines() -> None:
    total = tally([NAMED, NOISY, MISNAMED, REPEATED, MISSED, BROKEN, QUIET, LOUD])
    assert (
        "faults: 4/6 detected, 3/6 named",
        "alerts: 3/6 faults reported once",
        "healthy: 1/2 quiet",
        "baseline: 3/6 detected, 1/6 named, 1/2 false alarms",
    ) == total.lines()
    assert not total.passed


def test_all_passed_means_that_all_were_named_and_quiet() -> None:
    assert tally([NAMED, NOISY, QUIET]).passed
    assert not tally([NAMED, REPEATED]).passed


def test_nothing_tried_is_a_tally_of_zeros() -> None:
    assert Tally(0, 0, 0, 0, 0, 0, 0, 0, 0) == tally([])
