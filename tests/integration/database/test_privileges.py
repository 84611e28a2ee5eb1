"""What the role can do that the files of `database/` make: all the monitor asks for, no more."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pg8000.native
import pytest

from functions.check_replication.check import check
from functions.check_replication.checked import Memory
from functions.check_replication.handler import PROBES
from functions.check_replication.targets import Login, Target
from functions.report import ClusterReport, Finding, Status
from local.postgres import second_database
from local.postgres.faults import FAULTS, Fault
from local.postgres.pair import DATABASE, Pair
from local.postgres.setups import SETUPS
from sandbox.postgres.server import Server
from tests.integration.database.conftest import chief_of, superuser_of
from tests.unit.check_replication.builders import NO_MEMORY

ROLE = "replication_monitor"
PASSWORD = "made-up password of the files"

DENIED = {
    "read a table": "SELECT FROM public.orders",
    "write a table": "INSERT INTO public.orders (customer) VALUES ('nobody')",
    "empty a table": "TRUNCATE public.orders",
    "lock a table": "DO 'BEGIN LOCK TABLE public.orders IN ACCESS SHARE MODE; END'",
    "use a sequence": "SELECT nextval(pg_get_serial_sequence('public.orders', 'id'))",
    "create a table": "CREATE TABLE public.mine ()",
    "create a schema": "CREATE SCHEMA mine",
    "create a database": "CREATE DATABASE mine",
    "create a role": "CREATE ROLE mine",
    "create a publication": "CREATE PUBLICATION mine",
    "create a subscription": "CREATE SUBSCRIPTION mine CONNECTION '' PUBLICATION mine "
    "WITH (connect = false)",
    "read connection strings": "SELECT subconninfo FROM pg_subscription",
    "read passwords": "SELECT rolpassword FROM pg_authid",
    "read a slot": "SELECT pg_logical_slot_peek_changes('orders_sub', NULL, NULL)",
    "create a slot": "SELECT pg_create_logical_replication_slot('mine', 'pgoutput')",
    "drop a slot": "SELECT pg_drop_replication_slot('orders_sub')",
    "advance an origin": "SELECT pg_replication_origin_advance('pg_1', '0/1')",
    "reset counters": "SELECT pg_stat_reset_subscription_stats(NULL)",
    "change settings": "ALTER SYSTEM SET wal_level = 'minimal'",
    "reload settings": "SELECT pg_reload_conf()",
    "read hidden settings": "SELECT current_setting('data_directory')",
    "list WAL files": "SELECT pg_ls_waldir()",
    "read files": "SELECT pg_read_file('postgresql.conf')",
    "run programs": "COPY (SELECT 1) TO PROGRAM 'true'",
}
"""On either server; those from `read hidden settings` on are what pg_monitor and others allow."""

DENIED_ON_SUBSCRIBER = {
    "disable the subscription": "ALTER SUBSCRIPTION orders_sub DISABLE",
    "skip a transaction": "ALTER SUBSCRIPTION orders_sub SKIP (lsn = '0/1')",
    "drop the subscription": "DROP SUBSCRIPTION orders_sub",
    "end the apply worker": "SELECT pg_terminate_backend(pid) FROM pg_stat_subscription",
}

DENIED_ON_PUBLISHER = {
    "change the publication": "ALTER PUBLICATION orders_pub DROP TABLE public.orders",
    "drop the publication": "DROP PUBLICATION orders_pub",
    "end the WAL sender": "SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots",
}

CASES = [
    pytest.param(side, statement, id=f"{what}-{side}")
    for side, denied in {
        "subscriber": DENIED | DENIED_ON_SUBSCRIBER,
        "publisher": DENIED | DENIED_ON_PUBLISHER,
    }.items()
    for what, statement in denied.items()
]

INSUFFICIENT_PRIVILEGE = "42501"
READ_ONLY_TRANSACTION = "25006"


@pytest.fixture(scope="module")
def watched(pair: Pair) -> Iterator[Pair]:
    """The pair with the monitoring role on both sides, made by an administrator as on RDS."""
    sides = {"subscriber": pair.subscriber, "publisher": pair.publisher}
    for side, server in sides.items():
        chief_of(server).run(f"monitoring_role_{side}", ROLE)
        chief_of(server).run("monitoring_role_password", ROLE, f"{PASSWORD}\n{PASSWORD}\n")
    yield pair
    for server in sides.values():
        superuser_of(server).run("monitoring_role_drop", ROLE)


@contextmanager
def broken(pair: Pair, fault: Fault) -> Iterator[None]:
    try:
        fault.break_(pair)
        yield
    finally:
        fault.fix(pair)


def login(server: Server) -> Login:
    return Login(server.host, ROLE, DATABASE, PASSWORD, server.port, "disable")


def verdict(
    pair: Pair, max_lag_seconds: float = 300, slot_inactive_minutes: float = 60
) -> ClusterReport:
    """Of the second of two checks."""
    target = Target(
        cluster="sample-cluster",
        subscriber=login(pair.subscriber),
        publishers={"publisher": login(pair.publisher)},
        max_lag_seconds=max_lag_seconds,
        slot_inactive_minutes=slot_inactive_minutes,
        log_group="/aws/rds/cluster/sample-cluster/postgresql",
    )
    remembered = check(target, PROBES, NO_MEMORY).remembered
    assert remembered is not None
    return check(target, PROBES, Memory({target.cluster: remembered}, datetime.now(UTC))).report


def sqlstate(server: Server, *statements: str) -> Any:
    """That of the last statement's error, the role having run the others."""
    *before, last = statements
    with server.connect(user=ROLE, password=PASSWORD, database=DATABASE) as connection:
        for statement in before:
            connection.run(statement)
        with pytest.raises(pg8000.native.DatabaseError) as caught:
            connection.run(last)
    return caught.value.args[0]["C"]


