"""What somebody else, or a worker, does while a remedy that destroys is being run."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from functions.catalogue import CATALOGUE
from local.postgres.pair import DATABASE, PUBLICATION, SUBSCRIPTION, Pair, has_order
from local.postgres.second_table import (
    TABLE,
    create_table,
    insert_return,
    remove_table,
    subscribe_table,
)
from sandbox.postgres.waiting import wait_until
from tests.integration.catalogue.damage import collide
from tests.integration.catalogue.printed_sql import fill_in, paste
from tests.integration.catalogue.test_remedies import (
    connection,
    orders,
    values,
    wait_until_equal,
)

HOLD = "SELECT pg_advisory_lock(1)"
HOLD_EVERY_ROW = f"""
    CREATE FUNCTION public.hold() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN PERFORM pg_advisory_xact_lock_shared(1); RETURN NEW; END';
    CREATE TRIGGER hold BEFORE INSERT ON {TABLE} FOR EACH ROW EXECUTE FUNCTION public.hold();
    ALTER TABLE {TABLE} ENABLE ALWAYS TRIGGER hold
"""
WAITS = "SELECT FROM pg_locks WHERE NOT granted AND locktype = :what"
RETURNS = f"SELECT id, reason FROM {TABLE} ORDER BY id"  # noqa: S608  ours


@pytest.fixture
def returns(pair: Pair) -> Iterator[Pair]:
    """A second table, of which the publisher has one row; not subscribed to yet."""
    create_table(pair)
    insert_return(pair.publisher)
    yield pair
    remove_table(pair)
    pair.subscriber.sql("DROP FUNCTION IF EXISTS public.hold", DATABASE)


@contextmanager
def copying(pair: Pair) -> Iterator[None]:
    """The copy of the second table has a row and does not end inside."""
    for statement in HOLD_EVERY_ROW.split(";\n    "):
        pair.subscriber.sql(statement, DATABASE)
    with pair.subscriber.connect(database=DATABASE) as holder:
        holder.run(HOLD)
        subscribe_table(pair)
        wait_until(
            lambda: is_waiting(pair, "advisory"),
            that="the copy has a row",
            look_at=pair.subscriber.log_tail,
        )
        yield


def is_waiting(pair: Pair, what: str) -> bool:
    """Whether somebody waits for a lock of that type on the subscriber."""
    return bool(pair.subscriber.sql(WAITS, what=what))


def begin_to_paste(pool: ThreadPoolExecutor, pair: Pair, scripts: list[str]) -> Future[str]:
    """On the subscriber, until they wait for a table or are done; the result is what psql says."""
    said = pool.submit(paste, pair.subscriber, scripts)
    wait_until(
        lambda: said.done() or is_waiting(pair, "relation"),
        that="the scripts wait for a table",
        look_at=pair.subscriber.log_tail,
    )
    return said


def emptying(pair: Pair) -> list[str]:
    known = values(pair, table=TABLE)
    *_, empty = CATALOGUE["table_sync_failed"].remedies_for(known)
    return [script.sql for script in empty.scripts]


def test_a_table_is_not_emptied_of_what_a_copy_under_way_brought(returns: Pair) -> None:
    """The copy begins before the table would be emptied, and commits while that waits."""
    pair = returns
    with ThreadPoolExecutor(1) as pool:
        with copying(pair):
            said = begin_to_paste(pool, pair, emptying(pair))
        assert "ERROR:" in said.result()
    pair.wait_until_copied()
    assert [[1, "too small"]] == pair.subscriber.sql(RETURNS, DATABASE)


def test_nobody_waits_for_long_behind_who_would_empty_a_table(returns: Pair) -> None:
    """It gives up where the copy goes on and on."""
    pair = returns
    with copying(pair):
        assert "lock timeout" in paste(pair.subscriber, emptying(pair))
    pair.wait_until_copied()
    assert [[1, "too small"]] == pair.subscriber.sql(RETURNS, DATABASE)


@pytest.mark.parametrize("enabled", [True, False], ids=["enabled", "disabled meanwhile"])
def test_a_table_whose_copy_fails_is_emptied_and_copied(returns: Pair, *, enabled: bool) -> None:
    pair = returns
    in_the_way = f"INSERT INTO {TABLE} VALUES (1, 'another')"  # noqa: S608  ours
    pair.subscriber.sql(in_the_way, DATABASE)
    with pair.subscriber.logs("duplicate key value"):
        subscribe_table(pair)
    if not enabled:
        pair.alter_subscription("DISABLE")
    said = paste(pair.subscriber, emptying(pair))
    assert "ERROR:" not in said
    pair.alter_subscription("ENABLE")
    pair.wait_until_copied()
    assert [[1, "too small"]] == pair.subscriber.sql(RETURNS, DATABASE)


def test_an_older_snapshot_is_refused(returns: Pair) -> None:
    """It would not show what a copy has done before the lock was granted."""
    pair = returns
    with copying(pair):
        repeatable = "SET default_transaction_isolation = 'repeatable read';"
        said = paste(pair.subscriber, [repeatable, *emptying(pair)])
    assert "READ COMMITTED. Nothing changed." in said
    pair.wait_until_copied()


def test_the_publishers_row_is_not_deleted_in_the_place_of_the_local_one(pair: Pair) -> None:
    """Somebody else was quicker, and the row of that key is a replicated one by now."""
    order_id = collide(pair)
    delete, *_ = CATALOGUE["apply_conflict"].remedies_for(values(pair, key_columns="id"))
    show, remove = (fill_in(script, {"key_values": str(order_id)}) for script in delete.scripts)
    quicker = f"DELETE FROM public.orders WHERE id = {order_id};"  # noqa: S608  ours
    replicated = f"""\
DO $$
BEGIN
    WHILE NOT EXISTS (SELECT FROM public.orders WHERE id = {order_id}) LOOP
        PERFORM pg_sleep(0.05);
    END LOOP;
END $$;"""
    said = paste(pair.subscriber, [show, quicker, replicated, remove])
    assert "The row has changed since it was shown" in said
    assert has_order(pair.subscriber, order_id)
    wait_until_equal(pair)


def test_tables_that_another_subscription_takes_meanwhile_are_not_emptied(pair: Pair) -> None:
    """It does not copy them, so nothing would bring their rows again."""
    known = values(pair, slot_is_ours=True)
    [recreate] = CATALOGUE["slot_missing"].remedies_for(known)
    scripts = [fill_in(script, {"connection": connection(pair)}) for script in recreate.scripts]
    before = orders(pair.subscriber)
    other = (
        f"CREATE SUBSCRIPTION other_sub CONNECTION '{pair.connection_string()}' PUBLICATION "
        f"{PUBLICATION} WITH (create_slot = false, slot_name = NONE, enabled = false, "
        "copy_data = false)"
    )
    paste(pair.subscriber, scripts[:-1])
    try:
        with (
            ThreadPoolExecutor(1) as pool,
            pair.subscriber.connect(database=DATABASE) as somebody,
        ):
            somebody.run("BEGIN")
            somebody.run(other)
            said = begin_to_paste(pool, pair, scripts[-1:])
            somebody.run("COMMIT")
        assert "ERROR:" in said.result()
        assert before == orders(pair.subscriber)
    finally:
        query = "SELECT subname FROM pg_subscription WHERE subname <> :name"
        for [name] in pair.subscriber.sql(query, name=SUBSCRIPTION):
            pair.subscriber.sql(f"DROP SUBSCRIPTION {name}", DATABASE)
    pair.wait_until_replicated()
