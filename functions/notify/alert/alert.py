"""What an alert says, before it is drawn. Pure."""

from dataclasses import dataclass

from functions.catalogue import FilledRemedy, FilledScript
from functions.notify.alert.facts import Fact
from functions.notify.alert.links import Link


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding in words; `subject` is the subscription, if the finding concerns one."""

    subject: str | None
    headline: str
    summary: str
    meaning: str
    facts: tuple[Fact, ...]
    remedies: tuple[FilledRemedy, ...]
    checks: tuple[FilledScript, ...]


@dataclass(frozen=True, slots=True)
class Alert:
    """Everything a message says. Problems come worst first; `unlisted` counts further ones.

    Foreign text in it is cleaned and redacted, but not escaped: that depends on where it is drawn.
    `past` are the headlines of what is over; then `checks`, `log_groups` and `log_note` are empty.
    """

    sign: str
    title: str
    lead: str
    problems: tuple[Problem, ...]
    unlisted: int
    checks: tuple[FilledScript, ...]
    log_groups: tuple[str, ...]
    log_note: str
    not_visible: tuple[str, ...]
    muted: tuple[str, ...]
    error: str | None
    links: tuple[Link, ...]
    past: tuple[str, ...] = ()
