"""What a session brings along (a role's settings, a pooler) changes nothing of what is seen."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest

from functions.check_replication.check import check
from functions.check_replication.connection import ProbeError, connected
from functions.check_replication.handler import PROBES
from functions.check_replication.probe import sample, sample_publisher
from functions.check_replication.targets import Target
from functions.report import ClusterReport
from local.postgres.faults import FAULTS
from local.postgres.pair import DATABASE, MONITOR, MONITOR_PASSWORD, Pair
from sandbox.postgres.server import Server
from tests.integration.check_replication.pooler import PickyPooler
from tests.integration.check_replication.test_faults import broken, login
from tests.unit.check_replication.builders import NO_MEMORY

HOSTILE = {
    "statement_timeout": "'200ms'",
    "lock_timeout": "'1ms'",
    "idle_session_timeout": "'300ms'",
    "idle_in_transaction_session_timeout": "'1ms'",
    "default_transaction_isolation": "serializable",
    "default_transaction_deferrable": "on",
    "default_transaction_read_only": "off",
    "search_path": "hostile, pg_catalog",
    "client_encoding": "'SJIS'",
    "DateStyle": "'German, DMY'",
    "TimeZone": "'Asia/Kathmandu'",
    "IntervalStyle": "sql_standard",
    "extra_float_digits": "-15",
    "standard_conforming_strings": "off",
    "quote_all_identifiers": "on",
    "bytea_output": "escape",
    "transform_null_equals": "on",
    "array_nulls": "off",
    "row_security": "off",
    "jit": "on",
    "jit_above_cost": "0",
    "jit_inline_above_cost": "0",
    "jit_optimize_above_cost": "0",
    "max_parallel_workers_per_gather": "4",
    "parallel_setup_cost": "0",
    "parallel_tuple_cost": "0",
    "min_parallel_table_scan_size": "0",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
    "enable_hashagg": "off",
    "enable_seqscan": "off",
    "work_mem": "'64kB'",
    "from_collapse_limit": "1",
    "join_collapse_limit": "1",
    "exit_on_error": "on",
    "client_min_messages": "debug5",
    "application_name": "'somebody else'",
    "debug_parallel_query": "on",
    "stats_fetch_consistency": "snapshot",
    "transaction_timeout": "'200ms'",
}
"""Whatever anybody may SET; not every version has each."""

SHADOWS = [
    "CREATE SCHEMA hostile",
    "CREATE TABLE hostile.pg_subscription (oid oid, subname name)",
    "CREATE TABLE hostile.pg_publication (oid oid, pubname name)",
    (
        "CREATE FUNCTION hostile.clock_timestamp() RETURNS timestamptz LANGUAGE sql "
        "AS $$ SELECT '-infinity'::timestamptz $$"
    ),
    "CREATE FUNCTION hostile.current_setting(text) RETURNS text LANGUAGE sql AS $$ SELECT 'x' $$",
    "GRANT USAGE ON SCHEMA hostile TO PUBLIC",
    "GRANT SELECT ON ALL TABLES IN SCHEMA hostile TO PUBLIC",
]


@pytest.fixture
def hostile(pair: Pair) -> Iterator[Pair]:
    """The monitor's role, on both sides, with settings that get in the way."""
    servers = (pair.publisher, pair.subscriber)
    for server in servers:
        known = {name for (name,) in server.sql("SELECT name FROM pg_settings")}
        for statement in SHADOWS:
            server.sql(statement, DATABASE)
        for number, (name, value) in enumerate(HOSTILE.items()):
            where = f"IN DATABASE {DATABASE}" if number % 2 else ""
            if name in known:
                server.sql(f"ALTER ROLE {MONITOR} {where} SET {name} = {value}")
    yield pair
    for server in servers:
        server.sql(f"ALTER ROLE {MONITOR} RESET ALL")
        server.sql(f"ALTER ROLE {MONITOR} IN DATABASE {DATABASE} RESET ALL")
        server.sql("DROP SCHEMA hostile CASCADE", DATABASE)


def verdict(pair: Pair, ports: Mapping[Server, int] | None = None) -> ClusterReport:
    sides = [pair.subscriber, pair.publisher]
    subscriber, publisher = (
        replace(login(server), port=ports[server] if ports else server.port) for server in sides
    )
    target = Target("sample-cluster", subscriber, "/logs", {"publisher": publisher})
    return check(target, PROBES, NO_MEMORY).report


