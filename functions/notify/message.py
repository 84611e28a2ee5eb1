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
    SectionBlock,
    TextObject,
)

from functions.notify.alert import Alert, Problem
from functions.notify.facts import Fact
from functions.notify.log_note import SHOWN_GROUPS
from functions.notify.text import clean, shorten

MAX_HEADER = 150
MAX_FIELDS = 10
MAX_GROUP = 180
MAX_FIELDS_EACH = 6
MAX_CHARACTERS = 13_000
"""Slack refuses more than about 13,200 characters in all blocks; counted here with their keys."""

DETAILED = 3
LISTED = 10


@dataclass(frozen=True, slots=True)
class Message:
    """The arguments of chat.postMessage: the fallback text (mrkdwn) and the blocks."""

    text: str
    blocks: list[dict[str, Any]]


def draw(alert: Alert) -> Message:
    """The message; as many problems in detail as Slack's limits leave room for."""
    text = escape(f"{alert.sign} {alert.title}")
    for detailed in range(min(DETAILED, len(alert.problems)), -1, -1):
        blocks = [block.to_dict() for block in _blocks(alert, detailed)]
        if len(json.dumps(blocks, ensure_ascii=False)) <= MAX_CHARACTERS:
            break
    return Message(text, blocks)


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


def _blocks(alert: Alert, detailed: int) -> Iterator[Block]:
    yield HeaderBlock(text=_plain(shorten(f"{alert.sign} {alert.title}", MAX_HEADER)))
    yield from _problems(alert, detailed)
    yield _section(f"*How to check* on the subscriber\n{code_block(_lines(alert.checks))}")
    yield _section(_location(alert))
    yield SectionBlock(text=_plain(alert.log_note))
    if alert.latest_error:
        yield _section(f"*Latest error*\n{code_block(alert.latest_error)}")
    if alert.links:
        yield ContextBlock(elements=[_mrkdwn(f"<{one.url}|{one.label}>") for one in alert.links])


def _problems(alert: Alert, detailed: int) -> Iterator[Block]:
    if len(alert.problems) + alert.unlisted == 1 and detailed:
        yield from _only(alert.problems[0], alert.lead)
        return
    yield SectionBlock(text=_plain(alert.lead))
    for problem in alert.problems[:detailed]:
        yield from _one_of_many(problem)
    rest = alert.problems[detailed:]
    if rest or alert.unlisted:
        yield _section(_list(rest, alert.unlisted))


def _only(problem: Problem, lead: str) -> Iterator[Block]:
    """Its headline is the message's header."""
    yield SectionBlock(text=_plain(f"{lead} {problem.summary}".strip()))
    yield _described(f"*Description*\n{escape(problem.meaning)}", problem.facts[:MAX_FIELDS])


def _one_of_many(problem: Problem) -> Iterator[Block]:
    yield _section(f"*Problem:* {_headline(problem)}")
    if problem.summary:
        yield SectionBlock(text=_plain(problem.summary))
    yield _described(f"*Description*\n{escape(problem.meaning)}", problem.facts[:MAX_FIELDS_EACH])


def _described(text: str, facts: Sequence[Fact]) -> SectionBlock:
    fields: list[str | dict[str, Any] | TextObject] = [_field(fact) for fact in facts]
    return SectionBlock(text=_mrkdwn(text), fields=fields or None)


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
