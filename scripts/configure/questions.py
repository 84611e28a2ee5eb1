"""The questions of a set-up, in the order a person can answer them. Pure but for the asking."""

from collections.abc import Iterator, Mapping
from typing import Final, Protocol

from functions.check_replication.targets import default_log_group, publisher_sides, side_of
from scripts.configure import rules
from scripts.parameter_store import Stored

Answers = dict[str, str | None]
"""New values by name; None removes a parameter; what stays as it is, is not in it."""

_ROLE: Final = "replication_monitor"
"""The name database/monitoring_role.sql gives the role, unless another is given."""

_PUBLISHER: Final = "publisher/"
_FURTHER: Final = "publishers/"
_ASKED: Final = frozenset(
    {"hostname", "port", "dbname", "username", "password", "log-group", "channel-id"}
)


class Asker(Protocol):
    """A person at a terminal. Every method may be left by KeyboardInterrupt or EOFError."""

    def show(self, text: str) -> None: ...

    def ask(self, question: str) -> str:
        """The answer without surrounding blanks; empty for Enter alone."""

    def ask_secret(self, question: str) -> str:
        """The answer as it was typed, never shown."""


class Questions:
    """Asks for the parameters of one cluster (`cluster_answers`) and for Slack's."""

    def __init__(self, asker: Asker, cluster: str, path: str) -> None:
        self._asker = asker
        self._cluster = cluster
        self._path = path

    def cluster_answers(self, stored: Mapping[str, Stored]) -> Answers:
        answers: Answers = {}
        self._asker.show(f"\nThe subscriber {self._cluster}; Enter takes what is in brackets")
        answers.update(self._login("", stored))
        answers.update(self._plain("log-group", stored, hint=default_log_group(self._cluster)))
        answers.update(self._plain("channel-id", stored, hint="that of all clusters"))
        sides = publisher_sides(stored) or self._first_publisher()
        for side in sides:
            self._asker.show(f"\nIts publisher {side.removeprefix(_FURTHER).rstrip('/')}")
            answers.update(self._login(side, stored))
        while sides and (side := self._another_publisher()):
            answers.update(self._login(side, stored))
        if others := sorted(_others(stored)):
            self._asker.show(f"\nAlso stored, and kept: {', '.join(others)}")
        return answers

    def slack_answers(self, stored: Mapping[str, Stored]) -> Answers:
        self._asker.show("\nSlack, for all clusters")
        return {
            **self._token(stored),
            **self._plain("channel-id", stored, owner=rules.SLACK),
        }

    def confirms(self, question: str, *, default: bool) -> bool:
        choices = "Y/n" if default else "y/N"
        while True:
            answer = self._asker.ask(f"{question} [{choices}] ").lower()
            if answer in {"", "y", "yes", "n", "no"}:
                return answer.startswith("y") if answer else default
            self._asker.show("  y or n")

    def _login(self, side: str, stored: Mapping[str, Stored]) -> Answers:
        return {
            **self._plain(f"{side}hostname", stored),
            **self._plain(f"{side}port", stored, hint="5432"),
            **self._plain(f"{side}dbname", stored),
            **self._plain(f"{side}username", stored, suggestion=_ROLE),
            **self._password(f"{side}password", stored),
        }

    def _plain(
        self,
        name: str,
        stored: Mapping[str, Stored],
        *,
        hint: str = "",
        suggestion: str = "",
        owner: str = "",
    ) -> Answers:
        """`hint` is what holds where nothing is written, `suggestion` what Enter would write.

        `owner` is what the parameter belongs to, the cluster unless it says otherwise.
        """
        before = stored[name].value if name in stored else ""
        shown = before or suggestion or hint
        while True:
            answer = self._asker.ask(f"  {name}{f' [{shown}]' if shown else ''}: ")
            value = answer or ("" if before else suggestion)
            if not value and (before or hint):
                return {}
            problem = rules.answer_problem(owner or self._cluster, name, value, self._path)
            if problem is None:
                return {} if value == before else {name: value}
            self._asker.show(f"  {problem}")

    def _password(self, name: str, stored: Mapping[str, Stored]) -> Answers:
        exists = name in stored
        kept = " [stored; Enter keeps it]" if exists else " [Enter for RDS IAM authentication]"
        while True:
            password = self._asker.ask_secret(f"  {name}{kept}: ")
            if password.strip():
                return {name: password}
            if exists and self.confirms("  Keep the stored password?", default=True):
                return {}
            if self.confirms("  Log in by RDS IAM authentication, without one?", default=False):
                return {name: None} if exists else {}

    def _first_publisher(self) -> list[str]:
        """What the names of its parameters begin with; nothing where none is wanted."""
        self._asker.show(f"\n{rules.WITHOUT_PUBLISHER}")
        wanted = self.confirms("Check the publisher too?", default=False)
        return [_PUBLISHER] if wanted else []

    def _another_publisher(self) -> str:
        """What the names of its parameters begin with; empty where there is none."""
        while True:
            name = self._asker.ask("\n  Name of a further publisher [none]: ")
            problem = rules.publisher_name_problem(name) if name else None
            if problem is None:
                return f"{_FURTHER}{name}/" if name else ""
            self._asker.show(f"  {problem}")

    def _token(self, stored: Mapping[str, Stored]) -> Answers:
        exists = "bot-token" in stored
        while True:
            token = self._asker.ask_secret(
                f"  bot-token{' [stored; Enter keeps it]' if exists else ''}: "
            ).strip()
            if not token and exists:
                return {}
            problem = rules.token_problem(token)
            if problem is None:
                return {"bot-token": token}
            self._asker.show(f"  {problem}")


def _others(stored: Mapping[str, Stored]) -> Iterator[str]:
    return (name for name in stored if name.removeprefix(side_of(name)) not in _ASKED)
