import pytest

from benchmarks.wire import Conversation

STARTUP = (8).to_bytes(4) + (196_608).to_bytes(4)


def message(kind: bytes, body: bytes = b"") -> bytes:
    return kind + (len(body) + 4).to_bytes(4) + body


QUERY = message(b"Q", b"SELECT 1\0")
PASSWORD = message(b"p", b"Q" * 40)
TERMINATE = message(b"X")


@pytest.mark.parametrize(
    ("said", "statements", "round_trips"),
    [
        pytest.param([], 0, 0, id="nothing"),
        pytest.param([STARTUP, PASSWORD, QUERY, TERMINATE], 1, 3, id="a login and a query"),
        pytest.param([STARTUP, QUERY, QUERY], 2, 3, id="two queries, two round trips"),
        pytest.param([STARTUP, QUERY + QUERY], 2, 2, id="two queries in one go"),
        pytest.param(
            [STARTUP, message(b"P") + message(b"B") + message(b"E") + message(b"S")],
            1,
            2,
            id="the extended protocol",
        ),
    ],
)
def test_statements_and_round_trips_are_counted(
    said: list[bytes], statements: int, round_trips: int
) -> None:
    """The server answers each entry."""
    conversation = Conversation()
    for chunk in said:
        conversation.said(chunk)
        conversation.answered()
    assert (statements, round_trips) == (conversation.statements, conversation.round_trips)


def test_messages_may_arrive_in_pieces() -> None:
    conversation = Conversation()
    for byte in STARTUP + QUERY:
        conversation.said(bytes([byte]))
    assert (1, 1) == (conversation.statements, conversation.round_trips)
