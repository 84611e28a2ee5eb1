from collections.abc import Callable

import pg8000.native
import pytest

from functions.causes import CATALOGUE
from local.postgres.faults import FAULTS
from local.postgres.pair import (
    DATABASE,
    MONITOR,
    MONITOR_PASSWORD,
    Pair,
)
from local.postgres.server import Server
from local.postgres.waiting import wait_until


def orders(server: Server) -> list[list[object]]:
    return server.sql("SELECT id, customer FROM public.orders ORDER BY id", DATABASE)


def rows(query: str) -> Callable[[Pair], object]:
    return lambda pair: pair.subscriber.sql(query)


def sqlstate_of_login(pair: Pair) -> object:
    with pytest.raises(pg8000.native.DatabaseError) as caught:
        pair.subscriber.connect(user=MONITOR, password=MONITOR_PASSWORD, database=DATABASE)
    return caught.value.args[0]["C"]


def failure_of_connecting(pair: Pair) -> object:
    with pytest.raises((pg8000.native.InterfaceError, TimeoutError)) as caught:
        pair.subscriber.connect(timeout_seconds=1)
    return caught.type


WORKER = """
    SELECT subenabled, pid IS NOT NULL
    FROM pg_subscription JOIN pg_stat_subscription ON oid = subid
"""
APPLY_ERRORS = """
    SELECT subenabled, apply_error_count > 0
    FROM pg_subscription JOIN pg_stat_subscription_stats ON oid = subid
"""
DISABLED_ON_ERROR = "SELECT subenabled, subdisableonerr FROM pg_subscription"
SILENCE = "SELECT pid > 0, now() - last_msg_send_time > interval '1 s' FROM pg_stat_subscription"

SYMPTOMS: dict[str, tuple[Callable[[Pair], object], object]] = {
    "conflict": (rows(APPLY_ERRORS), [[True, True]]),
    "disabled_on_error": (rows(DISABLED_ON_ERROR), [[False, True]]),
    "disabled": (rows(WORKER), [[False, False]]),
    "subscription_dropped": (rows("SELECT FROM pg_subscription"), []),
    "publisher_down": (rows(WORKER), [[True, False]]),
    "subscriber_down": (failure_of_connecting, pg8000.native.InterfaceError),
    "frozen_sender": (rows(SILENCE), [[True, True]]),
    "subscriber_frozen": (failure_of_connecting, TimeoutError),
    "wrong_password": (sqlstate_of_login, "28P01"),
}


def test_every_fault_has_a_known_cause_and_a_symptom() -> None:
    """The table above and the catalogue of causes cover all faults."""
    assert SYMPTOMS.keys() == FAULTS.keys()
    assert set() == {fault.cause for fault in FAULTS.values()} - CATALOGUE.keys()


@pytest.mark.parametrize("version", ["pair", "pair16"], ids=["18", "16"])
@pytest.mark.parametrize("name", FAULTS)
def test_break_and_mend(request: pytest.FixtureRequest, version: str, name: str) -> None:
    """A broken pair shows the fault's symptom; a mended one replicates, and all rows arrive."""
    pair: Pair = request.getfixturevalue(version)
    fault, (look, symptom) = FAULTS[name], SYMPTOMS[name]

    fault.break_(pair)
    try:
        wait_until(  # a worker that cannot work may be starting just now
            lambda: look(pair) == symptom,
            that=f"the symptom is {symptom}",
            look_at=lambda: f"It is {look(pair)}.",
            seconds=10,
        )
    finally:
        fault.mend(pair)

    assert orders(pair.publisher) == orders(pair.subscriber)


@pytest.mark.parametrize("name", FAULTS)
def test_twice(pair: Pair, name: str) -> None:
    """Breaking what is broken and mending what is whole do no harm."""
    fault = FAULTS[name]

    fault.break_(pair)
    fault.break_(pair)
    fault.mend(pair)
    fault.mend(pair)

    assert orders(pair.publisher) == orders(pair.subscriber)
