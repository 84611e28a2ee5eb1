"""Faults of the monitor's own login. Development only."""

from typing import Final

import pg8000.native

from local.postgres.faults.fault import Fault
from local.postgres.pair import DATABASE, MONITOR, MONITOR_PASSWORD, Pair
from local.postgres.waiting import wait_until


def _break_wrong_password(pair: Pair) -> None:
    _set_password(pair, f"not {MONITOR_PASSWORD}")
    wait_until(
        lambda: not _monitor_can_log_in(pair),
        that=f"the login of {MONITOR} is refused",
        look_at=pair.subscriber.log_tail,
    )


def _mend_wrong_password(pair: Pair) -> None:
    _set_password(pair, MONITOR_PASSWORD)
    wait_until(
        lambda: _monitor_can_log_in(pair),
        that=f"{MONITOR} can log in",
        look_at=pair.subscriber.log_tail,
    )
    pair.wait_until_replicated()


def _set_password(pair: Pair, password: str) -> None:
    pair.subscriber.sql(f"ALTER ROLE {MONITOR} PASSWORD '{password}'")


def _monitor_can_log_in(pair: Pair) -> bool:
    try:
        with pair.subscriber.connect(user=MONITOR, password=MONITOR_PASSWORD, database=DATABASE):
            return True
    except pg8000.native.DatabaseError:
        return False


FAULTS: Final = (
    Fault(
        "wrong_password",
        "Somebody changed the password of the monitor's role on the subscriber.",
        "database_auth_failed",
        _break_wrong_password,
        _mend_wrong_password,
    ),
)
