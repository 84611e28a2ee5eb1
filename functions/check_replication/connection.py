"""One connection to one database (pg8000), over verified TLS, bounded in time.

What can go wrong is told apart by the driver's exceptions and SQLSTATE codes, never by message
text, and leaves as a `ProbeError`.
"""

import re
import ssl
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any, Final

import pg8000.native

from functions.check_replication.targets import Login

CONNECT_SECONDS: Final = 10
"""For the connection and each answer: pg8000's socket timeout, above the statement's own limit."""

STATEMENT_SECONDS: Final = 5

_AUTHENTICATION_REFUSED: Final = frozenset({"28000", "28P01"})
_QUERY_CANCELED: Final = "57014"


class ProbeError(Exception):
    """The state could not be found out; `cause` is the id of the catalogue, the text a sentence."""

    def __init__(self, cause: str, summary: str) -> None:
        super().__init__(summary)
        self.cause = cause


class Connection:
    """An open connection; `major` is the server's major version."""

    def __init__(self, connection: pg8000.native.Connection, login: Login) -> None:
        self._connection = connection
        self._login = login
        self.major = major_version(connection.parameter_statuses["server_version"])

    def run(self, statement: str) -> tuple[list[str], Sequence[Sequence[Any]]]:
        """Column names and rows of one statement, in one round trip. Raises `ProbeError`."""
        hostname = self._login.hostname
        try:
            rows = self._connection.run(statement)
        except pg8000.native.DatabaseError as error:
            raise _refused(error, self._login) from error
        except (pg8000.native.InterfaceError, OSError) as error:
            if isinstance(error, TimeoutError) or isinstance(error.__cause__, TimeoutError):
                raise ProbeError(
                    "database_timeout",
                    f"{hostname} did not answer the query within {CONNECT_SECONDS} s.",
                ) from error
            raise ProbeError(
                "database_error", f"{hostname} broke off the query: {error}."
            ) from error
        return [column["name"] for column in self._connection.columns], rows


def major_version(server_version: str) -> int:
    """16 of "16.14 (Debian)", 19 of "19devel"; one without a number is taken for a new one."""
    number = re.match(r"\d+", server_version)
    return int(number[0]) if number else sys.maxsize


@contextmanager
def connected(login: Login, password: str) -> Iterator[Connection]:
    """A connection that is closed at the end; raises `ProbeError` where none can be had."""
    connection = _connect(login, password)
    try:
        yield Connection(connection, login)
    finally:
        with suppress(pg8000.native.InterfaceError, OSError):
            connection.close()


def _connect(login: Login, password: str) -> pg8000.native.Connection:
    try:
        return pg8000.native.Connection(
            user=login.username,
            password=password,
            host=login.hostname,
            port=login.port,
            database=login.database,
            timeout=CONNECT_SECONDS,
            ssl_context=_tls(login.sslmode),
            application_name="logical-replication-monitor",
            startup_params={
                "statement_timeout": f"{STATEMENT_SECONDS}s",
                "search_path": "pg_catalog",
                "default_transaction_read_only": "on",
            },
        )
    except pg8000.native.DatabaseError as error:
        raise _refused(error, login) from error
    except ssl.SSLCertVerificationError as error:
        raise ProbeError(
            "database_unreachable",
            f"The certificate of {login.address} could not be verified: {error.verify_message}.",
        ) from error
    except TimeoutError as error:
        raise ProbeError(
            "database_timeout",
            f"{login.address} did not answer a login within {CONNECT_SECONDS} s.",
        ) from error
    except (pg8000.native.InterfaceError, OSError) as error:
        raise ProbeError(
            "database_unreachable", f"No connection to {login.address}: {error}."
        ) from error


def _refused(error: pg8000.native.DatabaseError, login: Login) -> ProbeError:
    """By SQLSTATE: PostgreSQL manual, appendix A (class 28; 57014 query_canceled)."""
    fields: dict[str, Any] = error.args[0]
    state, message = fields.get("C", "?????"), fields.get("M", "no message")
    if state in _AUTHENTICATION_REFUSED:
        return ProbeError(
            "database_auth_failed",
            f"{login.hostname} refused the login of {login.username}: {message}.",
        )
    if state == _QUERY_CANCELED:
        return ProbeError(
            "database_timeout",
            f"{login.hostname} did not finish the query within {STATEMENT_SECONDS} s.",
        )
    return ProbeError(
        "database_error", f"{login.hostname} answered with an error: {message} ({state})."
    )


@cache
def _tls(sslmode: str) -> ssl.SSLContext | bool:
    """`verify-full` trusts the RDS authorities shipped here and the system's own."""
    if sslmode == "disable":
        return False
    if sslmode == "require":
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        return context
    context = ssl.create_default_context()
    context.load_verify_locations(Path(__file__).parent / "rds-global-bundle.pem")
    return context
