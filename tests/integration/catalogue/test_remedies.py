"""The remedies, run as printed, on real servers that are broken the way they are for."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from functions.catalogue import CATALOGUE, FilledRemedy
from functions.catalogue.recipes import SKIP, SKIP_BEFORE_15
from local.postgres.faults import FAULTS
from local.postgres.pair import (
    DATABASE,
    PUBLICATION,
    REPLICATOR,
    SUBSCRIPTION,
    Pair,
    has_order,
)
from sandbox.postgres.server import Server
from sandbox.postgres.waiting import wait_until
from tests.integration.catalogue.damage import collide, finish_lsn, forget, lose_slot
from tests.integration.catalogue.printed_sql import apply, fill_in, paste, run


def values(pair: Pair, **more: object) -> dict[str, object]:
    """What the monitor knows of the pair's subscription."""
    query = "SELECT oid::int, subslotname::text FROM pg_subscription WHERE subname = :name"
    [[oid, slot]] = pair.subscriber.sql(query, name=SUBSCRIPTION)
    return {
        "subscription": SUBSCRIPTION,
        "subscription_oid": oid,
        "slot_name": slot,
        "publication": PUBLICATION,
        "publications": PUBLICATION,
        "table": "public.orders",
        "tables": "public.orders",
        "server_version": pair.subscriber.version,
        "publisher_version": pair.publisher.version,
    } | more


def connection(pair: Pair) -> str:
    return f"'{pair.connection_string()}'"


def orders(server: Server) -> list[list[Any]]:
    return server.sql("SELECT id, customer FROM public.orders ORDER BY id", DATABASE)


def wait_until_equal(pair: Pair) -> None:
    pair.wait_until_replicated()
    wait_until(
        lambda: orders(pair.publisher) == orders(pair.subscriber),
        that="both servers have the same orders",
        look_at=pair.subscriber.log_tail,
    )


def test_delete_the_row_that_is_in_the_way(pair: Pair) -> None:
    """Nothing of the publisher's is lost, and the reader has seen what goes."""
    order_id = collide(pair)
    [delete, *_] = CATALOGUE["apply_conflict"].remedies_for(values(pair, key_columns="id"))
    said = apply(pair, delete, key_values=str(order_id))
    assert "a local customer" in said
    wait_until_equal(pair)


def test_skip(pair: Pair) -> None:
    """The transaction that fails is left out, and what comes after it arrives."""
    order_id = collide(pair)
    skip = SKIP.filled(values(pair, finish_lsn=finish_lsn(pair, order_id)))
    apply(pair, skip)
    pair.wait_until_replicated()
    assert [order_id, "a local customer"] in orders(pair.subscriber)
    forget(pair, order_id)


def test_skip_as_before_15(pair: Pair) -> None:
    """The same by moving the origin, which later versions can do too."""
    order_id = collide(pair)
    behind = pair.place_order()
    position_of_origin, commits = (
        script.sql for script in SKIP_BEFORE_15.filled(values(pair)).scripts
    )
    pair.alter_subscription("DISABLE")
    [[origin, remote_lsn]] = pair.subscriber.sql(position_of_origin, DATABASE)

    def advanced() -> bool:
        """Once the sender and the worker have let go."""
        said = paste(pair.publisher, [commits])
        lsns = re.findall(r"^ ([0-9A-F]+/[0-9A-F]+)", said, re.MULTILINE)
        first = next((lsn for lsn in lsns if position(lsn) > position(remote_lsn)), "")
        advance = f"SELECT pg_replication_origin_advance('{origin}', '{first}');"
        return "ERROR:" not in paste(pair.subscriber, [advance])

    wait_until(advanced, that="the origin is moved", look_at=pair.subscriber.log_tail)
    run(pair, f"ALTER SUBSCRIPTION {SUBSCRIPTION} ENABLE;")
    pair.wait_until_replicated()
    assert [order_id, "a local customer"] in orders(pair.subscriber)
    assert has_order(pair.subscriber, behind)
    forget(pair, order_id)


def position(lsn: object) -> tuple[int, ...]:
    return tuple(int(half, 16) for half in str(lsn).split("/"))


def test_copy_all_tables_again(pair: Pair) -> None:
    """Rows that diverged are equal afterwards; the subscription keeps its name."""
    pair.subscriber.sql("UPDATE public.orders SET customer = 'somebody else'", DATABASE)
    [_, copy, *_] = CATALOGUE["silent_divergence"].remedies_for(values(pair))
    replaced(pair, copy)


