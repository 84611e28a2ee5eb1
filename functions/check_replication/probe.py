"""The probe: one connection to one server, one statement a look (pg8000).

What can go wrong here is told apart by the driver's exceptions and SQLSTATE codes, never by
message text, and leaves as a `ProbeError`.
"""

import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any, Final

import pg8000.native

from functions.check_replication.diagnosis import Looks, unsettled
from functions.check_replication.snapshot import Snapshot
from functions.check_replication.targets import Target

CONNECT_SECONDS: Final = 10
"""For the connection and each answer: pg8000's socket timeout, above the statement's own limit."""

STATEMENT_SECONDS: Final = 5

PAUSE_SECONDS: Final = 1
"""Between two looks."""

MAX_LOOKING_SECONDS: Final = 12
"""From the first look to the last, whatever wal_retrieve_retry_interval says."""

_AUTHENTICATION_REFUSED: Final = frozenset({"28000", "28P01"})
_QUERY_CANCELED: Final = "57014"
_ERROR_COUNTS_SINCE: Final = 15

_HERE: Final = Path(__file__).parent


class ProbeError(Exception):
    """The state could not be found out; `cause` is the id of the catalogue, the text a sentence."""

    def __init__(self, cause: str, summary: str) -> None:
        super().__init__(summary)
        self.cause = cause


def look(target: Target, password: str, *, pause: Callable[[float], None] = time.sleep) -> Looks:
    """Look at the target, and again and again while what was seen is ambiguous.

    That ends with the second restart that a missing worker should have made. `password` is the
    target's own or an IAM token. Raises `ProbeError`.
    """
    with _connected(target, password) as connection:
        looks = Looks((_snapshot(connection, target),))
        limit = min(2 * looks.first.wal_retrieve_retry_seconds + 1, MAX_LOOKING_SECONDS)
        while unsettled(looks) and looks.seconds_between < limit:
            pause(PAUSE_SECONDS)
            looks = looks.with_another(_snapshot(connection, target))
        return looks


@contextmanager
def _connected(target: Target, password: str) -> Iterator[pg8000.native.Connection]:
    where = f"{target.hostname}:{target.port}"
    try:
        connection = pg8000.native.Connection(
            user=target.username,
            password=password,
            host=target.hostname,
            port=target.port,
            database=target.database,
            timeout=CONNECT_SECONDS,
            ssl_context=_tls(target.sslmode),
            application_name="logical-replication-monitor",
            startup_params={
                "statement_timeout": f"{STATEMENT_SECONDS}s",
                "search_path": "pg_catalog",
                "default_transaction_read_only": "on",
            },
        )
    except pg8000.native.DatabaseError as error:
        raise _refused(error, target) from error
    except ssl.SSLCertVerificationError as error:
        raise ProbeError(
            "database_unreachable",
            f"The certificate of {where} could not be verified: {error.verify_message}.",
        ) from error
    except TimeoutError as error:
        raise ProbeError(
            "database_timeout", f"{where} did not answer a login within {CONNECT_SECONDS} s."
        ) from error
    except (pg8000.native.InterfaceError, OSError) as error:
        raise ProbeError("database_unreachable", f"No connection to {where}: {error}.") from error
    try:
        yield connection
    finally:
        with suppress(pg8000.native.InterfaceError, OSError):
            connection.close()


def _snapshot(connection: pg8000.native.Connection, target: Target) -> Snapshot:
    try:
        rows = connection.run(_statement(connection.parameter_statuses["server_version"]))
    except pg8000.native.DatabaseError as error:
        raise _refused(error, target) from error
    except (pg8000.native.InterfaceError, OSError) as error:
        if isinstance(error, TimeoutError) or isinstance(error.__cause__, TimeoutError):
            raise ProbeError(
                "database_timeout",
                f"{target.hostname} did not answer the query within {CONNECT_SECONDS} s.",
            ) from error
        raise ProbeError(
            "database_error", f"{target.hostname} broke off the query: {error}."
        ) from error
    return Snapshot.from_rows([column["name"] for column in connection.columns], rows)


def _refused(error: pg8000.native.DatabaseError, target: Target) -> ProbeError:
    """By SQLSTATE: PostgreSQL manual, appendix A (class 28; 57014 query_canceled)."""
    fields: dict[str, Any] = error.args[0]
    state, message = fields.get("C", "?????"), fields.get("M", "no message")
    if state in _AUTHENTICATION_REFUSED:
        return ProbeError(
            "database_auth_failed",
            f"{target.hostname} refused the login of {target.username}: {message}.",
        )
    if state == _QUERY_CANCELED:
        return ProbeError(
            "database_timeout",
            f"{target.hostname} did not finish the query within {STATEMENT_SECONDS} s.",
        )
    return ProbeError(
        "database_error", f"{target.hostname} answered with an error: {message} ({state})."
    )


def _statement(server_version: str) -> str:
    major = int(server_version.partition(".")[0])
    errors = "errors_15.sql" if major >= _ERROR_COUNTS_SINCE else "errors_13.sql"
    return f"{_sql(errors)}\n{_sql('subscriptions.sql')}"


@cache
def _sql(name: str) -> str:
    return (_HERE / name).read_text()


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
    context.load_verify_locations(_HERE / "rds-global-bundle.pem")
    return context
