from collections.abc import Callable, Iterator
from contextlib import contextmanager

from local.postgres.faults import Fault
from local.postgres.pair import Pair
from local.trials.series import series
from local.trials.trial import Trial


def nothing(_: Pair) -> None:
    """Neither breaks nor fixes."""


def fault(name: str, *versions: str) -> Fault:
    return Fault(name, "", "worker_down", nothing, nothing, versions=frozenset(versions))


class Stacks:
    """`log` says which stacks were started and stopped, and what was tried on them."""

    def __init__(self, **problems: str) -> None:
        self.log: list[str] = []
        self._problems = problems

    @contextmanager
    def open(self, version: str) -> Iterator[Callable[[Fault], Trial]]:
        self.log.append(f"start {version}")
        yield lambda fault: self._conduct(fault, version)
        self.log.append(f"stop {version}")

    def _conduct(self, fault: Fault, version: str) -> Trial:
        self.log.append(fault.name)
        problem = self._problems.get(fault.name, "")
        return Trial(fault.name, version, fault.cause, problem=problem)


def test_each_version_tries_what_it_can_show_on_one_stack() -> None:
    stacks = Stacks()
    trials = list(series([fault("a", "16", "18"), fault("b", "18")], ["16", "18"], stacks.open))
    assert ["start 16", "a", "stop 16", "start 18", "a", "b", "stop 18"] == stacks.log
    assert [("a", "16"), ("a", "18"), ("b", "18")] == [
        (trial.name, trial.version) for trial in trials
    ]


def test_a_problem_does_not_stop_the_others_which_go_on_on_a_fresh_stack() -> None:
    stacks = Stacks(a="it cannot be fixed")
    trials = list(series([fault("a", "18"), fault("b", "18")], ["18"], stacks.open))
    assert ["start 18", "a", "stop 18", "start 18", "b", "stop 18"] == stacks.log
    assert ["it cannot be fixed", ""] == [trial.problem for trial in trials]


def test_a_version_that_can_show_nothing_starts_no_stack() -> None:
    stacks = Stacks()
    assert [] == list(series([fault("a", "18")], ["15"], stacks.open))
    assert [] == stacks.log
