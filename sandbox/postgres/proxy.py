"""A TCP relay in front of a local server that can hold back what the server sends.

Development only. Put between subscriber and publisher it makes messages arrive late; in front of a
server it makes answers slow.
"""

import select
import socket
import socketserver
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from threading import Thread
from types import TracebackType
from typing import Any, Final, Self

HOST: Final = "127.0.0.1"
FIRST_PACKET_SECONDS: Final = 5
_STUCK_SECONDS: Final = 60  # a side that takes nothing for so long is disconnected
_CHUNK_BYTES: Final = 65_536  # above the 16 KiB of a TLS record: what select() reports is all


class Proxy:
    """Listens on `host`:`port`, a free one, inside a `with` block; a thread for each client.

    `delay_seconds` may be changed at any time, also while connections are open: it holds for what
    the server sends from then on.
    """

    host: Final = HOST

    def __init__(self, target_port: int, delay_seconds: float = 0) -> None:
        self.delay_seconds = delay_seconds
        self._target_port = target_port

    def __enter__(self) -> Self:
        self._end, self._closing = socket.socketpair()
        self._listener = _Listener(self)
        self.port: int = self._listener.server_address[1]
        self._thread = Thread(target=self._listener.serve_forever, args=(0.05,))
        self._thread.start()
        return self

    def __exit__(
        self,
        exception_type: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._listener.shutdown()
        self._thread.join()
        self._end.close()  # every relay sees the end of `_closing`
        self._listener.server_close()
        self._closing.close()

    def serve(self, client: socket.socket) -> None:
        """Relay one client's traffic until a side ends it or the proxy closes."""
        client.settimeout(FIRST_PACKET_SECONDS)
        with suppress(OSError, EOFError):
            admitted = self._admit(client)
            if admitted is not None:
                with admitted, socket.create_connection((HOST, self._target_port)) as server:
                    admitted.settimeout(_STUCK_SECONDS)
                    server.settimeout(_STUCK_SECONDS)
                    self._relay(admitted, server)

    def _admit(self, client: socket.socket) -> socket.socket | None:
        """The client to relay, or None; a subclass may talk to it first."""
        return client

    def _alteration(self) -> Callable[[bytes], bytes]:
        """What becomes of what the server sends on one connection; a subclass may alter it."""
        return bytes

    def _relay(self, client: socket.socket, server: socket.socket) -> None:
        sources = [client, server, self._closing]
        alter = self._alteration()
        held: deque[tuple[float, bytes]] = deque()  # when to send what the server sent
        while True:
            seconds = max(0, held[0][0] - time.monotonic()) if held else None
            ready, _, _ = select.select(sources, [], [], seconds)
            if self._closing in ready or (client in ready and not _forward(client, server)):
                return
            if server in ready:
                chunk = server.recv(_CHUNK_BYTES)
                held.append((time.monotonic() + self.delay_seconds, chunk))
                if not chunk:
                    sources.remove(server)
            while held and held[0][0] <= time.monotonic():
                _, chunk = held.popleft()
                if not chunk:
                    return
                client.sendall(alter(chunk))


def _forward(source: socket.socket, target: socket.socket) -> bool:
    """Whether there was something, not the end."""
    chunk = source.recv(_CHUNK_BYTES)
    target.sendall(chunk)
    return bool(chunk)


class _Listener(socketserver.ThreadingTCPServer):
    request_queue_size = 128  # for clients that open dozens at once

    def __init__(self, proxy: Proxy) -> None:
        super().__init__((HOST, 0), socketserver.BaseRequestHandler)
        self._proxy = proxy

    def finish_request(self, request: Any, client_address: Any) -> None:  # noqa: ANN401, ARG002 - typeshed's types
        self._proxy.serve(request)
