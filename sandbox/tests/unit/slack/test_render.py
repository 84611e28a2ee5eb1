"""Messages in the terminal, as text of 100 columns."""

import io
from dataclasses import replace
from typing import Any

import pytest
from rich.console import Console, RenderableType
from rich.text import Text

from sandbox.slack import File, Message
from sandbox.slack.mrkdwn import to_text
from sandbox.slack.render import block, conversation, message

MRKDWN: dict[str, tuple[str, str]] = {
    "plain": ("8 errors", "8 errors"),
    "emphasis": ("*bold* _slanted_ ~gone~", "bold slanted gone"),
    "code in bold": ("*see `SELECT 1`*", "see SELECT 1"),
    "stars that are no emphasis": ("2*3*4 and a_b_c", "2*3*4 and a_b_c"),
    "code keeps its stars": ("`SELECT *, *`", "SELECT *, *"),
    "code block": (
        "run\n```DELETE FROM a\nWHERE b;```\nnow",
        "run\nDELETE FROM a\nWHERE b;\nnow",
    ),
    "link": ("<https://a.example|Run book>", "Run book"),
    "link without a label": ("<https://a.example?b&amp;c>", "https://a.example?b&c"),
    "escapes": ("a &lt;b&gt; &amp;amp;", "a <b> &amp;"),
    "escaped mention": ("&lt;!channel&gt;", "<!channel>"),
    "mention": ("<!channel> <@U1>", "@channel @U1"),
    "emoji": (":red_circle: stopped", "🔴 stopped"),
    "a time is no emoji": ("23:34:08", "23:34:08"),
    "lone bracket": ("a < b", "a < b"),
}


@pytest.mark.parametrize(("mrkdwn", "plain"), MRKDWN.values(), ids=MRKDWN.keys())
def test_mrkdwn_as_a_reader_sees_it(mrkdwn: str, plain: str) -> None:
    """Marks are gone, links show their labels, escapes are undone."""
    assert plain == to_text(mrkdwn).plain


STYLES: dict[str, tuple[str, str]] = {
    "bold": ("*x*", "bold"),
    "italic": ("_x_", "italic"),
    "strike": ("~x~", "strike"),
    "link": ("<https://a.example|x>", "link https://a.example"),
    "bold link": ("*<https://a.example|x>*", "bold"),
    "code": ("`x`", "bright_cyan"),
}


@pytest.mark.parametrize(("mrkdwn", "style"), STYLES.values(), ids=STYLES.keys())
def test_mrkdwn_is_styled(mrkdwn: str, style: str) -> None:
    """The style covers the words."""
    [span] = to_text(mrkdwn).spans
    assert style in str(span.style)


def shown(renderable: RenderableType) -> str:
    console = Console(width=100, file=io.StringIO(), record=True)
    console.print(renderable)
    return "\n".join(line.rstrip() for line in console.export_text().strip().splitlines())


def inlines(kind: str, *elements: dict[str, Any]) -> dict[str, Any]:
    return {"type": kind, "elements": list(elements)}


PLAIN = {"type": "plain_text", "text": "[red]*x*"}
LETTER = {"type": "text", "text": "x"}
BLOCKS: dict[str, tuple[dict[str, Any], str]] = {
    "header is plain": ({"type": "header", "text": PLAIN}, "[red]*x*"),
    "section": ({"type": "section", "text": {"type": "mrkdwn", "text": "*x*"}}, "x"),
    "fields in two columns": (
        {"type": "section", "fields": [{"type": "mrkdwn", "text": name} for name in "abc"]},
        f"a{' ' * 49}b\nc",
    ),
    "context": ({"type": "context", "elements": [PLAIN, PLAIN]}, "[red]*x*  [red]*x*"),
    "rich text is plain": (
        inlines("rich_text", inlines("rich_text_section", LETTER, {"type": "text", "text": "*y*"})),
        "x*y*",
    ),
    "preformatted": (
        inlines("rich_text", inlines("rich_text_preformatted", LETTER)),
        f"╭{'─' * 98}╮\n│ x{' ' * 95} │\n╰{'─' * 98}╯",
    ),
}


@pytest.mark.parametrize(("part", "text"), BLOCKS.values(), ids=BLOCKS.keys())
def test_a_block(part: dict[str, Any], text: str) -> None:
    """Looks as in Slack, as far as text can."""
    assert text == shown(block(part))


ALERT = Message(
    "C0ALERTS",
    "fallback",
    "1700000000.000100",
    blocks=({"type": "header", "text": {"type": "plain_text", "text": "🔴 orders_sub stopped"}},),
    author="Shop Alerts",
)


def test_a_message_says_who_and_when_and_hides_the_fallback() -> None:
    """The text is for notifications when there are blocks."""
    assert "Shop Alerts APP   22:13 UTC\n\n🔴 orders_sub stopped" == shown(message(ALERT))


def test_a_message_without_blocks_shows_its_text_and_that_it_was_edited() -> None:
    """As Slack does."""
    edited = replace(ALERT, text="*recovered*", blocks=(), history=(ALERT,))

    assert "Shop Alerts APP   22:13 UTC  (edited)\nrecovered" == shown(message(edited))


def test_a_conversation_shows_the_thread_below_its_parent() -> None:
    """In one frame that names the channel; snippets carry their title and content."""
    snippet = File("F1", "errors.json", 9, "json", b'[{"a": 1}]', "errors.json")
    reply = Message(
        "C0ALERTS",
        "Up to 5 errors",
        "1700000060.000100",
        thread_ts=ALERT.ts,
        files=(snippet,),
    )

    lines = shown(conversation("alerts", ALERT, [reply])).splitlines()

    assert lines[0].startswith("╭─ # alerts ─")
    order = ["orders_sub stopped", "22:14 UTC", "Up to 5 errors", "errors.json", '[{"a": 1}]']
    found = [next(i for i, line in enumerate(lines) if words in line) for words in order]
    assert sorted(found) == found
    assert {100} == {Text(line).cell_len for line in lines}


def test_a_reply_that_the_channel_sees_too() -> None:
    """Is marked as Slack marks it."""
    reply = Message("C0ALERTS", "still", "1700000000.000100", thread_ts="1.1", is_broadcast=True)
    assert "UTC  also sent to the channel\nstill" in shown(message(reply))
