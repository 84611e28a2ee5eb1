"""A subscription of more than ten thousand tables: all count, also what sorts behind the rest."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from functions.check_replication.check import check
from functions.check_replication.checked import Memory
from functions.check_replication.handler import PROBES
from functions.check_replication.targets import Login, Target
from functions.report import ClusterReport
from local.postgres.pair import DATABASE, MONITOR, MONITOR_PASSWORD, Pair, start_pair
from sandbox.postgres.server import Server
from sandbox.postgres.waiting import wait_until
from tests.integration.check_replication.conftest import SETTINGS
from tests.unit.check_replication.builders import NO_MEMORY

COUNT = 10_001
LAST = "public.zz_last"
FAILED = "SELECT FROM pg_stat_subscription_stats WHERE sync_error_count > 0"

CREATE = f"""
    DO $$
    BEGIN
        FOR number IN 1 .. {COUNT} LOOP
            EXECUTE format('CREATE TABLE public.t%s (id int PRIMARY KEY)', number);
            IF number % 500 = 0 THEN
                COMMIT;
            END IF;
        END LOOP;
    END
    $$
"""


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    settings = {**SETTINGS, "max_locks_per_transaction": "1024", "autovacuum": "off"}
    directory = tmp_path_factory.mktemp("many-tables")
    with start_pair(directory, "16", "18", settings) as pair:
        for server in (pair.publisher, pair.subscriber):
            server.sql(CREATE, DATABASE)
        pair.publisher.sql("CREATE PUBLICATION everything FOR ALL TABLES", DATABASE)
        pair.alter_subscription("SET PUBLICATION everything WITH (copy_data = false)")
        pair.wait_until_replicated()
        yield pair


def login(server: Server) -> Login:
    return Login(server.host, MONITOR, DATABASE, MONITOR_PASSWORD, server.port, "disable")


def verdict(pair: Pair) -> ClusterReport:
    """Of the second of two checks: an error of the set-up may be counted late."""
    target = Target(
        cluster="sample-cluster",
        subscriber=login(pair.subscriber),
        publishers={"publisher": login(pair.publisher)},
        log_group="/aws/rds/cluster/sample-cluster/postgresql",
    )
    before = check(target, PROBES, NO_MEMORY).remembered
    assert before is not None
    return check(target, PROBES, Memory({target.cluster: before}, datetime.now(UTC))).report


def test_all_of_them_ready_is_healthy(pair: Pair) -> None:
    """The publication is of all tables, and compared as a whole."""
    assert () == verdict(pair).findings


def test_a_table_that_sorts_behind_the_others_is_seen_published_and_its_copy_failing(
    pair: Pair,
) -> None:
    for server in (pair.publisher, pair.subscriber):
        server.sql(f"CREATE TABLE {LAST} (id int PRIMARY KEY)", DATABASE)
        server.sql(f"INSERT INTO {LAST} VALUES (1)", DATABASE)  # noqa: S608 - a name of ours
    pair.publisher.sql(f"GRANT SELECT ON {LAST} TO PUBLIC", DATABASE)
    (finding,) = verdict(pair).findings
    assert ("publication_not_refreshed", LAST) == (finding.cause, finding.evidence["table"])
    pair.alter_subscription("REFRESH PUBLICATION")
    wait_until(
        lambda: bool(pair.subscriber.sql(FAILED)),
        that="the copy has failed",
        look_at=pair.subscriber.log_tail,
    )
    (finding,) = verdict(pair).findings
    assert ("table_sync_failed", LAST) == (finding.cause, finding.evidence["table"])
    pair.subscriber.sql(f"TRUNCATE {LAST}", DATABASE)
    pair.wait_until_copied()
    assert () == verdict(pair).findings


def test_many_that_wait_are_counted_and_some_are_named(pair: Pair) -> None:
    """No worker can copy them: as with max_sync_workers_per_subscription = 0."""
    pair.subscriber.configure(max_sync_workers_per_subscription="0")
    pair.alter_subscription("SET PUBLICATION everything WITH (refresh = false)")
    pair.subscriber.sql("UPDATE pg_subscription_rel SET srsubstate = 'i'", DATABASE)
    try:
        (finding,) = verdict(pair).findings
    finally:
        pair.subscriber.sql("UPDATE pg_subscription_rel SET srsubstate = 'r'", DATABASE)
        pair.subscriber.configure(max_sync_workers_per_subscription=None)
    assert "table_sync_stalled" == finding.cause
    assert finding.evidence["table_count"] >= COUNT  # type: ignore[operator]
    assert len(str(finding.evidence["tables"])) < 1000
