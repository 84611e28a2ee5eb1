"""Stands where a pooler or a proxy stands, and refuses start-up parameters it does not know."""

import socket
import struct

from sandbox.postgres.proxy import Proxy

KNOWN = frozenset({"user", "database"})


class PickyPooler(Proxy):
    """Answers a start-up packet with other parameters than `known` as pgbouncer does."""

    def __init__(
        self, target_port: int, sqlstate: str = "08P01", known: frozenset[str] = KNOWN
    ) -> None:
        super().__init__(target_port)
        self.refused: list[str] = []
        self._sqlstate = sqlstate
        self._known = known

    def _admit(self, client: socket.socket) -> socket.socket | None:
        unknown = [name for name in _parameters(client) if name not in self._known]
        if not unknown:
            return client
        self.refused.append(unknown[0])
        client.sendall(_error(self._sqlstate, f"unsupported startup parameter: {unknown[0]}"))
        return None


def _parameters(client: socket.socket) -> list[str]:
    """Names in the start-up packet, which stays in the socket (protocol, StartupMessage)."""
    (length,) = struct.unpack("!i", _peek(client, 4))
    fields = _peek(client, length)[8:].split(b"\0")
    return [name.decode() for name in fields[::2] if name]


def _peek(client: socket.socket, length: int) -> bytes:
    data = b""
    while len(data) < length:
        data = client.recv(length, socket.MSG_PEEK)
        if not data:
            raise EOFError
    return data


def _error(sqlstate: str, message: str) -> bytes:
    fields = b"".join(
        code + value.encode() + b"\0"
        for code, value in ((b"S", "FATAL"), (b"C", sqlstate), (b"M", message))
    )
    return b"E" + struct.pack("!i", len(fields) + 5) + fields + b"\0"
