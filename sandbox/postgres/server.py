"""One real PostgreSQL server on 127.0.0.1, made for this process and gone with it.

Development only. Its data lie in a temporary directory of the user who runs it; its log, with the
line prefix of Amazon RDS, where the caller wants it. TCP only, and every login needs its password.
"""

import random
import secrets
import shutil
import signal
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from enum import Enum
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Any, Final, Self

import pg8000.native

from sandbox.patience import HANG_SECONDS
from sandbox.postgres.account import private_directory, server_identity
from sandbox.postgres.binaries import Installation
from sandbox.postgres.data_directory import SUPERUSER, make_data_directory, program_environment
from sandbox.postgres.process import GuardedProcess
from sandbox.postgres.waiting import wait_until

HOST: Final = "127.0.0.1"

# Below the ports Linux gives to outgoing connections: nobody takes ours while a server is down.
_PORTS: Final = range(15_000, 32_000)


class ServerNotCreatedError(Exception):
    """The server has no data directory yet."""


class ServerNotStartedError(Exception):
    """The server ended instead of starting; the message ends with its log."""


class ShutdownMode(Enum):
    """PostgreSQL's names for two of its ways to stop; the value is the signal that asks for it."""

    FAST = signal.SIGINT
    IMMEDIATE = signal.SIGQUIT


class Server:
    """`create()`, `start()` and `stop()` as often as wanted, `close()`; or a `with` block.

    `settings` go into postgresql.conf and win over those of `sandbox.postgres.data_directory`.
    """

    host: Final = HOST
    user: Final = SUPERUSER

    def __init__(
        self,
        installation: Installation,
        log_path: Path,
        settings: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self.log_path = log_path
        self.port = _free_port()
        self.password = secrets.token_hex(16)
        self._installation = installation
        self._settings = {"listen_addresses": HOST, "port": str(self.port), **settings}
        self._home: Path | None = None
        self._process: GuardedProcess | None = None

    def __enter__(self) -> Self:
        try:
            self.create()
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self,
        exception_type: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def version(self) -> str:
        """Full, such as "18.4"."""
        return self._installation.version

    @property
    def data_directory(self) -> Path:
        if self._home is None:
            raise ServerNotCreatedError("a server has no data directory before create()")
        return self._home / "data"

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.exit_code is None

    def create(self) -> None:
        """Make the data directory. Raises `DataDirectoryNotMadeError`."""
        self._home = private_directory("postgres-")
        make_data_directory(self.data_directory, self._installation, self.password, self._settings)

    def start(self) -> None:
        """Start, unless it runs already, and wait until connections are accepted.

        Raises `ServerNotStartedError`, or `DeadlinePassedError` if it never does.
        """
        if self.running:
            return
        self.stop()  # one that crashed still has its watchdog
        self._process = GuardedProcess(
            [self._installation.program("postgres"), "-D", str(self.data_directory)],
            log_path=self.log_path,
            environment=program_environment(),
            identity=server_identity(),
        )
        try:
            wait_until(
                self._is_ready,
                that=f"PostgreSQL {self.version} accepts connections on port {self.port}",
                look_at=self.log_tail,
            )
        except BaseException:
            self.stop(ShutdownMode.IMMEDIATE)
            raise

    def _is_ready(self) -> bool:
        if not self.running:
            raise ServerNotStartedError(f"PostgreSQL {self.version} gave up. {self.log_tail()}")
        return self._accepts_connections()

    def _accepts_connections(self) -> bool:
        try:
            self.sql("SELECT 1")
        except (pg8000.native.InterfaceError, pg8000.native.DatabaseError, TimeoutError):
            return False
        return True

    def stop(self, mode: ShutdownMode = ShutdownMode.FAST) -> None:
        """Stop, and wait for the end; a server that needs over 30 s is killed."""
        if self._process is not None:
            self.thaw()
            self._process.send_signal(mode.value)
            self._process.wait(seconds=30)
            self._process = None

    def restart(self, mode: ShutdownMode = ShutdownMode.FAST) -> None:
        self.stop(mode)
        self.start()

    def freeze(self) -> None:
        """Freeze the postmaster: the kernel accepts connections that nobody answers."""
        if self._process is not None:
            self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGCONT)

    def close(self) -> None:
        """Stop at once and remove the data; the log stays."""
        self.stop(ShutdownMode.IMMEDIATE)
        if self._home is not None:
            shutil.rmtree(self._home)
            self._home = None

    def sql(
        self,
        statement: str,
        database: str = "postgres",
        **parameters: str | int,
    ) -> list[list[Any]]:
        """The rows of one statement run as the superuser; `:name` in it takes a parameter.

        Raises what pg8000 raises: `DatabaseError`, `InterfaceError`, or `TimeoutError`.
        """
        with self.connect(database=database) as connection:
            return connection.run(statement, **parameters) or []

    def connect(
        self,
        *,
        user: str = SUPERUSER,
        password: str | None = None,
        database: str = "postgres",
        timeout_seconds: float = HANG_SECONDS,
    ) -> pg8000.native.Connection:
        """A connection without TLS, by default the superuser's."""
        return pg8000.native.Connection(
            user,
            host=self.host,
            port=self.port,
            password=self.password if password is None else password,
            database=database,
            timeout=timeout_seconds,
            ssl_context=False,
        )

    def configure(self, **settings: str | None) -> None:
        """Change settings for good (ALTER SYSTEM), or back where None, and have them read.

        Some take a restart to count. Raises `DeadlinePassedError`.
        """
        for name, value in settings.items():
            change = f"RESET {name}" if value is None else f"SET {name} = '{value}'"
            self.sql(f"ALTER SYSTEM {change}")
        [[before, _]] = self.sql("SELECT pg_conf_load_time(), pg_reload_conf()")
        wait_until(
            lambda: self.sql("SELECT pg_conf_load_time()") != [[before]],
            that="new sessions have the new configuration",
            look_at=self.log_tail,
        )

    @contextmanager
    def logs(self, text: str) -> Iterator[None]:
        """Leave the block only when the server has logged `text` since it was entered.

        Raises `DeadlinePassedError`.
        """
        begin = self._log_bytes()
        yield
        wait_until(
            lambda: text in self._log_since(begin),
            that=f"the log says {text!r}",
            look_at=self.log_tail,
        )

    def _log_bytes(self) -> int:
        return self.log_path.stat().st_size if self.log_path.exists() else 0

    def _log_since(self, begin: int) -> str:
        with self.log_path.open("rb") as log:
            log.seek(begin)
            return log.read().decode(errors="replace")

    def log_tail(self, lines: int = 15) -> str:
        """The log's last lines under a heading, for the message of an error."""
        text = self.log_path.read_text(errors="replace") if self.log_path.exists() else ""
        return "\n".join([f"Last lines of {self.log_path}:", *text.splitlines()[-lines:]])


def _free_port() -> int:
    while True:
        port = random.choice(_PORTS)  # noqa: S311 - chance only keeps us apart from other servers
        with socket.socket() as candidate:
            candidate.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                candidate.bind((HOST, port))
            except OSError:
                continue
        return port
