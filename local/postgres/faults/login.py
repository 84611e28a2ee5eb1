"""Faults of the monitor's own way in. Development only."""

from typing import Final

import pg8000.native

from local.postgres.faults.fault import Fault
from local.postgres.pair import DATABASE, MONITOR, MONITOR_PASSWORD, Pair
from sandbox.postgres.server import Server
from sandbox.postgres.waiting import wait_until

_WRONG: Final = f"PASSWORD 'not {MONITOR_PASSWORD}'"
_RIGHT: Final = f"PASSWORD '{MONITOR_PASSWORD}' CONNECTION LIMIT -1"


def _break_wrong_password(pair: Pair) -> None:
    _lock_out(pair.subscriber, _WRONG)


def _break_publisher_wrong_password(pair: Pair) -> None:
    _lock_out(pair.publisher, _WRONG)


def _break_connections(pair: Pair) -> None:
    _lock_out(pair.subscriber, "CONNECTION LIMIT 0")


def _lock_out(server: Server, change: str) -> None:
    server.sql(f"ALTER ROLE {MONITOR} {change}")
    wait_until(
        lambda: not _monitor_can_log_in(server),
        that=f"the login of {MONITOR} is refused",
        look_at=server.log_tail,
    )


def _fix(pair: Pair) -> None:
    for server in (pair.publisher, pair.subscriber):
        server.sql(f"ALTER ROLE {MONITOR} {_RIGHT}")
    pair.wait_until_replicated()


def _monitor_can_log_in(server: Server) -> bool:
    try:
        with server.connect(user=MONITOR, password=MONITOR_PASSWORD, database=DATABASE):
            return True
    except pg8000.native.DatabaseError:
        return False


def _leave_alone(pair: Pair) -> None:
    """The parameters are the fault."""
    pair.wait_until_replicated()


FAULTS: Final = (
    Fault(
        "wrong_password",
        "Somebody changed the password of the monitor's role on the subscriber.",
        "database_auth_failed",
        _break_wrong_password,
        _fix,
    ),
    Fault(
        "publisher_wrong_password",
        "Somebody changed the password of the monitor's role on the publisher.",
        "database_auth_failed",
        _break_publisher_wrong_password,
        _fix,
        watches_publisher=True,
    ),
    Fault(
        "no_connection_left",
        "The monitor's role may not have a connection more.",
        "database_error",
        _break_connections,
        _fix,
    ),
    Fault(
        "mistyped_parameter",
        "Somebody mistyped a parameter of the monitor.",
        "monitor_misconfigured",
        _leave_alone,
        _leave_alone,
        parameters={"max-lag-seconds": "five minutes"},
    ),
    Fault(
        "watched_elsewhere",
        "The publisher's parameters name another of its databases than the publication's.",
        "not_watched",
        _leave_alone,
        _leave_alone,
        parameters={"publisher/dbname": "postgres"},
        watches_publisher=True,
    ),
)
