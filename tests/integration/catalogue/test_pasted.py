"""Every remedy, pasted whole into psql on either server: what may change, and what may not."""

from collections.abc import Iterator
from typing import Any

import pg8000.native
import pytest

from functions.catalogue import CATALOGUE
from local.postgres.pair import DATABASE, PUBLICATION, REPLICATOR, SUBSCRIPTION, Pair
from local.postgres.renewal import drop_slot
from scripts.runbook import RUNBOOK
from tests.integration.catalogue.printed_sql import fill_in, paste
from tests.integration.catalogue.test_remedies import connection, values

UNUSED_SLOT = "unused"
FAR_AHEAD = "F/0"

REMEDIES = [
    pytest.param(cause.id, number, id=f"{cause.id}-{number}")
    for cause in CATALOGUE.values()
    for number, remedy in enumerate(cause.remedies, 1)
    if remedy.scripts
]

MAY_CHANGE = {
    ("apply_error", 2): {"subscriber": {"subscriptions"}},
    ("apply_conflict", 2): {"subscriber": {"subscriptions"}},
    ("constraint_violation", 2): {"subscriber": {"constraints"}},
    ("constraint_violation", 3): {"subscriber": {"columns"}},
    ("constraint_violation", 4): {"subscriber": {"subscriptions"}},
    ("schema_mismatch", 4): {"subscriber": {"subscriptions"}},
    ("disabled_on_error", 2): {"subscriber": {"subscriptions"}},
    ("subscription_disabled", 2): {"subscriber": {"subscriptions"}, "publisher": {"slots"}},
    ("server_crashed", 3): {"subscriber": {"subscriptions"}},
    ("apply_lagging", 2): {"subscriber": {"subscriptions"}},
    ("publication_missing", 2): {"subscriber": {"publications"}},
    ("replica_identity_missing", 3): {"subscriber": {"identities"}},
}
"""By a remedy, as printed for a finding of which everything is known, on the subscriber."""

MAY_CHANGE_ON_THE_PUBLISHER = {
    ("slot_inactive", 2): {"publisher": {"slots"}},
    ("replica_identity_missing", 3): {"publisher": {"identities"}},
}
BY_NAME = {
    *(("apply_error", 2), ("apply_conflict", 2), ("constraint_violation", 4)),
    *(("schema_mismatch", 4), ("disabled_on_error", 2), ("subscription_disabled", 2)),
    *(("permission_denied", 2), ("apply_lagging", 2)),
    *(("publisher_unreachable", 2), ("publisher_auth_failed", 2)),
}
"""These know the subscription by its name, and would change another one of that name."""

MAY_CHANGE_FILLED_IN_ON_THE_PUBLISHER = (
    {name: {"publisher": {"subscriptions"}} for name in BY_NAME}
    | MAY_CHANGE_ON_THE_PUBLISHER
    | {
        ("permission_denied", 1): {"publisher": {"privileges"}},
        ("replica_identity_missing", 2): {"publisher": {"identities"}},
    }
)
"""Where the reader has filled in all gaps, on the wrong server, which has a subscription of the
same name. Never rows, tables or slots."""

STATE = {
    "rows": "SELECT count(*), sum(hashtext(orders::text)::bigint) FROM public.orders",
    "tables": "SELECT oid, relname FROM pg_class WHERE relkind = 'r' AND oid > 16383 "
    "AND relpersistence = 'p' ORDER BY oid",
    "columns": "SELECT attname, atttypid, attnotnull FROM pg_attribute "
    "WHERE attrelid = 'public.orders'::regclass AND attnum > 0 AND NOT attisdropped "
    "ORDER BY attname",
    "constraints": "SELECT conname FROM pg_constraint WHERE contype = 'c' "
    "AND conrelid = 'public.orders'::regclass ORDER BY conname",
    "privileges": "SELECT relacl FROM pg_class WHERE relname = 'orders'",
    "identities": "SELECT relreplident FROM pg_class WHERE relname = 'orders'",
    "subscriptions": "SELECT oid, subname, subenabled, subslotname, subconninfo, subpublications, "
    "subskiplsn, substream, subowner FROM pg_subscription ORDER BY subname",
    "publications": "SELECT pubname, prrelid FROM pg_publication "
    "LEFT JOIN pg_publication_rel ON prpubid = pg_publication.oid ORDER BY pubname",
    "slots": "SELECT slot_name FROM pg_replication_slots ORDER BY slot_name",
}
ROWS = (f"(SELECT jsonb_agg(one) FROM ({query}) AS one)" for query in STATE.values())  # noqa: S608
ALL = f"SELECT {', '.join(ROWS)}"

