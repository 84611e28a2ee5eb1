"""Block Kit's rules: which blocks may be posted and how long their parts may be. Development only.

Covers the blocks an alert is made of: header, section, context, actions, divider and rich_text,
with buttons as the only interactive element. Any other block, element or key is refused. Pure.
"""

import json
from typing import Final

from sandbox.slack.schema import Rule, array, boolean, integer, one_of, record, string, variant

MAX_BLOCKS: Final = 50
MAX_TOTAL_CHARACTERS: Final = 13_200
"""Of all blocks of a message together. Slack documents no number; this is where it was seen to
refuse. What it counts is unknown, so `total_characters` counts on the safe side."""

_UNLIMITED: Final = MAX_TOTAL_CHARACTERS


def problems(blocks: object, pointer: str = "/blocks") -> list[str]:
    """What Slack would object to, each with the JSON pointer to the place; empty if nothing."""
    return list(_BLOCKS(blocks, pointer))


def total_characters(blocks: object) -> int:
    """The length of the blocks as compact JSON."""
    return len(json.dumps(blocks, ensure_ascii=False, separators=(",", ":")))


def _plain_text(at_most: int) -> Rule:
    return variant({"plain_text": record({"text": string(at_most)}, {"emoji": boolean})})


def _text(at_most: int) -> Rule:
    return variant(
        {
            "plain_text": record({"text": string(at_most)}, {"emoji": boolean}),
            "mrkdwn": record({"text": string(at_most)}, {"verbatim": boolean}),
        },
    )


_BUTTON: Final = variant(
    {
        "button": record(
            {"text": _plain_text(75)},
            {
                "url": string(3000),
                "action_id": string(255),
                "value": string(2000),
                "style": one_of("primary", "danger"),
                "accessibility_label": string(75),
            },
        ),
    },
)

_STYLE: Final = record(
    optional=dict.fromkeys(("bold", "italic", "strike", "code", "underline"), boolean),
)
_INLINE: Final = variant(
    {
        "text": record({"text": string(_UNLIMITED)}, {"style": _STYLE}),
        "link": record({"url": string(3000)}, {"text": string(_UNLIMITED), "style": _STYLE}),
        "emoji": record({"name": string(255)}, {"unicode": string(255)}),
    },
)
_INLINES: Final = {"elements": array(_INLINE, MAX_TOTAL_CHARACTERS)}
_LIST_ITEM: Final = variant({"rich_text_section": record(_INLINES)})
_RICH_TEXT: Final = variant(
    {
        "rich_text_section": record(_INLINES),
        "rich_text_preformatted": record(_INLINES, {"border": integer}),
        "rich_text_quote": record(_INLINES, {"border": integer}),
        "rich_text_list": record(
            {
                "style": one_of("bullet", "ordered"),
                "elements": array(_LIST_ITEM, MAX_TOTAL_CHARACTERS),
            },
            {"indent": integer, "offset": integer, "border": integer},
        ),
    },
)

_ID: Final = {"block_id": string(255)}
_BLOCKS: Final = array(
    variant(
        {
            "header": record({"text": _plain_text(150)}, _ID),
            "section": record(
                optional={
                    **_ID,
                    "text": _text(3000),
                    "fields": array(_text(2000), 10),
                    "accessory": _BUTTON,
                    "expand": boolean,
                },
                either=("text", "fields"),
            ),
            "context": record({"elements": array(_text(2000), 10)}, _ID),
            "actions": record({"elements": array(_BUTTON, 25)}, _ID),
            "divider": record(optional=_ID),
            "rich_text": record({"elements": array(_RICH_TEXT, MAX_TOTAL_CHARACTERS)}, _ID),
        },
    ),
    MAX_BLOCKS,
)
