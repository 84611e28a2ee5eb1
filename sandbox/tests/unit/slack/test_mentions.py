"""What in a message would notify people."""

import pytest

from sandbox.slack.mentions import in_blocks, in_mrkdwn

TEXTS: dict[str, tuple[str, list[str]]] = {
    "everybody": ("<!channel> <!here> <!everyone>", ["<!channel>", "<!here>", "<!everyone>"]),
    "with a label": ("<!here|here>", ["<!here|here>"]),
    "a person": ("ask <@U012AB> or <@W9|anna>", ["<@U012AB>", "<@W9|anna>"]),
    "a group of people": ("<!subteam^S012|@dba>", ["<!subteam^S012|@dba>"]),
    "inside code": ("`<!channel>`", ["<!channel>"]),
    "escaped": ("&lt;!channel&gt;", []),
    "half escaped": ("&lt;!channel>", []),
    "plain": ("@channel @here", []),
    "a link": ("<https://a.example|@channel>", []),
    "a channel": ("<#C012AB>", []),
    "a date": ("<!date^1700000000^{time}|then>", []),
}


@pytest.mark.parametrize(("text", "mentions"), TEXTS.values(), ids=TEXTS.keys())
def test_mentions_in_mrkdwn(text: str, mentions: list[str]) -> None:
    """Only what Slack would resolve counts."""
    assert mentions == in_mrkdwn(text)


def test_mentions_in_blocks() -> None:
    """Every mrkdwn object is read, however deep; plain and rich text are not."""
    blocks = [
        {"type": "header", "text": {"type": "plain_text", "text": "<!channel>"}},
        {"type": "section", "fields": [{"type": "mrkdwn", "text": "a <!here>"}]},
        {"type": "context", "elements": [{"type": "mrkdwn", "text": "<@U1>"}]},
        {"type": "rich_text", "elements": [{"elements": [{"type": "text", "text": "<!here>"}]}]},
    ]

    assert ["<!here>", "<@U1>"] == list(in_blocks(blocks))
