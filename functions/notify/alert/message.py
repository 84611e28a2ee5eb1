"""How an alert is drawn in Slack: Block Kit, and the text a notification on a phone shows. Pure."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from functions.notify.alert.alert import Alert, Problem
from functions.notify.alert.blocks import (
    as_json,
    closing,
    escape,
    is_only_problem,
    one_of_many,
    only_problem,
    opening,
    problem_headline,
    problem_list,
)

MAX_BLOCKS = 50
MAX_CHARACTERS = 13_000
"""Slack refuses more than about 13,200 characters in all blocks; counted here with their keys."""

Blocks = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Message:
    """The arguments of chat.postMessage: the fallback text (mrkdwn) and the blocks, if any.

    `below` are the replies for what there was no room for: one for each such problem.
    """

    text: str
    blocks: Blocks = field(default_factory=list)
    below: tuple["Message", ...] = ()

    @property
    def digest(self) -> str:
        """The same for the same content; 16 hexadecimal digits."""
        content = json.dumps([self.text, self.blocks])
        return hashlib.sha256(content.encode()).hexdigest()[:16]


def draw(alert: Alert) -> Message:
    """The message, as much in detail as Slack's limits leave room for, and the rest below it."""
    drawn: list[Blocks] = []
    whole = 0
    for problem in alert.problems:
        remedies, part = _largest(alert, problem, drawn)
        if part is None:
            break
        drawn.append(part)
        if remedies < len(problem.remedies):
            break
        whole += 1
    below = tuple(map(_detail, alert.problems[whole:]))
    return Message(escape(f"{alert.sign} {alert.title}"), _assembled(alert, drawn), below)


def _largest(alert: Alert, problem: Problem, before: Sequence[Blocks]) -> tuple[int, Blocks | None]:
    """A problem's blocks with as many remedies as there is room for; none if it has no room."""
    for remedies in range(len(problem.remedies), -1, -1):
        part = as_json(
            only_problem(problem, alert.lead, remedies)
            if is_only_problem(alert)
            else one_of_many(problem, remedies)
        )
        if _fits(_assembled(alert, [*before, part])):
            return remedies, part
    return 0, None


def _assembled(alert: Alert, drawn: Sequence[Blocks]) -> Blocks:
    rest = problem_list(alert.problems[len(drawn) :], alert.unlisted)
    return [
        *as_json(opening(alert, lead=not (drawn and is_only_problem(alert)))),
        *chain.from_iterable(drawn),
        *as_json(rest),
        *as_json(closing(alert)),
    ]


def _detail(problem: Problem) -> Message:
    """All remedies of one problem, as a reply."""
    for remedies in range(len(problem.remedies), -1, -1):
        blocks = as_json(one_of_many(problem, remedies, "see the runbook"))
        if _fits(blocks):
            break
    return Message(problem_headline(problem), blocks)


def _fits(blocks: Blocks) -> bool:
    return (
        len(blocks) <= MAX_BLOCKS and len(json.dumps(blocks, ensure_ascii=False)) <= MAX_CHARACTERS
    )
