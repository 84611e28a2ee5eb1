"""Lambda's Runtime API for one sandbox. Development only."""

import queue
import sys
import threading
import time
from dataclasses import dataclass
from enum import Enum, auto
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final

_NEXT: Final = "/2018-06-01/runtime/invocation/next"
_INIT_ERROR: Final = "/2018-06-01/runtime/init/error"
_INVOCATION: Final = "/2018-06-01/runtime/invocation/"
_LOOK_AT_CLOSED_SECONDS: Final = 0.02


class Event(Enum):
    READY = auto()
    RESPONSE = auto()
    ERROR = auto()
    INIT_ERROR = auto()
    EXITED = auto()


@dataclass(frozen=True, slots=True)
class Signal:
    """Something the function's process did; `body` is what it sent."""

    event: Event
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Work:
    """An invocation to hand out; `deadline` in seconds since 1970."""

    request_id: str
    function_arn: str
    payload: bytes
    deadline: float


class RuntimeApi:
    """Serves one sandbox on a port of its own; what its process does arrives in `signals`."""

    def __init__(self) -> None:
        self.signals: queue.Queue[Signal] = queue.Queue()
        self._work: queue.Queue[Work | None] = queue.Queue()
        self._server = _Server(self)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(_LOOK_AT_CLOSED_SECONDS,), daemon=True
        )
        self._thread.start()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self._server.server_port}"

    def hand_out(self, work: Work) -> None:
        self._work.put(work)

    def next(self) -> Work | None:
        """Wait for an invocation; None when there will be none any more."""
        self.signals.put(Signal(Event.READY))
        return self._work.get()

    def close(self) -> None:
        self._work.put(None)
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, api: RuntimeApi) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.api = api

    def handle_error(self, request: object, client_address: object) -> None:
        """A process that was killed does not read its answer; anything else is told."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]  # passed on


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        if self.path != _NEXT:
            self.send_error(404)
            return
        work = self.server.api.next()
        if work is not None:
            self._send(200, work.payload, _headers(work))

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        event = _event(self.path)
        if event is None:
            self.send_error(404)
            return
        # told before it is acknowledged: the process asks for more work once it is
        self.server.api.signals.put(Signal(event, body))
        self._send(202, b'{"status":"OK"}', {})

    def log_message(self, *_: object) -> None:
        return

    def _send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _event(path: str) -> Event | None:
    if path == _INIT_ERROR:
        return Event.INIT_ERROR
    if path.startswith(_INVOCATION):
        return {"response": Event.RESPONSE, "error": Event.ERROR}.get(path.rpartition("/")[2])
    return None


def _headers(work: Work) -> dict[str, str]:
    return {
        "Lambda-Runtime-Aws-Request-Id": work.request_id,
        "Lambda-Runtime-Deadline-Ms": str(int(work.deadline * 1000)),
        "Lambda-Runtime-Invoked-Function-Arn": work.function_arn,
        "Lambda-Runtime-Trace-Id": (
            f"Root=1-{int(time.time()):08x}-{work.request_id.replace('-', '')[:24]};Sampled=0"
        ),
    }
