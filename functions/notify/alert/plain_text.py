"""How an alert is drawn where there is no Slack: as the text and the subject of an e-mail. Pure."""

from collections.abc import Iterator, Sequence
from typing import Final
from unicodedata import combining, normalize

from functions.catalogue import FilledRemedy, FilledScript
from functions.notify.alert.alert import Alert, Problem
from functions.notify.text import clean, one_line, shorten

MAX_TEXT: Final = 20_000
MAX_SUBJECT: Final = 99
"""Characters; SNS wants a subject of printable ASCII, less than 100 long."""


def subject(alert: Alert) -> str:
    """The title on one line, in printable ASCII."""
    letters = (
        letter for letter in normalize("NFKD", one_line(alert.title)) if not combining(letter)
    )
    words = "".join(letters).encode("ascii", "replace").decode()
    return words if len(words) <= MAX_SUBJECT else f"{words[: MAX_SUBJECT - 3]}..."


def plain_text(alert: Alert) -> str:
    """Everything the alert says, at most `MAX_TEXT` characters.

    Where there is no room for all problems, the last ones are only named.
    """
    for detailed in range(len(alert.problems), -1, -1):
        text = "\n\n".join(_paragraphs(alert, detailed))
        if len(text) <= MAX_TEXT:
            break
    return shorten(text, MAX_TEXT)


def _paragraphs(alert: Alert, detailed: int) -> Iterator[str]:
    yield f"{alert.sign} {alert.title}"
    yield alert.lead
    for problem in alert.problems[:detailed]:
        yield from _problem(problem)
    named = [_headline(problem) for problem in alert.problems[detailed:]]
    if alert.unlisted:
        named.append(f"{alert.unlisted} more")
    yield from _list("Also" if detailed else "Problems", named)
    yield from _list("What it was", alert.past)
    if alert.error:
        yield f"Error in the log:\n{_indented(alert.error)}"
    if alert.checks:
        yield "\n".join(
            ["How to check:", *(line for check in alert.checks for line in _script(check))]
        )
    if alert.log_note:
        yield from _list("Log location", alert.log_groups or ("none is known",))
        yield alert.log_note
    yield from _list("Not visible to the monitor", alert.not_visible)
    yield from _list("Muted", alert.muted)
    if alert.links:
        yield "\n".join(f"{link.label}: {link.url}" for link in alert.links)


def _problem(problem: Problem) -> Iterator[str]:
    yield "\n".join(line for line in (f"Problem: {_headline(problem)}", problem.summary) if line)
    if problem.facts:
        yield _indented(*(f"{fact.label}: {fact.value}" for fact in problem.facts))
    for number, remedy in enumerate(problem.remedies, 1):
        yield "\n".join(_remedy(number, remedy))
    yield f"Description: {problem.meaning}"


def _remedy(number: int, remedy: FilledRemedy) -> Iterator[str]:
    yield f"Remedy {number}: {remedy.action}"
    yield f"Risk: {remedy.risk}"
    for script in remedy.scripts:
        yield from _script(script)


def _script(script: FilledScript) -> Iterator[str]:
    yield f"{one_line(script.label)}:"
    if clean(script.sql) != script.sql:  # a changed name could be another one's
        yield "Its SQL holds a name that cannot be shown here: see the runbook."
    else:
        yield _indented(script.sql)


def _headline(problem: Problem) -> str:
    return f"{problem.subject} {problem.headline}" if problem.subject else problem.headline


def _list(heading: str, items: Sequence[str]) -> Iterator[str]:
    if items:
        yield f"{heading}:\n{_indented(*(f'- {item}' for item in items))}"


def _indented(*texts: str) -> str:
    return "\n".join(f"    {line}" for text in texts for line in text.splitlines())
