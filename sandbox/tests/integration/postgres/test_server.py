import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pg8000.native
import pytest

from sandbox.postgres import binaries
from sandbox.postgres.server import (
    Server,
    ServerNotCreatedError,
    ServerNotStartedError,
    ShutdownMode,
)
from sandbox.postgres.waiting import wait_until


@pytest.fixture(scope="module")
def created(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(binaries.find("18"), tmp_path_factory.mktemp("server") / "log") as server:
        yield server


@pytest.fixture
def server(created: Server) -> Server:
    """It runs, whatever the test before did to it."""
    created.start()
    return created


@pytest.mark.parametrize("mode", ShutdownMode)
def test_restart_keeps_data_and_address(server: Server, mode: ShutdownMode) -> None:
    """After any way of stopping, a server comes back on its port with what was committed."""
    port = server.port
    server.sql(f"CREATE TABLE {mode.name} AS SELECT 42 AS answer")

    server.restart(mode)

    assert port == server.port
    assert [[42]] == server.sql(f"SELECT answer FROM {mode.name}")  # noqa: S608 - a name of ours


def test_starting_twice(server: Server) -> None:
    """A server that runs is left alone."""
    [[started]] = server.sql("SELECT pg_postmaster_start_time()")

    server.start()

    assert [[started]] == server.sql("SELECT pg_postmaster_start_time()")


def test_starting_after_a_crash(server: Server) -> None:
    """A server that was killed recovers."""
    postmaster = int((server.data_directory / "postmaster.pid").read_text().split()[0])
    os.kill(postmaster, signal.SIGKILL)
    wait_until(lambda: not server.running, that="it is dead", look_at=server.log_tail)

    server.start()

    assert [[1]] == server.sql("SELECT 1")


def test_passwords_are_checked(server: Server) -> None:
    """A login over TCP with a wrong password fails as on a real server."""
    with pytest.raises(pg8000.native.DatabaseError) as caught:
        server.connect(password="wrong")

    assert "28P01" == caught.value.args[0]["C"]


def test_a_frozen_server_can_be_stopped(server: Server) -> None:
    """Stopping thaws first: PostgreSQL handles signals only while it runs."""
    server.freeze()

    server.stop()

    assert not server.running


def test_closing_removes_the_data_and_keeps_the_log(tmp_path: Path) -> None:
    """After the `with` block the temporary directory is gone; the log is still there to read."""
    with Server(binaries.find("18"), tmp_path / "server.log") as server:
        home = server.data_directory.parent

    assert not home.exists()
    assert "database system is ready to accept connections" in server.log_path.read_text()


def test_a_wrong_setting_is_shown(tmp_path: Path) -> None:
    """A server that cannot start says why: its last log lines are in the error."""
    settings = {"wal_level": "it's unknown"}
    server = Server(binaries.find("18"), tmp_path / "server.log", settings)

    with (
        pytest.raises(ServerNotStartedError, match=r'invalid value .* "wal_level": "it\'s'),
        server,
    ):
        pass

    assert not server.running


def test_a_server_has_no_data_before_it_is_created(tmp_path: Path) -> None:
    """Asking too early for the data directory names the missing step."""
    server = Server(binaries.find("18"), tmp_path / "server.log")

    with pytest.raises(ServerNotCreatedError, match=r"create\(\)"):
        _ = server.data_directory


def test_settings_are_changed_and_reset(server: Server) -> None:
    """A new session has what was configured, and the old value once that is taken back."""
    show = "SELECT current_setting('wal_sender_timeout')"

    server.configure(wal_sender_timeout="4s")
    assert [["4s"]] == server.sql(show)

    server.configure(wal_sender_timeout=None)
    assert [["1min"]] == server.sql(show)
