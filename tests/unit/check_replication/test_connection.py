"""What the driver raises becomes a cause, by its class and SQLSTATE."""

import sys
from pathlib import Path
from typing import Any, cast

import pg8000.native
import pytest

from functions import check_replication
from functions.check_replication.connection import Connection, ProbeError, Session, major_version
from functions.check_replication.decoding import codec
from functions.check_replication.targets import Login

LOGIN = Login("db.example", "monitor", "shop")


class BrokenConnection:
    """A connection on which every statement raises the same."""

    def __init__(self, error: Exception, server_encoding: str = "UTF8") -> None:
        self._error = error
        self.parameter_statuses = {"server_version": "18.4", "server_encoding": server_encoding}

    def decode_by(self, _: str) -> None: ...

    def run(self, _: str) -> list[Any]:
        raise self._error


def of_timeout(error: Exception) -> Exception:
    """pg8000 says so where the answer stops in the middle of a message."""
    error.__cause__ = TimeoutError()
    return error


@pytest.mark.parametrize(
    ("error", "cause"),
    [
        pytest.param(TimeoutError(), "database_timeout", id="no answer"),
        pytest.param(
            of_timeout(pg8000.native.InterfaceError("network error")),
            "database_timeout",
            id="half an answer",
        ),
        pytest.param(pg8000.native.InterfaceError("gone"), "database_error", id="broken off"),
        pytest.param(ConnectionResetError(), "database_error", id="reset"),
        pytest.param(
            pg8000.native.DatabaseError({"C": "57014", "M": "canceling statement"}),
            "database_timeout",
            id="statement_timeout",
        ),
        pytest.param(
            pg8000.native.DatabaseError({"C": "28P01", "M": "no"}),
            "database_auth_failed",
            id="28P01",
        ),
        pytest.param(
            pg8000.native.DatabaseError({"C": "42501", "M": "no"}), "database_error", id="42501"
        ),
        pytest.param(pg8000.native.DatabaseError({}), "database_error", id="no fields"),
        pytest.param(KeyError(b"H"), "database_error", id="no PostgreSQL"),
        pytest.param(ValueError("Invalid isoformat"), "database_error", id="unreadable"),
    ],
)
def test_a_failing_statement_has_a_cause(error: Exception, cause: str) -> None:
    connection = Connection(cast("Session", BrokenConnection(error)), LOGIN)
    with pytest.raises(ProbeError) as caught:
        connection.run("SELECT 1")
    assert cause == caught.value.cause


class PickyConnection:
    """Cannot put its text into UTF-8, as a database in SQL_ASCII."""

    parameter_statuses = {"server_version": "18.4", "server_encoding": "EUC_JP"}  # noqa: RUF012
    columns = ({"name": "word"},)

    def __init__(self, sqlstate: str) -> None:
        self._sqlstate = sqlstate
        self.statements: list[str] = []
        self.codec = ""

    def run(self, statement: str) -> list[list[str]]:
        self.statements.append(statement)
        if "client_encoding = 'SQL_ASCII'" in statement:
            return [["as stored"]]
        raise pg8000.native.DatabaseError({"C": self._sqlstate, "M": "no"})

    def decode_by(self, codec: str) -> None:
        self.codec = codec


@pytest.mark.parametrize("sqlstate", ["22021", "22P05", "0A000"])
def test_text_that_is_no_utf_8_comes_as_it_is_stored_from_then_on(sqlstate: str) -> None:
    picky = PickyConnection(sqlstate)
    connection = Connection(cast("Session", picky), LOGIN)
    for _ in range(2):
        assert (["word"], [["as stored"]]) == connection.run("SELECT word")
    assert 3 == len(picky.statements)
    assert codec("EUC_JP") == picky.codec


@pytest.mark.parametrize("sqlstate", ["08P01", "0A000", "42601"])
def test_what_no_server_answers_tells_of_poolers(sqlstate: str) -> None:
    error = pg8000.native.DatabaseError({"C": sqlstate, "M": "no"})
    connection = Connection(cast("Session", BrokenConnection(error, "SQL_ASCII")), LOGIN)
    with pytest.raises(ProbeError, match="set hostname to the cluster's own endpoint"):
        connection.run("SELECT 1")


@pytest.mark.parametrize("path", sorted(Path(check_replication.__path__[0]).glob("*.sql")), ids=str)
def test_statements_are_ascii(path: Path) -> None:
    """So that they can be sent whatever the session's client_encoding is."""
    assert path.read_bytes().isascii()


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("18.4", 18),
        ("16.14 (Debian 16.14-1)", 16),
        ("19devel", 19),
        ("9.6.24", 9),
        ("unknown", sys.maxsize),
    ],
)
def test_a_version_is_read_whatever_it_looks_like(version: str, expected: int) -> None:
    assert expected == major_version(version)
