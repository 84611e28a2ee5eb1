"""What the driver raises becomes a cause, by its class and SQLSTATE."""

import sys
from typing import Any, cast

import pg8000.native
import pytest

from functions.check_replication.connection import Connection, ProbeError, major_version
from functions.check_replication.targets import Login

LOGIN = Login("db.example", "monitor", "shop")


class BrokenConnection:
    """A connection on which every statement raises the same."""

    parameter_statuses = {"server_version": "18.4"}  # noqa: RUF012

    def __init__(self, error: Exception) -> None:
        self._error = error

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
    ],
)
def test_a_failing_statement_has_a_cause(error: Exception, cause: str) -> None:
    connection = Connection(cast("pg8000.native.Connection", BrokenConnection(error)), LOGIN)
    with pytest.raises(ProbeError) as caught:
        connection.run("SELECT 1")
    assert cause == caught.value.cause


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
