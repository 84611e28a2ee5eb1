"""Block Kit's rules: which blocks may be posted and how long their parts may be. Development only.

Covers what alerts are made of: header, section, context and rich_text, without anything to press.
Any other block, element or key is refused: a new one is an entry here and one in `render`. Pure.
"""

import json
from typing import Final

from sandbox.slack.schema import Rule, array, boolean, record, string, variant

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


_INLINE: Final = variant({"text": record({"text": string(_UNLIMITED)})})
_INLINES: Final = {"elements": array(_INLINE, MAX_TOTAL_CHARACTERS)}
_RICH_TEXT: Final = variant(
    {
        "rich_text_section": record(_INLINES),
        "rich_text_preformatted": record(_INLINES),
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
                },
                either=("text", "fields"),
            ),
            "context": record({"elements": array(_text(2000), 10)}, _ID),
            "rich_text": record({"elements": array(_RICH_TEXT, MAX_TOTAL_CHARACTERS)}, _ID),
        },
    ),
    MAX_BLOCKS,
)
