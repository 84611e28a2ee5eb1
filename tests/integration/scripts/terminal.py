"""A program on a pseudo-terminal, and the person in front of it."""

import os
import pty
import select
import subprocess
import sys
import time
from types import TracebackType
from typing import Self

from sandbox.patience import HANG_SECONDS

_TAKE_TERMINAL = """
import fcntl, runpy, signal, sys, termios
signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job inherits "ignore"
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
module, *sys.argv[1:] = sys.argv[1:]
runpy.run_module(module, run_name="__main__", alter_sys=True)
"""
"""Makes the pseudo-terminal the controlling one, so that /dev/tty and Ctrl-C work."""

CONTROL_C = "\x03"
CONTROL_D = "\x04"


class Terminal:
    """Runs `python -m <module> <words>` inside a `with` block; `shown` is all it displayed."""

    def __init__(self, module: str, *words: str) -> None:
        self._command = [sys.executable, "-c", _TAKE_TERMINAL, module, *words]
        self._expected = 0
        self.shown = ""

    def __enter__(self) -> Self:
        self._keyboard, program_side = pty.openpty()
        try:
            self._process = subprocess.Popen(
                self._command,
                stdin=program_side,
                stdout=program_side,
                stderr=program_side,
                start_new_session=True,
            )
        finally:
            os.close(program_side)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._keyboard)

    def expect(self, text: str, timeout: float = HANG_SECONDS) -> None:
        """Wait until `text` is displayed after what was expected before."""
        deadline = time.monotonic() + timeout
        while (found := self.shown.find(text, self._expected)) < 0:
            if not self._read(deadline):
                raise AssertionError(f"{text!r} is not displayed, but:\n{self.shown}")
        self._expected = found + len(text)

    def type(self, text: str) -> None:
        os.write(self._keyboard, text.encode())

    def exit_status(self, timeout: float = HANG_SECONDS) -> int:
        """Wait for the program's end, reading what it still displays."""
        deadline = time.monotonic() + timeout
        while self._read(deadline):
            pass
        return self._process.wait(timeout)

    def _read(self, deadline: float) -> bool:
        """Read what is displayed next; False at the program's end or the deadline."""
        ready, _, _ = select.select([self._keyboard], [], [], max(0, deadline - time.monotonic()))
        if not ready:
            return False
        try:
            chunk = os.read(self._keyboard, 4096)
        except OSError:  # Linux's way to say that the other side is closed
            return False
        self.shown += chunk.decode(errors="replace")
        return bool(chunk)
