"""Block Kit's rules, at and just past each limit."""

from typing import Any

import pytest
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

from sandbox.slack.block_kit import problems, total_characters

Json = dict[str, Any]


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> Json:
    return {"type": "mrkdwn", "text": text}


def section(**parts: Any) -> Json:
    return {"type": "section", **parts}


def rich(kind: str, element: Json) -> Json:
    return {"type": "rich_text", "elements": [{"type": kind, "elements": [element]}]}


HEADER = {"type": "header", "text": plain("x")}


WORDS = RichTextElementParts.Text(text="x")
FROM_THE_SDK: dict[str, Block] = {
    "header": HeaderBlock(text=PlainTextObject(text="🔴 stopped", emoji=True)),
    "section": SectionBlock(
        block_id="b",
        text=MarkdownTextObject(text="*x*", verbatim=True),
        fields=["a", PlainTextObject(text="b")],
    ),
    "context": ContextBlock(elements=[MarkdownTextObject(text="x"), PlainTextObject(text="y")]),
    "rich text": RichTextBlock(
        elements=[
            RichTextSectionElement(elements=[WORDS]),
            RichTextPreformattedElement(elements=[WORDS, WORDS]),
        ],
    ),
}


@pytest.mark.parametrize("block", FROM_THE_SDK.values(), ids=FROM_THE_SDK.keys())
def test_what_slack_sdk_builds_is_accepted(block: Block) -> None:
    """Every block the stand-in supports, from slack_sdk's own models."""
    assert [] == problems([block.to_dict()])


AT_THE_LIMIT: dict[str, list[Json]] = {
    "50 blocks": [HEADER] * 50,
    "header of 150": [{"type": "header", "text": plain("x" * 150)}],
    "section of 3,000": [section(text=mrkdwn("x" * 3000))],
    "10 fields of 2,000": [section(fields=[mrkdwn("x" * 2000)] * 10)],
    "10 context elements": [{"type": "context", "elements": [mrkdwn("x")] * 10}],
}


@pytest.mark.parametrize("blocks", AT_THE_LIMIT.values(), ids=AT_THE_LIMIT.keys())
def test_a_limit_can_be_reached(blocks: list[Json]) -> None:
    """Limits are inclusive."""
    assert [] == problems(blocks)


REFUSED: dict[str, tuple[object, str]] = {
    "no list": ({}, "must provide an array [json-pointer:/blocks]"),
    "no blocks": ([], "no fewer than 1 items allowed [json-pointer:/blocks]"),
    "51 blocks": (
        [HEADER] * 51,
        "no more than 50 items allowed [json-pointer:/blocks]",
    ),
    "no object": (["x"], "must provide an object [json-pointer:/blocks/0]"),
    "no type": ([{}], "unsupported type: None [json-pointer:/blocks/0/type]"),
    "unknown block": (
        [HEADER, {"type": "divider"}],
        "unsupported type: divider [json-pointer:/blocks/1/type]",
    ),
    "unknown key": (
        [{**HEADER, "colour": "red"}],
        "invalid additional property: colour [json-pointer:/blocks/0]",
    ),
    "header of 151": (
        [{"type": "header", "text": plain("x" * 151)}],
        "must be less than 151 characters [json-pointer:/blocks/0/text/text]",
    ),
    "header in mrkdwn": (
        [{"type": "header", "text": mrkdwn("x")}],
        "unsupported type: mrkdwn [json-pointer:/blocks/0/text/type]",
    ),
    "header without text": (
        [{"type": "header"}],
        "missing required field: text [json-pointer:/blocks/0]",
    ),
    "section of 3,001": (
        [section(text=mrkdwn("x" * 3001))],
        "must be less than 3001 characters [json-pointer:/blocks/0/text/text]",
    ),
    "empty text": (
        [section(text=mrkdwn(""))],
        "must be more than 0 characters [json-pointer:/blocks/0/text/text]",
    ),
    "number for text": (
        [section(text={"type": "mrkdwn", "text": 1})],
        "must provide a string [json-pointer:/blocks/0/text/text]",
    ),
    "string for a text object": (
        [section(text="x")],
        "must provide an object [json-pointer:/blocks/0/text]",
    ),
    "emoji in mrkdwn": (
        [section(text={**mrkdwn("x"), "emoji": True})],
        "invalid additional property: emoji [json-pointer:/blocks/0/text]",
    ),
    "verbatim of the wrong type": (
        [section(text={**mrkdwn("x"), "verbatim": "yes"})],
        "must provide a boolean [json-pointer:/blocks/0/text/verbatim]",
    ),
    "empty section": (
        [section()],
        "must define either `text` or `fields` [json-pointer:/blocks/0]",
    ),
    "11 fields": (
        [section(fields=[mrkdwn("x")] * 11)],
        "no more than 10 items allowed [json-pointer:/blocks/0/fields]",
    ),
    "field of 2,001": (
        [section(fields=[mrkdwn("x"), mrkdwn("x" * 2001)])],
        "must be less than 2001 characters [json-pointer:/blocks/0/fields/1/text]",
    ),
    "11 context elements": (
        [{"type": "context", "elements": [mrkdwn("x")] * 11}],
        "no more than 10 items allowed [json-pointer:/blocks/0/elements]",
    ),
    "mention in rich text": (
        [rich("rich_text_section", {"type": "broadcast", "range": "channel"})],
        "unsupported type: broadcast [json-pointer:/blocks/0/elements/0/elements/0/type]",
    ),
    "button beside a section": (
        [section(text=mrkdwn("x"), accessory={"type": "button"})],
        "invalid additional property: accessory [json-pointer:/blocks/0]",
    ),
    "quote": (
        [rich("rich_text_quote", {"type": "text", "text": "x"})],
        "unsupported type: rich_text_quote [json-pointer:/blocks/0/elements/0/type]",
    ),
    "style in rich text": (
        [rich("rich_text_section", {"type": "text", "text": "x", "style": {"bold": True}})],
        "invalid additional property: style [json-pointer:/blocks/0/elements/0/elements/0]",
    ),
}


@pytest.mark.parametrize(("blocks", "problem"), REFUSED.values(), ids=REFUSED.keys())
def test_a_broken_rule_is_named_with_its_place(blocks: object, problem: str) -> None:
    """In Slack's words, one complaint per broken rule."""
    assert [problem] == problems(blocks)


def test_all_blocks_together_are_measured_as_json() -> None:
    """Keys and punctuation count; a character outside ASCII counts once."""
    assert len('[{"type":"divider"},{"t":"é🔴"}]') == total_characters(
        [{"type": "divider"}, {"t": "é🔴"}],
    )