def test_recreate_a_publication(pair: Pair) -> None:
    pair.publisher.sql(f"DROP PUBLICATION {PUBLICATION}", DATABASE)
    pair.place_order()
    known = values(pair, slot_is_ours=True)
    [recreate] = CATALOGUE["publication_missing"].remedies_for(known)
    replaced(pair, recreate)


def test_recreate_a_subscription_without_slot(pair: Pair) -> None:
    known = values(pair, slot_is_ours=True)
    run(pair, f"ALTER SUBSCRIPTION {SUBSCRIPTION} DISABLE;")
    drop = f"SELECT pg_drop_replication_slot('{known['slot_name']}');"
    wait_until(
        lambda: "ERROR:" not in paste(pair.publisher, [drop]),
        that="the slot is dropped",
        look_at=pair.publisher.log_tail,
    )
    run(pair, f"ALTER SUBSCRIPTION {SUBSCRIPTION} ENABLE;")
    pair.place_order()
    [recreate] = CATALOGUE["slot_missing"].remedies_for(known)
    replaced(pair, recreate)


def test_recreate_a_subscription_with_a_lost_slot(pair: Pair) -> None:
    known = values(pair, slot_is_ours=True)
    run(pair, f"ALTER SUBSCRIPTION {SUBSCRIPTION} DISABLE;")
    lose_slot(pair)
    run(pair, f"ALTER SUBSCRIPTION {SUBSCRIPTION} ENABLE;")
    [recreate] = CATALOGUE["slot_lost"].remedies_for(known)
    replaced(pair, recreate)


def replaced(pair: Pair, remedy: FilledRemedy) -> None:
    """By a new subscription that copies everything; the old slot goes with the last step."""
    drops = [script for script in remedy.scripts if "pg_drop_replication_slot" in script.sql]
    steps = tuple(script for script in remedy.scripts if script not in drops)
    [[old]] = pair.subscriber.sql("SELECT subslotname FROM pg_subscription")
    apply(pair, replace(remedy, scripts=steps), connection=connection(pair))
    wait_until_equal(pair)
    [[name, slot]] = pair.subscriber.sql("SELECT subname, subslotname FROM pg_subscription")
    assert [SUBSCRIPTION, f"{old}_new"] == [name, slot]

    def only_the_new_slot() -> bool:
        for script in drops:
            run(pair, script.sql, script.place)
        query = "SELECT slot_name FROM pg_replication_slots WHERE NOT temporary"
        return pair.publisher.sql(query) == [[slot]]

    wait_until(only_the_new_slot, that="the old slot is gone", look_at=pair.publisher.log_tail)


def test_nothing_is_lost_where_the_publisher_cannot_be_reached(pair: Pair) -> None:
    """The tables are emptied only for a subscription that has reached its publisher."""
    [recreate] = CATALOGUE["slot_missing"].remedies_for(values(pair, slot_is_ours=True))
    before = orders(pair.subscriber)
    nowhere = f"'{pair.connection_string(port=1)}'"
    pasted = [fill_in(script, {"connection": nowhere}) for script in recreate.scripts]
    said = paste(pair.subscriber, pasted)
    assert "The second subscription is not here" in said
    assert before == orders(pair.subscriber)
    pair.wait_until_replicated()


def test_a_table_that_another_refers_to_is_not_emptied(pair: Pair) -> None:
    """All of it or nothing: the old subscription stays, and goes on."""
    refer = "CREATE TABLE public.items (order_id bigint REFERENCES public.orders)"
    pair.subscriber.sql(refer, DATABASE)
    [recreate] = CATALOGUE["slot_missing"].remedies_for(values(pair, slot_is_ours=True))
    pasted = [fill_in(script, {"connection": connection(pair)}) for script in recreate.scripts]
    try:
        said = paste(pair.subscriber, pasted)
        assert "referred to by one that is not replicated. Nothing changed." in said
        pair.wait_until_replicated()
    finally:
        pair.subscriber.sql("DROP TABLE public.items", DATABASE)
        query = "SELECT subname FROM pg_subscription WHERE NOT subenabled"
        for [name] in pair.subscriber.sql(query):
            pair.subscriber.sql(f"DROP SUBSCRIPTION {name}", DATABASE)


