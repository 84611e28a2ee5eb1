"""What a function's process writes to stdout and stderr, line by line. Development only."""

import os
import select
import threading
from typing import IO, Final

from sandbox.aws.lambda_runtime.log_events import LogEvent

_CHUNK_BYTES: Final = 65_536
_LOOK_AT_CLOSED_SECONDS: Final = 0.02


class ProcessOutput:
    """Reads a pipe as it fills; owns it and closes it."""

    def __init__(self, pipe: IO[bytes]) -> None:
        self._pipe = pipe
        os.set_blocking(pipe.fileno(), False)
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._events: list[LogEvent] = []
        self._rest = b""
        self._thread = threading.Thread(target=self._follow, daemon=True)
        self._thread.start()

    def take(self) -> list[LogEvent]:
        """The lines since the last call, those still in the pipe and an unfinished one included."""
        with self._lock:
            self._read()
            if self._rest:
                self._add(self._rest)
                self._rest = b""
            taken, self._events = self._events, []
            return taken

    def close(self) -> None:
        self._closed.set()
        self._thread.join()
        self._pipe.close()

    def _follow(self) -> None:
        ended = False
        while not ended and not self._closed.is_set():
            if select.select([self._pipe], [], [], _LOOK_AT_CLOSED_SECONDS)[0]:
                with self._lock:
                    ended = self._read()

    def _read(self) -> bool:
        """Take in what the pipe holds now; True at its end."""
        try:
            while chunk := os.read(self._pipe.fileno(), _CHUNK_BYTES):
                *lines, self._rest = (self._rest + chunk).split(b"\n")
                for line in lines:
                    self._add(line)
        except BlockingIOError:
            return False
        return True

    def _add(self, line: bytes) -> None:
        # the runtime client joins the lines of a traceback with \r into one event
        text = line.decode(errors="replace").replace("\r", "\n")
        if text.strip():
            self._events.append(LogEvent(text))
