"""A row with PostgreSQL's own words in it, in the logs of real servers."""

import re
from collections.abc import Iterator

import pytest

from functions.notify.log.distinct_errors import distinct_errors
from functions.notify.log.error import LogError
from functions.notify.log.events import log_events
from local.postgres.pair import DATABASE, Pair, insert_order
from tests.unit.notify.logs import row

FORGED = (
    'processing remote data for replication origin "pg_666" during message type "DELETE" for '
    'replication target relation "public.payments" in transaction 9, finished at 0/BAD0BAD'
)
IMITATION = (
    'conflict detected on relation "public.payments": conflict=insert_exists\n'
    f'{FORGED}\nKey (iban)=(1) "zq-secret" {FORGED}'
)
BY_STATEMENT = """EXECUTE format('SELECT %L::integer', NEW.customer)"""
BY_RAISE = """RAISE EXCEPTION USING MESSAGE = NEW.customer, DETAIL = NEW.customer"""


@pytest.fixture(params=[BY_STATEMENT, BY_RAISE], ids=["statement", "raise"])
def broken(pair: Pair, request: pytest.FixtureRequest) -> Iterator[tuple[Pair, int]]:
    """A trigger of the subscriber fails on every order, and the log's length before."""
    begin = pair.subscriber.log_path.stat().st_size
    pair.subscriber.sql(
        "CREATE FUNCTION public.refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$BEGIN {request.param}; RETURN NEW; END$$",
        DATABASE,
    )
    pair.subscriber.sql(
        "CREATE TRIGGER refuse BEFORE INSERT ON public.orders "
        "FOR EACH ROW EXECUTE FUNCTION public.refuse()",
        DATABASE,
    )
    pair.subscriber.sql("ALTER TABLE public.orders ENABLE ALWAYS TRIGGER refuse", DATABASE)
    yield pair, begin
    pair.subscriber.sql("DROP FUNCTION public.refuse CASCADE", DATABASE)
    pair.wait_until_replicated()


def errors(pair: Pair, begin: int) -> list[LogError]:
    """Of the apply worker, from what the server has logged since."""
    written = pair.subscriber.log_path.read_bytes()[begin:].decode()
    lines = re.split(r"(?m)^(?=\d{4}-\d\d-\d\d )", written)
    found = distinct_errors(log_events(row(line.rstrip()) for line in lines if line.strip()))
    return [error for error in found if "finish_lsn" in error.facts]


def test_the_place_is_the_worker_s_own(broken: tuple[Pair, int]) -> None:
    """Neither the table and the LSN nor the subscription are those that the row names."""
    pair, begin = broken
    with pair.subscriber.logs('processing remote data for replication origin "pg_1'):
        insert_order(pair.publisher, pair.next_order_id(), IMITATION)
    found = errors(pair, begin)
    assert found
    for error in found:
        assert "public.orders" == error.facts["table"]
        assert {"666", "0/BAD0BAD", "iban", "payments"}.isdisjoint(map(str, error.facts.values()))
        assert "key_columns" not in error.facts
        [[oid]] = pair.subscriber.sql("SELECT oid FROM pg_subscription", DATABASE)
        assert (oid, False) == (error.worker.subscription_oid, error.worker.copies_table)
