"""What a check came to, as one sentence and its fix. Pure but for `attempt`."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import Enum

from scripts.aws_errors import AwsError, sentence


class Verdict(Enum):
    """With the sign it is shown by."""

    PASSED = "✔"
    FAILED = "✘"
    NOT_MADE = "?"
    HINT = "i"


@dataclass(frozen=True, slots=True)
class Outcome:
    verdict: Verdict
    sentence: str
    fix: str | None = None

    def __str__(self) -> str:
        fix = f"\n    {self.fix}" if self.fix else ""
        return f"{self.verdict.value} {self.sentence}{fix}"


def passed(what: str) -> Outcome:
    return Outcome(Verdict.PASSED, what)


def failed(what: str, fix: str) -> Outcome:
    return Outcome(Verdict.FAILED, what, fix)


def not_made(what: str, why: str) -> Outcome:
    """A check that could not be made is neither good nor bad."""
    return Outcome(Verdict.NOT_MADE, f"{what} could not be checked: {why}")


def hint(what: str, fix: str | None = None) -> Outcome:
    return Outcome(Verdict.HINT, what, fix)


def attempt(what: str, check: Callable[[], Iterable[Outcome]]) -> Iterator[Outcome]:
    """The outcomes of a check; where AWS does not answer, that this one could not be made."""
    try:
        yield from check()
    except AwsError as error:
        yield not_made(what, sentence(error))


def summary(outcomes: Iterable[Outcome]) -> str:
    """One line: how many of which."""
    verdicts = [outcome.verdict for outcome in outcomes]
    return (
        f"{verdicts.count(Verdict.PASSED)} passed, {verdicts.count(Verdict.FAILED)} failed, "
        f"{verdicts.count(Verdict.NOT_MADE)} could not be checked"
    )
