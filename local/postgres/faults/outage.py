"""Faults of whole servers and of the way to them. Development only."""

from typing import Final

from local.postgres.faults.fault import Fault
from local.postgres.faults.symptoms import wait_until_worker_is_gone
from local.postgres.pair import REPLICATOR, REPLICATOR_PASSWORD, Pair
from sandbox.postgres.waiting import wait_until

_SILENT_SECONDS: Final = 1


def _break_publisher_down(pair: Pair) -> None:
    pair.publisher.stop()
    wait_until_worker_is_gone(pair)


def _fix_publisher_down(pair: Pair) -> None:
    pair.publisher.start()
    pair.wait_until_replicated()


def _break_publisher_password(pair: Pair) -> None:
    _set_password(pair, f"not {REPLICATOR_PASSWORD}")
    with pair.subscriber.logs("password authentication failed"):
        pair.terminate_sender()


def _fix_publisher_password(pair: Pair) -> None:
    _set_password(pair, REPLICATOR_PASSWORD)
    pair.wait_until_replicated()


def _set_password(pair: Pair, password: str) -> None:
    pair.publisher.sql(f"ALTER ROLE {REPLICATOR} PASSWORD '{password}'")


def _break_subscriber_down(pair: Pair) -> None:
    pair.subscriber.stop()


def _fix_subscriber_down(pair: Pair) -> None:
    pair.subscriber.start()
    pair.wait_until_replicated()


def _break_subscriber_frozen(pair: Pair) -> None:
    pair.subscriber.freeze()
    wait_until(
        lambda: _is_silent(pair),
        that="the subscriber answers no connection",
        look_at=pair.subscriber.log_tail,
    )


def _fix_subscriber_frozen(pair: Pair) -> None:
    pair.subscriber.thaw()
    pair.wait_until_replicated()


def _is_silent(pair: Pair) -> bool:
    try:
        with pair.subscriber.connect(timeout_seconds=_SILENT_SECONDS):
            return False
    except TimeoutError:
        return True


FAULTS: Final = (
    Fault(
        "publisher_down",
        "The publisher is stopped.",
        "publisher_unreachable",
        _break_publisher_down,
        _fix_publisher_down,
        probe_cause="worker_down",
    ),
    Fault(
        "publisher_password",
        "Somebody changed the password with which the subscription logs in to the publisher.",
        "publisher_auth_failed",
        _break_publisher_password,
        _fix_publisher_password,
        probe_cause="worker_down",
    ),
    Fault(
        "subscriber_down",
        "The subscriber is stopped.",
        "database_unreachable",
        _break_subscriber_down,
        _fix_subscriber_down,
    ),
    Fault(
        "subscriber_frozen",
        "The subscriber's postmaster is frozen: connections are accepted and never answered.",
        "database_timeout",
        _break_subscriber_frozen,
        _fix_subscriber_frozen,
    ),
)
