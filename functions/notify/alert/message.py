"""How an alert is drawn in Slack: Block Kit, and the text a notification on a phone shows. Pure.

Foreign text stands in `plain_text` objects, which Slack does not interpret, or escaped in code
spans, where `*` and `_` mean nothing either. Links are text and not buttons: a button with a URL
makes Slack call the app back and warn the reader when nobody answers.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from slack_sdk.models.blocks import (
    Block,
    ContextBlock,
    HeaderBlock,
    MarkdownTextObject,
    PlainTextObject,
    RichTextBlock,
    RichTextElementParts,
    RichTextPreformattedElement,
    SectionBlock,
)

from functions.catalogue import FilledRemedy, Place
from functions.notify.alert.alert import Alert, Problem
from functions.notify.alert.facts import Fact
from functions.notify.alert.log_note import SHOWN_GROUPS
from functions.notify.text import clean, shorten

MAX_HEADER = 150
MAX_FIELDS = 8
MAX_FIELDS_EACH = 6
MAX_GROUP = 180
MAX_CHECKS = 800
MAX_CHARACTERS = 13_000
"""Slack refuses more than about 13,200 characters in all blocks; counted here with their keys."""

LISTED = 10


@dataclass(frozen=True, slots=True)
class Room:
    """How many problems are drawn in detail, and how many remedies with each."""

    problems: int
    remedies: int


ONE = (Room(1, 3), Room(1, 2), Room(1, 1), Room(1, 0), Room(0, 0))
SEVERAL = (Room(3, 1), Room(2, 1), Room(1, 1), Room(1, 0), Room(0, 0))
"""From the most to the least; the first that stays within Slack's limits is taken."""


@dataclass(frozen=True, slots=True)
class Message:
    """The arguments of chat.postMessage: the fallback text (mrkdwn) and the blocks."""

    text: str
    blocks: list[dict[str, Any]]


def draw(alert: Alert) -> Message:
    """The message; as much in detail as Slack's limits leave room for."""
    for room in ONE if _single(alert) else SEVERAL:
        blocks = [block.to_dict() for block in _blocks(alert, room)]
        if len(json.dumps(blocks, ensure_ascii=False)) <= MAX_CHARACTERS:
            break
    return Message(escape(f"{alert.sign} {alert.title}"), blocks)


def _single(alert: Alert) -> bool:
    return len(alert.problems) + alert.unlisted == 1


