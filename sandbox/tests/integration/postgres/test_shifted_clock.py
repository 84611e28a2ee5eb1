"""A made-up server's messages, in pieces of awkward sizes, through the proxy that shifts times."""

import socket
import struct
from threading import Thread

import pytest

from sandbox.patience import HANG_SECONDS
from sandbox.postgres.proxy import HOST
from sandbox.postgres.shifted_clock import ClockShiftingProxy

HOUR = 3600
MICROSECONDS = 1_000_000


def message(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("!I", 4 + len(body)) + body


def stream(sent_at: int) -> bytes:
    """A refusal of TLS, an authentication, a change, a keepalive, and a notice, at `sent_at`."""
    change = b"w" + struct.pack("!QQq", 1, 2, sent_at) + b"a change"
    keepalive = b"k" + struct.pack("!QqB", 3, sent_at, 1)
    return b"".join(
        [
            b"N",
            message(b"R", struct.pack("!I", 0)),
            message(b"d", change),
            message(b"d", keepalive),
            message(b"N", b"wage, k and w are not times here"),
        ]
    )


@pytest.mark.parametrize("piece", [1, 7, 1000])
def test_only_times_change(piece: int) -> None:
    """Changes and keepalives say another time; everything else arrives as it was sent."""
    sent, expected = stream(0), stream(HOUR * MICROSECONDS)
    with (
        socket.create_server((HOST, 0)) as publisher,
        ClockShiftingProxy(publisher.getsockname()[1], HOUR) as proxy,
        socket.create_connection((proxy.host, proxy.port), HANG_SECONDS) as subscriber,
    ):
        sender = Thread(target=send_in_pieces, args=(publisher, sent, piece))
        sender.start()
        with subscriber.makefile("rb") as received:
            assert expected == received.read()
        sender.join()


def send_in_pieces(publisher: socket.socket, data: bytes, piece: int) -> None:
    connection, _ = publisher.accept()
    with connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for begin in range(0, len(data), piece):
            connection.sendall(data[begin : begin + piece])
