"""A child process that ends when this Python process does, however that ends. Development only.

Beside the child runs a shell that waits for the end of a pipe only we can write to: when we are
gone, even by SIGKILL, it tells the child to quit at once. (Linux's PR_SET_PDEATHSIG would do so
already when the thread that started the child ends.)
"""

import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from sandbox.postgres.account import Identity

# SIGCONT, because a frozen child would receive SIGQUIT only when it is thawed.
_WATCHDOG = 'read -r _; kill -s QUIT "$1"; kill -s CONT "$1"'


class GuardedProcess:
    """Started on construction, in a session of its own: Ctrl-C in the terminal does not reach it.

    Its output is appended to `log_path`, a file we open: the child's user need not reach it.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        log_path: Path,
        environment: Mapping[str, str],
        identity: Identity,
    ) -> None:
        with log_path.open("ab") as log:
            self._child = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=environment,
                cwd="/",
                start_new_session=True,
                **identity,
            )
        self._watchdog = subprocess.Popen(
            ["sh", "-c", _WATCHDOG, "watchdog", str(self._child.pid)],
            stdin=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd="/",
            start_new_session=True,
        )

    @property
    def pid(self) -> int:
        return self._child.pid

    @property
    def exit_code(self) -> int | None:
        """None while it runs; negative: the signal that ended it."""
        return self._child.poll()

    def send_signal(self, signal_: signal.Signals) -> None:
        self._child.send_signal(signal_)

    def wait(self, seconds: float) -> None:
        """Wait for the end of the child, killing it after `seconds`; then dismiss the watchdog."""
        try:
            self._child.wait(seconds)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()
        self._watchdog.kill()
        self._watchdog.communicate()
