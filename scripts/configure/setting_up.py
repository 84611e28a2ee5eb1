"""From what is stored to what is wanted: ask or read, judge, write."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from boto3.session import Session
from rich.console import Console

from scripts import parameter_store
from scripts.account import identity
from scripts.configure import document, rules
from scripts.configure.questions import Answers, Questions
from scripts.configure.terminal import Terminal
from scripts.errors import SetupError
from scripts.parameter_store import Stored
from scripts.program import working


class NothingWrittenError(SetupError):
    """The set-up ended before anything was written."""


@dataclass(frozen=True, slots=True)
class Order:
    """Whose parameters to write, and how: `document` is JSON, None to ask on the terminal."""

    cluster: str
    path: str
    kms_key: str | None = None
    document: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Place:
    """What is stored for one cluster and for Slack, by the names below their prefixes."""

    cluster: str
    path: str
    everything: Mapping[str, Stored]

    @property
    def prefixes(self) -> tuple[str, str]:
        return f"{self.path}{self.cluster}/", f"{self.path}{rules.SLACK}/"

    def stored(self) -> tuple[dict[str, Stored], dict[str, Stored]]:
        of_cluster, of_slack = (_below(prefix, self.everything) for prefix in self.prefixes)
        return of_cluster, of_slack

    def changes(self, answers: tuple[Answers, Answers]) -> dict[str, str | None]:
        """By full name, without the removal of what is not there."""
        return {
            f"{prefix}{name}": value
            for prefix, given in zip(self.prefixes, answers, strict=True)
            for name, value in given.items()
            if value is not None or f"{prefix}{name}" in self.everything
        }

    def problems(self, answers: tuple[Answers, Answers]) -> list[str]:
        """What would be wrong with the cluster's parameters and Slack's if these were written."""
        cluster, slack = (
            _merged(stored, given) for stored, given in zip(self.stored(), answers, strict=True)
        )
        return [
            *rules.cluster_problems(self.cluster, cluster, self.path),
            *rules.slack_problems(slack, self.path),
        ]


def set_up(order: Order, session: Session, console: Console) -> None:
    """Raises `SetupError`, and botocore's errors if AWS cannot be asked."""
    if problem := rules.cluster_name_problem(order.cluster):
        raise NothingWrittenError(problem)
    console.print(f"Parameters below {order.path} in {identity(session)}")
    with working(console, "Reading what is stored"):
        stored = parameter_store.read(session, order.path)
    place = Place(order.cluster, order.path, stored)
    _show(place, console)
    changes = place.changes(_wanted(place, order.document))
    if not changes:
        console.print("\nNothing to change.")
        return
    parameter_store.write(session.client("ssm"), changes, stored, order.kms_key)
    for name, value in sorted(changes.items()):
        console.print(f"{'removed' if value is None else 'written'} {name}")
    console.print("\nNext: make preflight STACK=<stack>")


def _wanted(place: Place, text: str | None) -> tuple[Answers, Answers]:
    """Raises `NothingWrittenError` unless everything is well-formed and wanted."""
    try:
        answers = _asked(place) if text is None else document.parse(text)
        if problems := place.problems(answers):
            listed = "".join(f"\n  - {problem}" for problem in problems)
            raise NothingWrittenError(f"nothing was written:{listed}")
        if text is None and not _confirmed(place, answers):
            raise NothingWrittenError("nothing was written")
    except (KeyboardInterrupt, EOFError):
        raise NothingWrittenError("interrupted, nothing was written") from None
    return answers


def _asked(place: Place) -> tuple[Answers, Answers]:
    cluster, slack = place.stored()
    if not Terminal.is_there():
        lacking = ", ".join(rules.missing(place.cluster, cluster, slack)) or "nothing"
        raise NothingWrittenError(
            "there is no terminal to ask on: give the values as JSON on standard input, with "
            f"STDIN=1; missing so far: {lacking}"
        )
    questions = Questions(Terminal(), place.cluster, place.path)
    return questions.cluster_answers(cluster), questions.slack_answers(slack)


def _confirmed(place: Place, answers: tuple[Answers, Answers]) -> bool:
    changes = place.changes(answers)
    if not changes:
        return True
    terminal = Terminal()
    terminal.show("")
    for name, value in sorted(changes.items()):
        terminal.show(f"  {'remove' if value is None else 'write'} {name}")
    return Questions(terminal, place.cluster, place.path).confirms("Do it?", default=True)


def _show(place: Place, console: Console) -> None:
    """Names only: a value may be secret even where its type is not."""
    for prefix, stored in zip(place.prefixes, place.stored(), strict=True):
        names = ", ".join(sorted(stored)) or "nothing"
        console.print(f"  {prefix} has {names}")


def _below(prefix: str, everything: Mapping[str, Stored]) -> dict[str, Stored]:
    return {
        name.removeprefix(prefix): one
        for name, one in everything.items()
        if name.startswith(prefix)
    }


def _merged(stored: Mapping[str, Stored], answers: Answers) -> dict[str, str]:
    values: Answers = {**{name: parameter.value for name, parameter in stored.items()}, **answers}
    return {name: value for name, value in values.items() if value is not None}