State = dict[str, dict[str, Any]]
Sessions = dict[str, pg8000.native.Connection]


def state(sessions: Sessions) -> State:
    """Of both servers, what a remedy could change."""
    return {
        name: dict(zip(STATE, session.run(ALL)[0], strict=True))
        for name, session in sessions.items()
    }


def changes(before: State, after: State) -> dict[str, set[str]]:
    """`{"subscriber": {"rows"}}`: the servers on which something changed, and what."""
    changed = {
        name: {what for what in STATE if before[name][what] != after[name][what]} for name in before
    }
    return {name: what for name, what in changed.items() if what}


@pytest.fixture(scope="module")
def shop(pair: Pair) -> Iterator[Pair]:
    """With rows, constraints and a slot that nobody uses."""
    pair.wait_until_replicated()
    put_in_order(pair)
    yield pair
    drop_slot(pair.publisher, UNUSED_SLOT)
    for server in (pair.publisher, pair.subscriber):
        server.sql("ALTER TABLE public.orders DROP CONSTRAINT cheap", DATABASE)
        server.sql("ALTER TABLE public.orders ALTER COLUMN customer DROP NOT NULL", DATABASE)


@pytest.fixture(scope="module")
def sessions(shop: Pair) -> Iterator[Sessions]:
    """The administrator's, one on each server: opening one takes longer than asking it."""
    with (
        shop.subscriber.connect(database=DATABASE) as subscriber,
        shop.publisher.connect(database=DATABASE) as publisher,
    ):
        yield {"subscriber": subscriber, "publisher": publisher}


@pytest.fixture
def before(shop: Pair, sessions: Sessions) -> Iterator[State]:
    """What there is before a remedy; whatever it changes is as before again."""
    known = state(sessions)
    yield known
    if changes(known, state(sessions)):
        put_in_order(shop)
        shop.wait_until_replicated()


def put_in_order(pair: Pair) -> None:
    for server in (pair.publisher, pair.subscriber):
        with server.connect(database=DATABASE) as connection:
            for change in (
                "DROP CONSTRAINT IF EXISTS cheap",
                "ADD CONSTRAINT cheap CHECK (amount < 1000000)",
                "ALTER COLUMN customer SET NOT NULL",
                "REPLICA IDENTITY DEFAULT",
            ):
                connection.run(f"ALTER TABLE public.orders {change}")
            connection.run("REVOKE ALL ON public.orders FROM pg_monitor")
    exists = "SELECT FROM pg_replication_slots WHERE slot_name = :name"
    if not pair.publisher.sql(exists, name=UNUSED_SLOT):
        create = "SELECT pg_create_logical_replication_slot(:name, 'pgoutput')"
        pair.publisher.sql(create, DATABASE, name=UNUSED_SLOT)
    pair.subscriber.sql(f"DROP PUBLICATION IF EXISTS {PUBLICATION}", DATABASE)
    if not pair.subscriber.sql("SELECT FROM pg_subscription"):
        pair.subscriber.sql("TRUNCATE public.orders", DATABASE)
        pair.subscribe()
        pair.wait_until_copied()
    pair.alter_subscription("SKIP (lsn = NONE)")
    pair.alter_subscription("SET (streaming = off)")
    pair.alter_subscription("ENABLE")


