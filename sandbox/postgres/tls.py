"""TLS for a server built without it: a relay that ends TLS where the server would.

Development only. To its clients it looks like a server that admits TLS alone (`hostssl`), of any
version before direct TLS negotiation.
"""

import socket
import ssl
import struct
from enum import IntEnum
from typing import Final

from sandbox.postgres.certificates import ServerCertificate
from sandbox.postgres.proxy import Proxy

_HEADER: Final = struct.Struct("!II")  # length in bytes, itself included; what is asked for
_LONGEST_STARTUP_BYTES: Final = 10_000  # PostgreSQL's own limit


class _Request(IntEnum):
    """What the first packet of a connection may ask for beside a session (protocol 3.0)."""

    CANCEL = 80877102
    TLS = 80877103
    GSS_ENCRYPTION = 80877104


class TlsFront(Proxy):
    """A `Proxy` whose clients must ask for TLS; it presents `certificate`."""

    def __init__(
        self, target_port: int, certificate: ServerCertificate, delay_seconds: float = 0
    ) -> None:
        super().__init__(target_port, delay_seconds)
        self._context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self._context.load_cert_chain(certificate.certificate_path, certificate.key_path)

    def _admit(self, client: socket.socket) -> socket.socket | None:
        length, request = _HEADER.unpack(_received(client, _HEADER.size))
        if request == _Request.GSS_ENCRYPTION:
            client.sendall(b"N")
            return self._admit(client)
        if request == _Request.TLS:
            client.sendall(b"S")
            return self._context.wrap_socket(client, server_side=True)
        if request != _Request.CANCEL and _HEADER.size < length <= _LONGEST_STARTUP_BYTES:
            client.sendall(_refusal(_received(client, length - _HEADER.size)))
        return None


def _received(client: socket.socket, size: int) -> bytes:
    """Exactly `size` bytes. Raises `EOFError` if the client ends before."""
    received = b""
    while len(received) < size:
        chunk = client.recv(size - len(received))
        if not chunk:
            raise EOFError
        received += chunk
    return received


def _refusal(startup: bytes) -> bytes:
    """The ErrorResponse of a server without a line for plain connections in pg_hba.conf."""
    words = startup.decode(errors="replace").split("\0")
    parameters = dict(zip(words[::2], words[1::2], strict=False))
    user = parameters.get("user", "")
    message = (
        f'no pg_hba.conf entry for host "127.0.0.1", user "{user}", '
        f'database "{parameters.get("database", user)}", no encryption'
    )
    fields = ("SFATAL", "VFATAL", "C28000", f"M{message}", "")
    body = "\0".join(fields).encode() + b"\0"
    return b"E" + struct.pack("!I", len(body) + 4) + body