def test_a_healthy_pair_is_seen_whole(watched: Pair) -> None:
    report = verdict(watched)
    assert (Status.HEALTHY, ()) == (report.status, report.not_visible)


@pytest.mark.parametrize("name", ["conflict", "copy_fails", "table_not_refreshed", "orphan_slot"])
def test_a_fault_is_named(watched: Pair, name: str) -> None:
    """Errors, tables and their states; and the publisher's publications and slots."""
    fault = FAULTS[name]
    with broken(watched, fault):
        report = verdict(watched, slot_inactive_minutes=0.001)
    assert [fault.probe_cause or fault.cause] == [found.cause for found in report.findings]
    assert () == report.not_visible


def test_who_blocks_a_worker_is_seen(watched: Pair) -> None:
    """The one thing for which the role needs a privilege: what other sessions run."""
    fault = FAULTS["blocked_apply"]
    with broken(watched, fault):
        (finding,) = verdict(watched, float(fault.parameters["max-lag-seconds"])).findings
    assert fault.cause == finding.cause
    assert ("LOCK TABLE public.orders IN SHARE MODE", "nightly report") == blocker(finding)


def blocker(finding: Finding) -> tuple[object, object]:
    return finding.evidence["blocker_query"], finding.evidence["blocker_application"]


def test_a_further_database_is_seen_once_the_file_has_run_again(watched: Pair) -> None:
    """Its subscription's tables show in that database alone, which PUBLIC may not enter."""
    with broken(watched, SETUPS["two_databases"]):
        closing = f"REVOKE CONNECT ON DATABASE {second_database.DATABASE} FROM PUBLIC"
        watched.subscriber.sql(closing)
        before = verdict(watched).not_visible
        superuser_of(watched.subscriber).run("monitoring_role_subscriber", ROLE)
        after = verdict(watched)
    assert ("the tables of subscriptions in database elsewhere (GRANT CONNECT)",) == before
    assert (Status.HEALTHY, ()) == (after.status, after.not_visible)


@pytest.mark.parametrize(("side", "statement"), CASES)
def test_nothing_else_is_allowed(watched: Pair, side: str, statement: str) -> None:
    """Even after setting back what keeps the role's sessions from writing by accident."""
    server: Server = getattr(watched, side)
    writable = "SET default_transaction_read_only = off"
    assert INSUFFICIENT_PRIVILEGE == sqlstate(server, writable, statement)


def test_sessions_begin_read_only(watched: Pair) -> None:
    create = "CREATE TEMPORARY TABLE mine ()"
    assert READ_ONLY_TRANSACTION == sqlstate(watched.subscriber, create)
