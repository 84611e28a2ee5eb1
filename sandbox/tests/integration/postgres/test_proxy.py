import socket
import struct

from sandbox.patience import HANG_SECONDS
from sandbox.postgres.proxy import Proxy
from sandbox.postgres.server import Server

TLS_REQUEST = struct.pack("!II", 8, 80877103)


def test_closing_ends_open_connections(shop: Server) -> None:
    """A client that is still connected when the proxy closes sees the end of the connection."""
    with Proxy(shop.port) as proxy:
        client = socket.create_connection((proxy.host, proxy.port), HANG_SECONDS)
        client.sendall(TLS_REQUEST)
        assert b"N" == client.recv(1)

    with client:
        assert b"" == client.recv(1)


def test_a_server_that_is_down(shop: Server) -> None:
    """Where nobody listens behind the proxy, its clients are disconnected."""
    with Proxy(shop.port) as closed:
        pass

    with (
        Proxy(closed.port) as proxy,
        socket.create_connection((proxy.host, proxy.port), HANG_SECONDS) as client,
    ):
        assert b"" == client.recv(1)