def seen(pair: Pair) -> tuple[Any, Any]:
    """Everything but what changes by itself."""
    subscriber = sample(login(pair.subscriber), MONITOR_PASSWORD, 300).latest
    publisher = sample_publisher(login(pair.publisher), MONITOR_PASSWORD).latest
    changing = ("last_msg_send_time", "last_msg_receipt_time", "received_lsn", "latest_end_lsn")
    without: dict[str, Any] = dict.fromkeys((*changing, "wait_event"))
    return (
        [replace(subscription, **without) for subscription in subscriber.subscriptions],
        subscriber.wal_receiver_timeout_seconds,
    ), (publisher.publications, [slot.name for slot in publisher.slots], publisher.max_slots)


def test_settings_of_the_role_and_the_database_change_nothing(
    pair: Pair, request: pytest.FixtureRequest
) -> None:
    before = seen(pair)
    request.getfixturevalue("hostile")
    assert () == verdict(pair).findings
    assert before == seen(pair)
    with broken(pair, FAULTS["conflict"]):
        (finding,) = verdict(pair).findings
    assert "apply_error" == finding.cause
    assert "due to idle-session timeout" not in pair.subscriber.log_path.read_text()


@pytest.mark.parametrize("sqlstate", ["08P01", "42704", "22023", "0A000"])
def test_a_pooler_that_refuses_parameters_is_connected_to_without(
    pair: Pair, sqlstate: str
) -> None:
    with (
        PickyPooler(pair.subscriber.port, sqlstate) as subscriber,
        PickyPooler(pair.publisher.port, sqlstate) as publisher,
    ):
        report = verdict(pair, {pair.subscriber: subscriber.port, pair.publisher: publisher.port})
    assert ((), ()) == (report.findings, report.not_visible)
    assert subscriber.refused
    assert publisher.refused


def test_behind_a_pooler_what_others_set_does_not_count(hostile: Pair) -> None:
    pair = hostile
    with (
        PickyPooler(pair.subscriber.port) as subscriber,
        PickyPooler(pair.publisher.port) as publisher,
    ):
        ports = {pair.subscriber: subscriber.port, pair.publisher: publisher.port}
        assert () == verdict(pair, ports).findings
        with broken(pair, FAULTS["conflict"]):
            (finding,) = verdict(pair, ports).findings
    assert "apply_error" == finding.cause


def test_nothing_stays_behind_in_a_pooled_session(hostile: Pair) -> None:
    """All of it is of the one transaction."""
    settings = (
        "SELECT name, setting FROM pg_settings WHERE name <> 'transaction_isolation' ORDER BY 1"
    )
    with (
        PickyPooler(hostile.subscriber.port) as pooler,
        connected(replace(login(hostile.subscriber), port=pooler.port), MONITOR_PASSWORD) as one,
    ):
        session = one._session  # noqa: SLF001 - what the next user of the session would see
        before = session.run(settings)
        one.run("SELECT 1")
        assert before == session.run(settings)


def test_temporary_tables_of_a_pooled_session_shadow_nothing(pair: Pair) -> None:
    with connected(login(pair.subscriber), MONITOR_PASSWORD) as connection:
        session = connection._session  # noqa: SLF001 - another user of the session
        session.run("SET default_transaction_read_only = off")
        session.run("CREATE TEMPORARY TABLE pg_subscription (oid oid)")
        _, rows = connection.run("SELECT subname::text FROM pg_subscription")
    assert [["orders_sub"]] == rows


def test_the_session_cannot_write(pair: Pair) -> None:
    with (
        connected(login(pair.subscriber), MONITOR_PASSWORD) as connection,
        pytest.raises(ProbeError, match="25006"),
    ):
        connection.run("CREATE TEMPORARY TABLE mine ()")


def test_a_pooler_that_refuses_everything_is_told_of(pair: Pair) -> None:
    with PickyPooler(pair.subscriber.port, known=frozenset({"user"})) as pooler:
        report = verdict(pair, {pair.subscriber: pooler.port, pair.publisher: pair.publisher.port})
    (finding,) = report.findings
    assert "database_error" == finding.cause
    assert "set hostname to the cluster's own endpoint" in finding.summary
    assert ["database", "database"] == pooler.refused
