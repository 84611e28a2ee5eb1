"""Healthy set-ups of the servers: restarts, databases, roles, clocks. Development only."""

from typing import Final

from local.postgres import second_database
from local.postgres.faults.fault import Fault
from local.postgres.faults.symptoms import wait_until_leader_is
from local.postgres.pair import Pair
from sandbox.postgres.shifted_clock import ClockShiftingProxy

_ONLOOKER: Final = "onlooker"
_ONLOOKER_PASSWORD: Final = "made-up onlooker password"
_CLOCK: Final = "a publisher whose clock is ahead"
_AHEAD_SECONDS: Final = 3600


def _restart_publisher(pair: Pair) -> None:
    pair.publisher.restart()


def _restart_subscriber(pair: Pair) -> None:
    pair.subscriber.restart()


def _subscribe_elsewhere(pair: Pair) -> None:
    second_database.create_database(pair.subscriber)
    second_database.subscribe(pair, pair.subscriber)
    second_database.wait_until_subscription_works(pair.subscriber)


def _unsubscribe_elsewhere(pair: Pair) -> None:
    second_database.remove_database(pair, pair.subscriber)
    pair.wait_until_replicated()


def _create_onlooker(pair: Pair) -> None:
    _drop_onlooker(pair)
    for server in (pair.publisher, pair.subscriber):
        server.sql(f"CREATE ROLE {_ONLOOKER} LOGIN PASSWORD '{_ONLOOKER_PASSWORD}'")


def _drop_onlooker(pair: Pair) -> None:
    for server in (pair.publisher, pair.subscriber):
        server.sql(f"DROP ROLE IF EXISTS {_ONLOOKER}")
    pair.wait_until_replicated()


def _set_clock_ahead(pair: Pair) -> None:
    proxy = ClockShiftingProxy(pair.publisher.port, _AHEAD_SECONDS)
    pair.connect_through(pair.attachments.attach(_CLOCK, proxy).port)
    pair.wait_until_replicated()
    wait_until_leader_is(pair, "last_msg_send_time > now()")


def _set_clock_right(pair: Pair) -> None:
    pair.connect_through(pair.publisher.port)
    pair.attachments.detach(_CLOCK)
    pair.wait_until_replicated()
    wait_until_leader_is(pair, "last_msg_send_time <= now()")


SETUPS: Final = (
    Fault(
        "publisher_restart",
        "The publisher was restarted just now.",
        None,
        _restart_publisher,
        Pair.wait_until_replicated,
    ),
    Fault(
        "subscriber_restart",
        "The subscriber was restarted just now.",
        None,
        _restart_subscriber,
        Pair.wait_until_replicated,
    ),
    Fault(
        "two_databases",
        "Another database of the subscriber has a subscription of its own.",
        None,
        _subscribe_elsewhere,
        _unsubscribe_elsewhere,
    ),
    Fault(
        "least_privilege",
        "The monitor's role has LOGIN and nothing else, on both servers.",
        None,
        _create_onlooker,
        _drop_onlooker,
        parameters={
            "username": _ONLOOKER,
            "password": _ONLOOKER_PASSWORD,
            "publisher/username": _ONLOOKER,
            "publisher/password": _ONLOOKER_PASSWORD,
        },
        watches_publisher=True,
    ),
    Fault(
        "publisher_clock_ahead",
        "The publisher's clock is an hour ahead of the subscriber's.",
        None,
        _set_clock_ahead,
        _set_clock_right,
    ),
)