@pytest.fixture
def two_way(pair: Pair) -> Iterator[Pair]:
    """The subscriber publishes what it gets."""
    pair.subscriber.sql("CREATE PUBLICATION back FOR ALL TABLES", DATABASE)
    yield pair
    pair.subscriber.sql("DROP PUBLICATION back", DATABASE)
    for [name] in pair.subscriber.sql("SELECT subname FROM pg_subscription WHERE NOT subenabled"):
        pair.subscriber.sql(f"DROP SUBSCRIPTION {name}", DATABASE)


@pytest.mark.parametrize(
    ("cause", "number"), [("slot_missing", 0), ("apply_conflict", 0), ("silent_divergence", 1)]
)
def test_what_would_be_lost_elsewhere_too_stays(two_way: Pair, cause: str, number: int) -> None:
    """In two-way replication the publisher's rows would go with the subscriber's."""
    pair = two_way
    known = values(pair, slot_is_ours=True, key_columns="id")
    before = orders(pair.subscriber)
    supplied = {"connection": connection(pair), "key_values": str(before[0][0])}
    remedy = CATALOGUE[cause].remedies_for(known)[number]
    said = paste(pair.subscriber, [fill_in(script, supplied) for script in remedy.scripts])
    assert "A table is published from here" in said
    assert before == orders(pair.subscriber)
    pair.wait_until_replicated()


def test_a_table_that_another_subscription_fills_is_not_emptied(pair: Pair) -> None:
    """Its rows would not come again."""
    pair.subscriber.sql(
        f"CREATE SUBSCRIPTION other_sub CONNECTION '{pair.connection_string()}' "
        f"PUBLICATION {PUBLICATION} WITH (copy_data = false, enabled = false)",
        DATABASE,
    )
    [recreate] = CATALOGUE["slot_missing"].remedies_for(values(pair, slot_is_ours=True))
    before = orders(pair.subscriber)
    try:
        pasted = [fill_in(script, {"connection": connection(pair)}) for script in recreate.scripts]
        assert "filled by another subscription too" in paste(pair.subscriber, pasted)
        assert before == orders(pair.subscriber)
    finally:
        query = "SELECT subname FROM pg_subscription WHERE NOT subenabled"
        for [name] in pair.subscriber.sql(query):
            pair.subscriber.sql(f"DROP SUBSCRIPTION {name}", DATABASE)
    pair.wait_until_replicated()


def test_a_key_that_was_mistyped_first_deletes_nothing_else(pair: Pair) -> None:
    """The row that was shown last is the one that goes; more than one, or none, is refused."""
    order_id = collide(pair)
    other = min(row[0] for row in orders(pair.subscriber))
    [delete, *_] = CATALOGUE["apply_conflict"].remedies_for(values(pair, key_columns="id"))
    show, remove = delete.scripts
    wrong, none, right, all_of_them = (
        fill_in(show, {"key_values": key}) for key in (str(other), "-1", str(order_id), "id")
    )
    assert "exactly one row" in paste(pair.subscriber, [wrong, none, remove.sql])
    assert "exactly one row" in paste(pair.subscriber, [all_of_them, remove.sql])
    paste(pair.subscriber, [wrong, right, remove.sql])
    wait_until_equal(pair)


@pytest.fixture
def published_later(pair: Pair) -> Iterator[Pair]:
    """Another table is published, with one row, and the subscription does not know it."""
    publisher, subscriber = pair.publisher, pair.subscriber
    for server in (publisher, subscriber):
        server.sql("CREATE TABLE public.later (id int PRIMARY KEY)", DATABASE)
    publisher.sql(f"GRANT SELECT ON public.later TO {REPLICATOR}", DATABASE)
    publisher.sql("INSERT INTO public.later VALUES (1)", DATABASE)
    publisher.sql(f"ALTER PUBLICATION {PUBLICATION} ADD TABLE public.later", DATABASE)
    yield pair
    publisher.sql(f"ALTER PUBLICATION {PUBLICATION} DROP TABLE public.later", DATABASE)
    pair.alter_subscription("REFRESH PUBLICATION")
    for server in (publisher, subscriber):
        server.sql("DROP TABLE public.later", DATABASE)


