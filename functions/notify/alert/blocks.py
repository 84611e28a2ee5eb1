"""The blocks of an alert in Slack's Block Kit. Pure.

Foreign text stands in `plain_text` objects and rich text, which Slack does not interpret, or
escaped in code spans, where `*` and `_` mean nothing either. Links are text and not buttons: a
button with a URL makes Slack call the app back and warn the reader when nobody answers.
"""

from collections.abc import Iterable, Iterator, Sequence
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
    RichTextSectionElement,
    SectionBlock,
)

from functions.catalogue import FilledRemedy, FilledScript
from functions.notify.alert.alert import Alert, Problem
from functions.notify.alert.facts import Fact
from functions.notify.alert.log_note import SHOWN_GROUPS
from functions.notify.text import clean, shorten

MAX_HEADER = 150
MAX_FIELDS = 8
MAX_FIELDS_EACH = 6
MAX_GROUP = 180
MAX_CHECKS = 800
LISTED = 10
IN_THE_THREAD = "in this thread"


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


def as_json(blocks: Iterable[Block]) -> list[dict[str, Any]]:
    """The blocks as chat.postMessage takes them."""
    return [block.to_dict() for block in blocks]


def is_only_problem(alert: Alert) -> bool:
    """Whether the message's header names the problem."""
    return len(alert.problems) + alert.unlisted == 1


def opening(alert: Alert, *, lead: bool) -> Iterator[Block]:
    """The header and, unless `only_problem` follows, since when."""
    yield HeaderBlock(text=_plain(shorten(f"{alert.sign} {alert.title}", MAX_HEADER)))
    if lead:
        yield SectionBlock(text=_plain(alert.lead))


def only_problem(problem: Problem, lead: str, remedies: int) -> Iterator[Block]:
    """Its headline is the message's header."""
    yield SectionBlock(text=_plain(f"{lead} {problem.summary}".strip()))
    yield from _fields(problem.facts[:MAX_FIELDS])
    yield from _remedies(problem.remedies, remedies, IN_THE_THREAD)
    yield _section(f"*Description*\n{escape(problem.meaning)}")


def one_of_many(problem: Problem, remedies: int, others: str = IN_THE_THREAD) -> Iterator[Block]:
    """With so many of its remedies; `others` says where the others are."""
    yield _section(f"*Problem:* {problem_headline(problem)}")
    if problem.summary:
        yield SectionBlock(text=_plain(problem.summary))
    yield from _fields(problem.facts[:MAX_FIELDS_EACH])
    yield from _remedies(problem.remedies, remedies, others)


def problem_list(problems: Sequence[Problem], unlisted: int) -> Iterator[Block]:
    """Those that are not shown in detail, by name, as far as there are any."""
    if problems or unlisted:
        more = len(problems[LISTED:]) + unlisted
        yield _section(
            _lines(
                [f"• {problem_headline(problem)}" for problem in problems[:LISTED]]
                + ([f"… and {more} more"] if more else [])
            )
        )


def closing(alert: Alert) -> Iterator[Block]:
    """The error, how to check, where the log is, and the links."""
    if alert.error:
        yield _section(f"*Error in the log*\n{code_block(alert.error)}")
    if alert.past:
        yield _section(
            _lines(["*What it was*", *(f"• {escape(headline)}" for headline in alert.past)])
        )
    yield from _checks(alert.checks)
    if alert.log_note:
        yield _section(_location(alert))
        yield SectionBlock(text=_plain(alert.log_note))
    if alert.not_visible:
        unseen = "; ".join(alert.not_visible)
        yield SectionBlock(text=_plain(f"Not visible to the monitor: {unseen}."))
    if alert.muted:
        yield SectionBlock(text=_plain(f"Muted: {', '.join(alert.muted)}."))
    if alert.links:
        yield ContextBlock(elements=[_mrkdwn(f"<{link.url}|{link.label}>") for link in alert.links])


def problem_headline(problem: Problem) -> str:
    """Mrkdwn: `orders_sub` as code, what is wrong with it after it."""
    return f"{code(problem.subject)} {problem.headline}" if problem.subject else problem.headline


def _fields(facts: Sequence[Fact]) -> Iterator[Block]:
    if facts:
        yield SectionBlock(fields=[_field(fact) for fact in facts])


def _remedies(remedies: Sequence[FilledRemedy], most: int, others: str) -> Iterator[Block]:
    """What to do and at what risk, then the SQL, which rich text takes letter by letter."""
    for number, remedy in enumerate(remedies[:most], 1):
        heading = f"*Remedy {number}*" if len(remedies) > 1 else "*Remedy*"
        yield _section(f"{heading}: {escape(remedy.action)}\n*Risk:* {escape(remedy.risk)}")
        for script in remedy.scripts:
            yield _script(script)
    if len(remedies) > most:
        yield _section(f"*Remedies:* {len(remedies) - most} more, {others}.")


def _script(script: FilledScript) -> Block:
    """In a block of its own: what is copied in one go is for one server."""
    if clean(script.sql) != script.sql:  # a changed name could be another one's
        return _section("Its SQL holds a name that cannot be shown here: see the runbook.")
    label = RichTextElementParts.Text(text=f"{clean(script.label)}:")
    sql = RichTextElementParts.Text(text=script.sql)
    return RichTextBlock(
        elements=[
            RichTextSectionElement(elements=[label]),
            RichTextPreformattedElement(elements=[sql]),
        ]
    )


def _checks(checks: Sequence[FilledScript]) -> Iterator[Block]:
    """For each server as many as there is room for, at least the first."""
    for place in dict.fromkeys(check.place for check in checks):
        found = list(dict.fromkeys(check.sql for check in checks if check.place is place))
        while len(found) > 1 and len(code_block(_lines(found))) > MAX_CHECKS:
            found.pop()
        yield _section(f"*How to check, on the {place}*\n{code_block(_lines(found))}")


def _field(fact: Fact) -> MarkdownTextObject:
    value = code(fact.value) if fact.verbatim else escape(fact.value)
    return _mrkdwn(f"*{escape(fact.label)}*\n{value}")


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
