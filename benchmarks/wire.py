"""Statements and round trips of a PostgreSQL client, counted on the wire by a TCP relay.

Message formats: PostgreSQL's manual, "Frontend/Backend Protocol" 3.0; sessions without TLS only.
"""

import select
import socket
import socketserver
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Final

HOST: Final = "127.0.0.1"

_QUERY: Final = b"Q"
_EXECUTE: Final = b"E"
_TERMINATE: Final = b"X"
_CHUNK_BYTES: Final = 65_536


class Conversation:
    """One connection: `statements` run and `round_trips` made so far, those of the login included.

    A round trip is everything the client says before the server's next answer; its farewell is
    none.
    """

    def __init__(self) -> None:
        self.statements = 0
        self.round_trips = 0
        self._unread = b""
        self._started = False
        self._asking = False

    def said(self, chunk: bytes) -> None:
        """The client said this: whole messages or parts of them."""
        self._unread += chunk
        for kind in self._messages():
            self.statements += kind in (_QUERY, _EXECUTE)
            if kind != _TERMINATE and not self._asking:
                self._asking = True
                self.round_trips += 1

    def answered(self) -> None:
        self._asking = False

    def _messages(self) -> Iterator[bytes]:
        """The types of complete messages; the first of a connection has none."""
        while True:
            type_bytes = 1 if self._started else 0
            length = int.from_bytes(self._unread[type_bytes : type_bytes + 4])
            if len(self._unread) < type_bytes + max(length, 4):
                return
            kind = self._unread[:type_bytes]
            self._unread = self._unread[type_bytes + length :]
            self._started = True
            yield kind


@contextmanager
def counting_relay(target_port: int) -> Iterator[tuple[int, list[Conversation]]]:
    """The port to connect to instead, and the conversations there were, in order."""
    conversations: list[Conversation] = []

    class Relay(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            conversations.append(Conversation())
            with socket.create_connection((HOST, target_port)) as server:
                _relay(self.request, server, conversations[-1])

    with socketserver.ThreadingTCPServer((HOST, 0), Relay) as listener:
        thread = Thread(target=listener.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield listener.server_address[1], conversations
        finally:
            listener.shutdown()
            thread.join()


def _relay(client: socket.socket, server: socket.socket, conversation: Conversation) -> None:
    """Until one side ends."""
    while True:
        for source in select.select([client, server], [], [])[0]:
            chunk = source.recv(_CHUNK_BYTES)
            if not chunk:
                return
            if source is client:
                conversation.said(chunk)
                server.sendall(chunk)
            else:
                conversation.answered()
                client.sendall(chunk)