@pytest.mark.parametrize(
    ("number", "expected"),
    [pytest.param(0, [[1], [2]], id="copied"), pytest.param(1, [[2]], id="not copied")],
)
def test_refresh(published_later: Pair, number: int, expected: list[list[int]]) -> None:
    """A published table is subscribed to, with the rows it has or without."""
    pair = published_later
    apply(pair, CATALOGUE["publication_not_refreshed"].remedies_for(values(pair))[number])
    pair.publisher.sql("INSERT INTO public.later VALUES (2)", DATABASE)
    query = "SELECT id FROM public.later ORDER BY id"
    wait_until(
        lambda: pair.subscriber.sql(query, DATABASE) == expected,
        that=f"the subscriber has the rows {expected}",
        look_at=pair.subscriber.log_tail,
    )


@pytest.mark.parametrize(
    ("broken", "remedy", "known", "supplied"),
    [
        pytest.param(
            "ALTER TABLE public.orders DROP COLUMN amount",
            ("schema_mismatch", "ADD COLUMN"),
            {"column": "amount"},
            {"type": "numeric"},
            id="missing column",
        ),
        pytest.param(
            "DROP TABLE public.orders",
            ("schema_mismatch", "CREATE TABLE"),
            {},
            {"columns": "id bigint PRIMARY KEY, customer text, amount numeric"},
            id="missing table",
        ),
        pytest.param(
            "ALTER TABLE public.orders ADD CONSTRAINT cheap CHECK (amount < 1) NOT VALID",
            ("constraint_violation", "DROP CONSTRAINT"),
            {"constraint": "cheap"},
            {},
            id="check",
        ),
    ],
)
def test_fix_the_table(
    pair: Pair,
    broken: str,
    remedy: tuple[str, str],
    known: dict[str, str],
    supplied: dict[str, str],
) -> None:
    """Replication of the order that could not be applied goes on by itself."""
    cause, words = remedy
    pair.subscriber.sql(broken, DATABASE)
    order_id = pair.place_order()
    remedies = CATALOGUE[cause].remedies_for(values(pair, **known))
    [fix] = [remedy for remedy in remedies if any(words in script.sql for script in remedy.scripts)]
    apply(pair, fix, **supplied)
    pair.wait_until_replicated()
    assert has_order(pair.subscriber, order_id)


@pytest.mark.parametrize(
    ("cause", "number"),
    [
        ("subscription_disabled", 0),
        ("worker_down", 1),
        ("skip_pending", 0),
        ("silent_divergence", 2),
        ("slot_busy", 1),
        ("schema_mismatch", 2),
        ("subscriber_lagging", 0),
    ],
)
def test_what_does_no_harm(pair: Pair, cause: str, number: int) -> None:
    """Replication goes on after it."""
    known = values(pair, slot_is_ours=True, column="customer")
    apply(pair, CATALOGUE[cause].remedies_for(known)[number])
    pair.wait_until_replicated()


@pytest.mark.parametrize("cause", [cause.id for cause in CATALOGUE.values() if cause.checks])
def test_checks_can_be_run(pair: Pair, cause: str) -> None:
    for script in CATALOGUE[cause].checks:
        run(pair, script.sql, script.place)


@pytest.mark.parametrize(
    ("broken_by", "number", "role"),
    [("lock_timeout", 1, "postgres"), ("copy_timeout", 2, REPLICATOR)],
    ids=["of the subscriber", "of the publisher"],
)
def test_lift_a_timeout(pair: Pair, broken_by: str, number: int, role: str) -> None:
    """As it is printed, once the first step has shown where it is set."""
    fault = FAULTS[broken_by]
    known = values(pair, database=DATABASE, slot_database=DATABASE)
    find, *lifts = CATALOGUE["worker_timeout"].remedies_for(known)
    server = pair.subscriber if number == 1 else pair.publisher
    try:
        fault.break_(pair)
        shown = paste(server, [find.scripts[number - 1].sql])
        [timeout] = re.findall(rf"{role} +\| {DATABASE} +\| (\w+)=", shown)
        apply(pair, lifts[number - 1], role=role, timeout=timeout)
        pair.attachments.close()
        pair.wait_until_copied()
        wait_until_equal(pair)
    finally:
        fault.fix(pair)
        server.sql(f"ALTER ROLE {role} IN DATABASE {DATABASE} RESET ALL")


def test_a_crashing_server_stays_up_without_the_subscription(pair: Pair) -> None:
    *_, disable = CATALOGUE["server_crashed"].remedies_for(values(pair))
    apply(pair, disable)
    [[enabled]] = pair.subscriber.sql("SELECT subenabled FROM pg_subscription")
    assert not enabled
    pair.alter_subscription("ENABLE")
    pair.wait_until_replicated()
