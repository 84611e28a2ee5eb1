"""Ways to fail some seconds after each start of a worker. Development only."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Final

from local.postgres.killing import workers_are_killed
from local.postgres.pair import DATABASE, Pair, insert_order
from local.postgres.second_table import TABLE, create_table, insert_return, subscribe_table
from sandbox.postgres.server import Server

SETTINGS: Final = MappingProxyType({"log_line_prefix": "%m:%r:%u@%d:[%p]:"})
"""Of the servers, so that the log has milliseconds."""

_LOCAL_CUSTOMER: Final = "a local customer of the subscriber"
_KILLER: Final = "somebody who kills apply workers"
_COLLISION: Final = r"ERROR:  (?:duplicate key value|conflict detected)"
_SLOW: Final = "public.take_its_time"


@dataclass(frozen=True, slots=True)
class Kind:
    """`begin` takes the seconds from a worker's start to its failure; `end` returns at once.

    `logged` is how the subscriber's log tells a failure; `counted` whether one raises a count of
    pg_stat_subscription_stats.
    """

    name: str
    begin: Callable[[Pair, float], None]
    end: Callable[[Pair], None]
    logged: str
    counted: bool = True


@dataclass(frozen=True, slots=True)
class SlowFailure:
    kind: Kind
    seconds: float

    def failures(self, log: str) -> list[datetime]:
        """When it failed, by a log whose lines begin with SETTINGS' prefix."""
        line = re.compile(
            rf"^(\d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+) UTC::@:.*{self.kind.logged}", re.MULTILINE
        )
        return [datetime.fromisoformat(time).replace(tzinfo=UTC) for time in line.findall(log)]


def _begin_apply(pair: Pair, seconds: float) -> None:
    order_id = pair.next_order_id()
    insert_order(pair.subscriber, order_id, _LOCAL_CUSTOMER)
    _before_inserting(pair.subscriber, "public.orders", order_id, f"PERFORM pg_sleep({seconds})")
    pair.place_order(order_id)


def _end_apply(pair: Pair) -> None:
    delete = "DELETE FROM public.orders WHERE customer = :customer"
    pair.subscriber.sql(delete, DATABASE, customer=_LOCAL_CUSTOMER)


def _begin_copy(pair: Pair, seconds: float) -> None:
    create_table(pair)
    for server in (pair.publisher, pair.subscriber):
        insert_return(server)
    _before_inserting(pair.subscriber, TABLE, 1, f"PERFORM pg_sleep({seconds})")
    subscribe_table(pair)


def _end_copy(pair: Pair) -> None:
    pair.subscriber.sql(f"DELETE FROM {TABLE}", DATABASE)  # noqa: S608  ours


def _begin_fatal(pair: Pair, seconds: float) -> None:
    """A worker ends itself, for as long as a row says so."""
    subscriber, order_id = pair.subscriber, pair.next_order_id()
    subscriber.sql("CREATE TABLE public.orders_to_end AS SELECT true", DATABASE)
    end = "PERFORM pg_terminate_backend(pg_backend_pid()); PERFORM pg_sleep(1)"
    action = (
        f"PERFORM pg_sleep({seconds}); "
        f"IF EXISTS (SELECT FROM public.orders_to_end) THEN {end}; END IF"
    )
    _before_inserting(subscriber, "public.orders", order_id, action)
    pair.place_order(order_id)


def _end_fatal(pair: Pair) -> None:
    pair.subscriber.sql("DELETE FROM public.orders_to_end", DATABASE)


def _begin_killed(pair: Pair, seconds: float) -> None:
    pair.attachments.attach(_KILLER, workers_are_killed(pair.subscriber, seconds))


def _end_killed(pair: Pair) -> None:
    pair.attachments.detach(_KILLER)


def _before_inserting(server: Server, table: str, row_id: int, action: str) -> None:
    """Before that row of the table; an ordinary trigger would not fire."""
    body = f"BEGIN IF NEW.id = {row_id} THEN {action}; END IF; RETURN NEW; END"
    for statement in (
        f"CREATE FUNCTION {_SLOW}() RETURNS trigger LANGUAGE plpgsql AS '{body}'",
        f"CREATE TRIGGER slow BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION {_SLOW}()",
        f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER slow",
    ):
        server.sql(statement, DATABASE)


KINDS: Final = (
    Kind("apply", _begin_apply, _end_apply, _COLLISION),
    Kind("copy", _begin_copy, _end_copy, _COLLISION),
    Kind(
        "FATAL",
        _begin_fatal,
        _end_fatal,
        "FATAL:  terminating logical replication worker",
        counted=False,
    ),
    Kind("killed", _begin_killed, _end_killed, "was terminated by signal 9", counted=False),
)
SECONDS: Final = (0, 1, 2, 4, 8, 20, 60)