def known(pair: Pair, cause: str) -> dict[str, object]:
    """All a finding could know, at the worst moment: nothing is wrong (any more)."""
    return values(
        pair,
        database=DATABASE,
        slot_database=DATABASE,
        slot_is_ours=True,
        key_columns="id",
        column="customer",
        constraint="cheap",
        finish_lsn=FAR_AHEAD,
        blocker_pid=pair.publisher.sql("SELECT min(pid) FROM pg_stat_activity")[0][0],
    ) | ({"slot_name": UNUSED_SLOT} if cause == "slot_inactive" else {})


@pytest.mark.parametrize(("cause", "number"), REMEDIES)
def test_as_printed_on_the_subscriber(
    shop: Pair, sessions: Sessions, before: State, cause: str, number: int
) -> None:
    said = paste(shop.subscriber, printed(shop, cause, number, {}))
    assert MAY_CHANGE.get((cause, number), {}) == changes(before, state(sessions)), said


@pytest.mark.parametrize(("cause", "number"), REMEDIES)
def test_as_printed_on_the_publisher(
    shop: Pair, sessions: Sessions, before: State, cause: str, number: int
) -> None:
    """What is for the subscriber refuses."""
    said = paste(shop.publisher, printed(shop, cause, number, {}))
    expected = MAY_CHANGE_ON_THE_PUBLISHER.get((cause, number), {})
    assert expected == changes(before, state(sessions)), said


@pytest.fixture
def twins(shop: Pair, sessions: Sessions) -> Iterator[Pair]:
    """The publisher has a subscription of the same name, as in a two-way replication.

    CREATE SUBSCRIPTION to the server it runs on waits for itself (PostgreSQL manual): the new slot
    for its transaction, as for a lock.
    """
    before = state(sessions)
    sessions["publisher"].run(f"ALTER ROLE {REPLICATOR} SET lock_timeout = '10ms'")
    create = (
        f"CREATE SUBSCRIPTION {SUBSCRIPTION} CONNECTION 'dbname=nowhere' PUBLICATION {PUBLICATION} "
        "WITH (connect = false, slot_name = NONE, enabled = false, streaming = off)"
    )
    sessions["publisher"].run(create)
    yield shop
    sessions["publisher"].run(f"DROP SUBSCRIPTION IF EXISTS {SUBSCRIPTION}")
    sessions["publisher"].run(f"ALTER ROLE {REPLICATOR} RESET lock_timeout")
    if changes(before, state(sessions)):
        put_in_order(shop)


@pytest.mark.parametrize(("cause", "number"), REMEDIES)
def test_filled_in_on_the_wrong_server(
    twins: Pair, sessions: Sessions, cause: str, number: int
) -> None:
    """By a reader who took the publisher for the subscriber."""
    before = state(sessions)
    supplied = {
        "connection": connection(twins),
        "key_values": str(twins.publisher.sql("SELECT max(id) FROM orders", DATABASE)[0][0]),
        "role": "pg_monitor",
        "type": "text",
        "columns": "id",
        "index": "orders_pkey",
    }
    said = paste(twins.publisher, printed(twins, cause, number, supplied))
    expected = MAY_CHANGE_FILLED_IN_ON_THE_PUBLISHER.get((cause, number), {})
    assert expected == changes(before, state(sessions)), said


def printed(pair: Pair, cause: str, number: int, supplied: dict[str, str]) -> list[str]:
    """All scripts of a remedy, as a person copies them."""
    remedy = CATALOGUE[cause].remedies[number - 1].filled(known(pair, cause))
    return [fill_in(script, supplied) for script in remedy.scripts]


def test_the_runbook_changes_nothing(shop: Pair, sessions: Sessions, before: State) -> None:
    """As it is in the repository, with its placeholders, on either server."""
    blocks = [part.partition("```")[0] for part in RUNBOOK.read_text().split("```sql\n")[1:]]
    for server in (shop.subscriber, shop.publisher):
        said = paste(server, [block.replace("\n   ", "\n") for block in blocks])
        assert {} == changes(before, state(sessions)), said