def escape(text: str) -> str:
    """For mrkdwn: nothing in it is a link, a mention or an entity any more."""
    return clean(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def code(text: str) -> str:
    """A code span: one line, letter by letter."""
    return f"`{_unquoted(text).replace(chr(10), ' ')}`"


def code_block(text: str) -> str:
    return f"```{_unquoted(text)}```"


def _unquoted(text: str) -> str:
    return escape(text).replace("`", "'")


def _blocks(alert: Alert, room: Room) -> Iterator[Block]:
    yield HeaderBlock(text=_plain(shorten(f"{alert.sign} {alert.title}", MAX_HEADER)))
    yield from _problems(alert, room)
    if alert.error:
        yield _section(f"*Error in the log*\n{code_block(alert.error)}")
    if alert.past:
        yield _section(_lines(["*What it was*", *(f"• {escape(one)}" for one in alert.past)]))
    if alert.checks:
        yield _section(f"*How to check*\n{_checks(alert.checks)}")
    if alert.log_note:
        yield _section(_location(alert))
        yield SectionBlock(text=_plain(alert.log_note))
    if alert.not_visible:
        unseen = "; ".join(alert.not_visible)
        yield SectionBlock(text=_plain(f"Not visible to the monitor's role: {unseen}."))
    if alert.muted:
        yield SectionBlock(text=_plain(f"Muted: {', '.join(alert.muted)}."))
    if alert.links:
        yield ContextBlock(elements=[_mrkdwn(f"<{one.url}|{one.label}>") for one in alert.links])


def _problems(alert: Alert, room: Room) -> Iterator[Block]:
    if _single(alert) and room.problems:
        yield from _only(alert.problems[0], alert.lead, room.remedies)
        return
    yield SectionBlock(text=_plain(alert.lead))
    for problem in alert.problems[: room.problems]:
        yield from _one_of_many(problem, room.remedies)
    rest = alert.problems[room.problems :]
    if rest or alert.unlisted:
        yield _section(_list(rest, alert.unlisted))


def _only(problem: Problem, lead: str, remedies: int) -> Iterator[Block]:
    """Its headline is the message's header."""
    yield SectionBlock(text=_plain(f"{lead} {problem.summary}".strip()))
    yield from _fields(problem.facts[:MAX_FIELDS])
    yield from _remedies(problem.remedies, remedies)
    yield _section(f"*Description*\n{escape(problem.meaning)}")


def _one_of_many(problem: Problem, remedies: int) -> Iterator[Block]:
    yield _section(f"*Problem:* {_headline(problem)}")
    if problem.summary:
        yield SectionBlock(text=_plain(problem.summary))
    yield from _fields(problem.facts[:MAX_FIELDS_EACH])
    yield from _remedies(problem.remedies, remedies)


def _fields(facts: Sequence[Fact]) -> Iterator[Block]:
    if facts:
        yield SectionBlock(fields=[_field(fact) for fact in facts])


def _remedies(remedies: Sequence[FilledRemedy], most: int) -> Iterator[Block]:
    """What to do and at what risk, then the SQL, which rich text takes letter by letter."""
    for number, remedy in enumerate(remedies[:most], 1):
        heading = f"*Remedy {number}*" if len(remedies) > 1 else "*Remedy*"
        where = " (on the publisher)" if remedy.sql and remedy.place is Place.PUBLISHER else ""
        yield _section(f"{heading}{where}: {escape(remedy.action)}\n*Risk:* {escape(remedy.risk)}")
        if remedy.sql:
            yield _sql(remedy.sql)
    if len(remedies) > most:
        yield _section(f"The runbook has {len(remedies) - most} more.")


def _sql(sql: str) -> Block:
    if clean(sql) != sql:  # a changed name could be another one's
        return _section("Its SQL holds a name that cannot be shown here: see the runbook.")
    text = RichTextElementParts.Text(text=sql)
    return RichTextBlock(elements=[RichTextPreformattedElement(elements=[text])])


def _checks(checks: Sequence[str]) -> str:
    """As many as there is room for, at least the first."""
    kept = len(checks)
    while kept > 1 and len(code_block(_lines(checks[:kept]))) > MAX_CHECKS:
        kept -= 1
    return code_block(_lines(checks[:kept]))


def _field(fact: Fact) -> MarkdownTextObject:
    value = code(fact.value) if fact.verbatim else escape(fact.value)
    return _mrkdwn(f"*{escape(fact.label)}*\n{value}")


def _headline(problem: Problem) -> str:
    return f"{code(problem.subject)} {problem.headline}" if problem.subject else problem.headline


def _list(problems: Sequence[Problem], unlisted: int) -> str:
    more = len(problems[LISTED:]) + unlisted
    return _lines(
        [f"• {_headline(problem)}" for problem in problems[:LISTED]]
        + ([f"… and {more} more"] if more else [])
    )


def _location(alert: Alert) -> str:
    groups = [code(shorten(group, MAX_GROUP)) for group in alert.log_groups[:SHOWN_GROUPS]]
    more = len(alert.log_groups) - len(groups)
    return _lines(
        ["*Log location*", *(groups or ["none is known"])] + ([f"and {more} more"] if more else [])
    )


def _lines(lines: Sequence[str]) -> str:
    return "\n".join(lines)


def _section(text: str) -> SectionBlock:
    return SectionBlock(text=_mrkdwn(text))


def _plain(text: str) -> PlainTextObject:
    return PlainTextObject(text=clean(text), emoji=False)


def _mrkdwn(text: str) -> MarkdownTextObject:
    return MarkdownTextObject(text=text, verbatim=True)
