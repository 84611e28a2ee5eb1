"""The baseline: the rules of the one Lambda this monitor grew from (README), in our own words.

It takes the first row of pg_stat_subscription, whichever that is: stopped if one of its two times
is missing, delayed at the publisher if the last message was sent too long ago, delayed at the
subscriber if it was sent long after it was received (its operands are swapped: almost never).
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

import pg8000.native

DEFAULT_MAX_LAG_SECONDS: Final = 300

_QUERY: Final = "SELECT last_msg_send_time, last_msg_receipt_time FROM pg_stat_subscription"

Row = tuple[datetime | None, datetime | None]
"""last_msg_send_time and last_msg_receipt_time."""


class BaselineVerdict(StrEnum):
    """What it says, in short; `HUNG` says nothing, for it never returns from a silent server."""

    HEALTHY = "healthy"
    STOPPED = "stopped"
    DELAYED_AT_PUBLISHER = "delayed at publisher"
    DELAYED_AT_SUBSCRIBER = "delayed at subscriber"
    DATABASE_ERROR = "database error"
    DRIVER_ERROR = "internal error"
    UNEXPECTED = "unexpected exception"
    HUNG = "no answer"

    @property
    def alerts(self) -> bool:
        return self not in {BaselineVerdict.HEALTHY, BaselineVerdict.HUNG}

    def names(self, cause: str) -> bool:
        """Whether a reader of its alert would know this cause."""
        return cause == _CAUSES.get(self)


_CAUSES: Final = {
    BaselineVerdict.STOPPED: "worker_down",
    BaselineVerdict.DELAYED_AT_PUBLISHER: "publisher_lagging",
    BaselineVerdict.DELAYED_AT_SUBSCRIBER: "subscriber_lagging",
    BaselineVerdict.DATABASE_ERROR: "database_error",
}


def check(
    connect: Callable[[], pg8000.native.Connection],
    max_lag_seconds: float = DEFAULT_MAX_LAG_SECONDS,
) -> BaselineVerdict:
    """Check once. `connect` sets the time after which a silent server counts as `HUNG`."""
    try:
        with connect() as connection:
            rows = [(sent, received) for sent, received in connection.run(_QUERY)]
    except pg8000.native.DatabaseError:
        return BaselineVerdict.DATABASE_ERROR
    except (pg8000.native.InterfaceError, TimeoutError) as error:
        silent = isinstance(error, TimeoutError) or isinstance(error.__cause__, TimeoutError)
        return BaselineVerdict.HUNG if silent else BaselineVerdict.DRIVER_ERROR
    return judge(rows, datetime.now(UTC), max_lag_seconds)


def judge(rows: Sequence[Row], now: datetime, max_lag_seconds: float) -> BaselineVerdict:
    """The rules. Without a row its code fails on an index, and it reports that exception."""
    if not rows:
        return BaselineVerdict.UNEXPECTED
    sent, received = rows[0]
    if sent is None or received is None:
        return BaselineVerdict.STOPPED
    if (now - sent).total_seconds() > max_lag_seconds:
        return BaselineVerdict.DELAYED_AT_PUBLISHER
    if (sent - received).total_seconds() > max_lag_seconds:
        return BaselineVerdict.DELAYED_AT_SUBSCRIBER
    return BaselineVerdict.HEALTHY
