"""One connection to one database (pg8000), over verified TLS, bounded in time.

What a session must be set to goes with every statement (session.sql), so that it holds behind a
pooler too, whose sessions are everybody's. What can go wrong is distinguished by the driver's
exceptions and SQLSTATE codes, never by message text, and leaves as a `ProbeError`.
"""

import re
import ssl
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache, partial
from pathlib import Path
from typing import Any, Final

import pg8000.native

from functions.check_replication.concealment import without_login
from functions.check_replication.decoding import UTF8, codec
from functions.check_replication.targets import Login

CONNECT_SECONDS: Final = 10
"""For the connection and each answer: pg8000's socket timeout, above the statement's own limit."""

STATEMENT_SECONDS: Final = 5
"""As session.sql says."""

_NAME: Final = "logical-replication-monitor"

_FROM_THE_START: Final = {"statement_timeout": f"{STATEMENT_SECONDS}s", "idle_session_timeout": "0"}
"""What counts before the first statement and between two of them (idle_session_timeout: 14+)."""

_PARAMETERS_REFUSED: Final = frozenset({"08P01", "42704", "22023", "0A000"})
"""By poolers and proxies (pgbouncer: 08P01), and by servers that do not know one (42704)."""

_NOT_A_SERVER: Final = frozenset({"08P01", "0A000", "42601"})
"""What no PostgreSQL server answers to our statements: something stands in between."""

_AUTHENTICATION_REFUSED: Final = frozenset({"28000", "28P01"})
_QUERY_CANCELED: Final = "57014"

_NOT_IN_UTF8: Final = frozenset({"22021", "22P05", "0A000"})
"""Bytes that are none of the encoding, without an equivalent, an encoding without a conversion."""

_TRANSACTION_TIMEOUT_SINCE: Final = 17

_HERE: Final = Path(__file__).parent


class ProbeError(Exception):
    """The state could not be found out; `cause` is the id of the catalogue, the text a sentence.

    `sqlstate` is the server's, None where none came.
    """

    def __init__(self, cause: str, summary: str, sqlstate: str | None = None) -> None:
        super().__init__(summary)
        self.cause = cause
        self.sqlstate = sqlstate


class Session(pg8000.native.Connection):  # type: ignore[misc]  # pg8000 has no types
    """pg8000's connection, decoding anything: by our choice, not by what is announced."""

    def handle_PARAMETER_STATUS(self, data: bytes, context: object) -> None:  # noqa: ARG002, N802  pg8000's signature
        """One setting of the session, as `name NUL value NUL` (protocol, ParameterStatus)."""
        name, value, *_ = data.split(b"\0")
        self.parameter_statuses[str(name, UTF8)] = str(value, UTF8)
        self.decode_by(UTF8)

    def decode_by(self, codec: str) -> None:
        self._client_encoding = codec

    def close(self) -> None:
        """Also where the other side is gone: pg8000's complaint would hide why it went."""
        with suppress(pg8000.native.InterfaceError, OSError):
            super().close()


class Connection:
    """An open connection; `major` is the server's major version."""

    def __init__(self, session: Session, login: Login) -> None:
        self._session = session
        self._login = login
        self._encoding = "UTF8"
        self.major = major_version(session.parameter_statuses["server_version"])

    def run(self, statement: str) -> tuple[list[str], Sequence[Sequence[Any]]]:
        """Column names and rows of one statement, in one round trip. Raises `ProbeError`.

        Text comes in UTF-8; once that is impossible, as the bytes that the database holds.
        """
        try:
            return self._answer(statement)
        except ProbeError as error:
            if self._encoding != "UTF8" or error.sqlstate not in _NOT_IN_UTF8:
                raise
        self._encoding = "SQL_ASCII"
        self._session.decode_by(codec(self._session.parameter_statuses["server_encoding"]))
        return self._answer(statement)

    def _answer(self, statement: str) -> tuple[list[str], Sequence[Sequence[Any]]]:
        hostname = self._login.hostname
        try:
            rows = self._session.run(_settings(self.major, self._encoding) + statement)
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
        except Exception as error:
            raise ProbeError(
                "database_error",
                f"{hostname} gave an answer that cannot be read: {type(error).__name__}.",
            ) from error
        return [column["name"] for column in self._session.columns], rows


def major_version(server_version: str) -> int:
    """16 of "16.14 (Debian)", 19 of "19devel"; one without a number is taken for a new one."""
    number = re.match(r"\d+", server_version)
    return int(number[0]) if number else sys.maxsize


@contextmanager
def connected(login: Login, password: str) -> Iterator[Connection]:
    """A connection that is closed at the end; raises `ProbeError` where none can be had.

    The error of a login that failed holds none of the login's values.
    """
    try:
        session = _connect(login, password)
    except ProbeError as error:
        concealed = without_login(str(error), login, password)
        raise ProbeError(error.cause, concealed, error.sqlstate) from error
    try:
        yield Connection(session, login)
    finally:
        session.close()


def _connect(login: Login, password: str) -> Session:
    try:
        return _session(login, password)
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
    except Exception as error:
        raise ProbeError(
            "database_unreachable",
            f"What answers at {login.address} does not speak PostgreSQL's protocol: "
            f"{type(error).__name__}.",
        ) from error


def _session(login: Login, password: str) -> Session:
    """Poolers and older servers may refuse parameters of the start: then without them."""
    opened = partial(
        Session,
        user=login.username,
        password=password,
        host=login.hostname,
        port=login.port,
        database=login.database,
        timeout=CONNECT_SECONDS,
        ssl_context=_tls(login.sslmode),
    )
    try:
        return opened(application_name=_NAME, startup_params=_FROM_THE_START)
    except pg8000.native.DatabaseError as error:
        if _sqlstate(error) not in _PARAMETERS_REFUSED:
            raise
    return opened()


def _sqlstate(error: pg8000.native.DatabaseError) -> str | None:
    fields: dict[str, str] = error.args[0]
    return fields.get("C")


@cache
def _settings(major: int, encoding: str) -> str:
    files = ["session.sql", "session_17.sql"][: 1 + (major >= _TRANSACTION_TIMEOUT_SINCE)]
    settings = "".join((_HERE / name).read_text() for name in files)
    return f"{settings}SET LOCAL client_encoding = '{encoding}';\n"


def _refused(error: pg8000.native.DatabaseError, login: Login) -> ProbeError:
    """By SQLSTATE: PostgreSQL manual, appendix A (class 28; 57014 query_canceled)."""
    fields: dict[str, Any] = error.args[0]
    state, message = fields.get("C", "?????"), fields.get("M", "no message")
    if state in _AUTHENTICATION_REFUSED:
        return ProbeError(
            "database_auth_failed",
            f"{login.hostname} refused the login of {login.username}: {message}.",
            state,
        )
    if state == _QUERY_CANCELED:
        return ProbeError(
            "database_timeout",
            f"{login.hostname} did not finish the query within {STATEMENT_SECONDS} s.",
            state,
        )
    summary = f"{login.hostname} answered with an error: {message} ({state})."
    if state in _NOT_A_SERVER:
        summary += " If it is a pooler or a proxy, set hostname to the cluster's own endpoint."
    return ProbeError("database_error", summary, state)


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
