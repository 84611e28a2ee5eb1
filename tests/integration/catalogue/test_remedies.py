"""The remedies, run as printed, on real servers that are broken the way they are for."""

from collections.abc import Iterator
from typing import Any

import pytest

from functions.catalogue import CATALOGUE
from functions.catalogue.recipes import SKIP, SKIP_BEFORE_15
from local.postgres.pair import (
    DATABASE,
    PUBLICATION,
    REPLICATOR,
    SUBSCRIPTION,
    Pair,
    has_order,
)
from local.postgres.server import Server
from local.postgres.waiting import wait_until
from tests.integration.catalogue.damage import collide, finish_lsn, forget, lose_slot
from tests.integration.catalogue.printed_sql import apply, run


def values(pair: Pair, **more: object) -> dict[str, object]:
    """What the monitor knows of the pair's subscription."""
    [[oid]] = pair.subscriber.sql("SELECT oid::int FROM pg_subscription")
    return {
        "subscription": SUBSCRIPTION,
        "subscription_oid": oid,
        "slot_name": SUBSCRIPTION,
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
    """Nothing of the publisher's is lost."""
    order_id = collide(pair)
    [delete, *_] = CATALOGUE["apply_conflict"].remedies_for(values(pair, key_columns="id"))
    apply(pair, delete, str(order_id))
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
    sql = SKIP_BEFORE_15.filled(values(pair)).sql or ""
    look, _, change = sql.partition("SELECT pg_replication_origin_advance")
    _, [[remote_lsn]], commits = run(pair, look.removesuffix("-- on the subscriber\n"))
    first = next(str(lsn) for lsn, _ in commits if position(lsn) > position(remote_lsn))
    run(pair, f"SELECT pg_replication_origin_advance{change.replace('<the lsn wanted>', first)}")
    pair.wait_until_replicated()
    assert [order_id, "a local customer"] in orders(pair.subscriber)
    assert has_order(pair.subscriber, behind)
    forget(pair, order_id)


def position(lsn: object) -> tuple[int, ...]:
    return tuple(int(half, 16) for half in str(lsn).split("/"))


def test_copy_a_table_again(pair: Pair) -> None:
    """Rows that diverged are equal afterwards."""
    pair.subscriber.sql("UPDATE public.orders SET customer = 'somebody else'", DATABASE)
    [_, copy, *_] = CATALOGUE["silent_divergence"].remedies_for(values(pair))
    apply(pair, copy)
    wait_until_equal(pair)


def test_recreate_a_publication(pair: Pair) -> None:
    """By the way of the publisher's version."""
    pair.publisher.sql(f"DROP PUBLICATION {PUBLICATION}", DATABASE)
    pair.place_order()
    known = values(pair)
    [recreate] = CATALOGUE["publication_missing"].remedies_for(known)
    apply(pair, recreate, "" if recreate.complete else connection(pair))
    wait_until_equal(pair)


def test_recreate_a_subscription_without_slot(pair: Pair) -> None:
    known = values(pair)
    run(pair, f"ALTER SUBSCRIPTION {SUBSCRIPTION} DISABLE;")
    run(pair, f"-- on the publisher\nSELECT pg_drop_replication_slot('{SUBSCRIPTION}');")
    run(pair, f"ALTER SUBSCRIPTION {SUBSCRIPTION} ENABLE;")
    pair.place_order()
    [recreate] = CATALOGUE["slot_missing"].remedies_for(known)
    apply(pair, recreate, connection(pair))
    wait_until_equal(pair)


def test_recreate_a_subscription_with_a_lost_slot(pair: Pair) -> None:
    known = values(pair)
    run(pair, f"ALTER SUBSCRIPTION {SUBSCRIPTION} DISABLE;")
    lose_slot(pair)
    run(pair, f"ALTER SUBSCRIPTION {SUBSCRIPTION} ENABLE;")
    [recreate] = CATALOGUE["slot_lost"].remedies_for(known)
    apply(pair, recreate, connection(pair))
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
            "numeric",
            id="missing column",
        ),
        pytest.param(
            "ALTER TABLE public.orders ALTER COLUMN customer TYPE int USING 0",
            ("schema_mismatch", "TYPE"),
            {"column": "customer"},
            "text",
            id="another type",
        ),
        pytest.param(
            "DROP TABLE public.orders",
            ("schema_mismatch", "CREATE TABLE"),
            {},
            "id bigint PRIMARY KEY, customer text, amount numeric",
            id="missing table",
        ),
        pytest.param(
            "ALTER TABLE public.orders ADD CONSTRAINT cheap CHECK (amount < 1) NOT VALID",
            ("constraint_violation", "DROP CONSTRAINT"),
            {"constraint": "cheap"},
            "",
            id="check",
        ),
    ],
)
def test_mend_the_table(
    pair: Pair, broken: str, remedy: tuple[str, str], known: dict[str, str], supplied: str
) -> None:
    """Replication of the order that could not be applied goes on by itself."""
    cause, words = remedy
    pair.subscriber.sql(broken, DATABASE)
    order_id = pair.place_order()
    remedies = CATALOGUE[cause].remedies_for(values(pair, **known))
    [mend] = [one for one in remedies if words in (one.sql or "")]
    apply(pair, mend, supplied)
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
    ],
)
def test_what_does_no_harm(pair: Pair, cause: str, number: int) -> None:
    """Replication goes on after it."""
    remedy = CATALOGUE[cause].remedies_for(values(pair))[number]
    apply(pair, remedy)
    pair.wait_until_replicated()


@pytest.mark.parametrize("cause", [one.id for one in CATALOGUE.values() if one.check])
def test_checks_can_be_run(pair: Pair, cause: str) -> None:
    run(pair, CATALOGUE[cause].check or "")
