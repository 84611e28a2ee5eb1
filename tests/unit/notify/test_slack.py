"""What Slack's answers ask for."""

import pytest

from functions.notify.slack import SlackRefusedError, retry_after_seconds


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"Retry-After": "30"}, 30),
        ({"retry-after": "0"}, 0),
        ({}, None),
        ({"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"}, None),
        ({"Retry-After": "-1"}, None),
        ({"Retry-After": "1.5"}, None),
    ],
    ids=["seconds", "lower case", "none named", "a date", "negative", "a fraction"],
)
def test_retry_after(headers: dict[str, str], expected: int | None) -> None:
    assert expected == retry_after_seconds(headers)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("message_not_found", True),
        ("thread_not_found", True),
        ("cant_update_message", True),
        ("edit_window_closed", True),
        ("channel_not_found", True),
        ("not_in_channel", True),
        ("is_archived", True),
        ("is_inactive", True),
        ("invalid_auth", False),
        ("invalid_blocks", False),
        ("msg_too_long", False),
    ],
)
def test_a_message_that_is_gone(code: str, *, expected: bool) -> None:
    """A new message helps only where the old one is what is wrong."""
    assert expected == SlackRefusedError("chat.update", code).message_is_gone
