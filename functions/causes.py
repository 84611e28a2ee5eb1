"""The catalogue of causes: every id a finding can carry, and what to tell a person about it.

Pure: standard library only. The ids are a contract (reports, metrics, alerts and the runbook use
them); the texts are not.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Severity(StrEnum):
    CRITICAL = "critical"
    WARNING = "warning"

    @property
    def rank(self) -> int:
        """0 is the worst."""
        return list(Severity).index(self)


@dataclass(frozen=True, slots=True)
class Cause:
    """One thing that can be wrong.

    `headline` completes the sentence "<subscription or cluster> …"; `meaning` is one or two
    sentences for the person on call; `check` is SQL to run on the subscriber, or None where no
    SQL could show it.
    """

    id: str
    severity: Severity
    headline: str
    meaning: str
    check: str | None


_STATE: Final = "SELECT * FROM pg_stat_subscription;"
_DEFINITION: Final = "SELECT subname, subenabled, subslotname FROM pg_subscription;"
_ERRORS: Final = "SELECT * FROM pg_stat_subscription_stats;"

_CAUSES: Final = (
    Cause(
        "worker_down",
        Severity.CRITICAL,
        "stopped: its apply worker is not running",
        "The subscription is enabled, but no apply worker ran for as long as two restarts take. "
        "Nothing is replicated until one starts; the error log usually says why it does not.",
        _STATE,
    ),
    Cause(
        "subscription_disabled",
        Severity.CRITICAL,
        "stopped: the subscription is disabled",
        "Somebody or something disabled the subscription. Nothing is replicated, and the "
        "publisher keeps WAL for its slot until the subscription is enabled or dropped.",
        _DEFINITION,
    ),
    Cause(
        "disabled_on_error",
        Severity.CRITICAL,
        "stopped: it disabled itself after an error",
        "The subscription was created with disable_on_error, met an error and disabled itself. "
        "Nothing is replicated until the error is mended and the subscription enabled again.",
        _DEFINITION,
    ),
    Cause(
        "apply_error",
        Severity.CRITICAL,
        "stopped: a change cannot be applied",
        "The apply worker fails on the same change, restarts and fails again. Nothing after that "
        "change is replicated until it can be applied or is skipped.",
        _ERRORS,
    ),
    Cause(
        "publisher_lagging",
        Severity.CRITICAL,
        "is behind: the publisher has sent nothing for too long",
        "The last message from the publisher is older than the limit. An idle publisher still "
        "sends keepalives, so the publisher, its WAL sender or the network is stuck or overloaded.",
        _STATE,
    ),
    Cause(
        "subscriber_lagging",
        Severity.CRITICAL,
        "is behind: messages arrive too long after they were sent",
        "Messages reach the subscriber later after being sent than the limit allows: the network "
        "or the apply worker is slow, or the clocks of the two servers differ.",
        _STATE,
    ),
    Cause(
        "no_subscription",
        Severity.CRITICAL,
        "has no subscription",
        "The cluster is configured to be watched, yet holds no subscription in any database: it "
        "was dropped, or the parameters point to the wrong cluster.",
        _DEFINITION,
    ),
    Cause(
        "database_auth_failed",
        Severity.CRITICAL,
        "could not be checked: the database refused the monitor's login",
        "The monitor cannot log in, so the state of replication is unknown. The password or the "
        "grant of rds_iam changed, or the role is gone.",
        None,
    ),
    Cause(
        "database_unreachable",
        Severity.CRITICAL,
        "could not be checked: the database cannot be reached",
        "No connection could be made, so the state of replication is unknown: the server is down, "
        "its name does not resolve, the network refuses, or TLS could not be verified.",
        None,
    ),
    Cause(
        "database_timeout",
        Severity.CRITICAL,
        "could not be checked: the database did not answer in time",
        "The server accepted the connection or the query but gave no answer in time, so the state "
        "of replication is unknown. Overload, a hung host or a silently dropped connection.",
        None,
    ),
    Cause(
        "database_error",
        Severity.CRITICAL,
        "could not be checked: the database answered with an error",
        "The monitor's query failed, so the state of replication is unknown.",
        None,
    ),
    Cause(
        "monitor_misconfigured",
        Severity.CRITICAL,
        "could not be checked: the monitor's configuration is wrong",
        "A parameter of this cluster is missing or malformed, so the state of replication is "
        "unknown until it is corrected.",
        None,
    ),
    Cause(
        "monitor_failed",
        Severity.CRITICAL,
        "could not be checked: the monitor itself failed",
        "The check did not finish, so the state of replication is unknown. The execution and the "
        "function's own log say why.",
        None,
    ),
)

CATALOGUE: Final[dict[str, Cause]] = {cause.id: cause for cause in _CAUSES}
