"""Block Kit's documented limits, for messages that are not sent anywhere."""

from collections.abc import Iterator
from typing import Any

MAX_BLOCKS = 50
_LONGEST = {"header": 150, "section": 3_000, "context": 2_000}


def problems(blocks: list[dict[str, Any]]) -> list[str]:
    """What is wrong with the blocks, each with its block; empty if nothing."""
    found = [] if len(blocks) <= MAX_BLOCKS else [f"{len(blocks)} blocks"]
    for number, block in enumerate(blocks):
        found += [f"block {number} ({block['type']}): {problem}" for problem in _problems(block)]
    return found


def _problems(block: dict[str, Any]) -> Iterator[str]:
    if block["type"] == "rich_text":
        return
    longest = _LONGEST[block["type"]]
    fields = block.get("fields", [])
    if len(fields) > 10 or len(block.get("elements", [])) > 10:
        yield "more than 10 fields or elements"
    for field in fields:
        if not 1 <= len(field["text"]) <= 2_000:
            yield f"a field of {len(field['text'])} characters"
    for text in [block.get("text"), *block.get("elements", [])]:
        if text is not None and not 1 <= len(text["text"]) <= longest:
            yield f"a text of {len(text['text'])} characters"


def text_objects(value: Any) -> Iterator[tuple[str, str]]:
    """The type and the text of every text object, in order."""
    if isinstance(value, list):
        for item in value:
            yield from text_objects(item)
    elif isinstance(value, dict):
        if value.get("type") in {"mrkdwn", "plain_text"}:
            yield value["type"], value["text"]
        else:
            for item in value.values():
                yield from text_objects(item)
