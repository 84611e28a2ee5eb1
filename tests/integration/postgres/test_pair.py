import re
from pathlib import Path

import pytest

from local.postgres.pair import (
    DATABASE,
    MONITOR,
    MONITOR_PASSWORD,
    Pair,
    has_order,
    start_pair,
)
from sandbox.postgres.server import Server
from sandbox.postgres.waiting import DeadlinePassedError

RDS_PREFIX = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC:[^:]*:[^@]*@[^:]*:\[\d+\]:[A-Z]+:  ")


def setting(server: Server, name: str) -> str:
    [[value]] = server.sql("SELECT current_setting(:name)", name=name)
    return str(value)


@pytest.mark.parametrize(
    ("publisher_version", "subscriber_version"),
    [("18", "18"), ("16", "16"), ("18", "16")],
    ids=["18 to 18", "16 to 16", "18 to 16"],
)
def test_versions(tmp_path: Path, publisher_version: str, subscriber_version: str) -> None:
    """A pair of any two versions replicates what is inserted after it came up."""
    with start_pair(tmp_path, publisher_version, subscriber_version) as pair:
        order_id = pair.place_order()
        pair.wait_until_replicated()

        assert has_order(pair.subscriber, order_id)
        assert pair.publisher.version == setting(pair.publisher, "server_version")
        assert publisher_version == pair.publisher.version.partition(".")[0]
        assert pair.subscriber.version == setting(pair.subscriber, "server_version")
        assert subscriber_version == pair.subscriber.version.partition(".")[0]


def test_settings_reach_both_servers(pair: Pair) -> None:
    """What the caller sets holds on the publisher and on the subscriber."""
    name = "wal_retrieve_retry_interval"

    assert ["500ms", "500ms"] == [setting(pair.publisher, name), setting(pair.subscriber, name)]


def test_log_lines_look_like_those_of_rds(tmp_path: Path) -> None:
    """Every line that is no continuation begins with the prefix of Amazon RDS.

    The pair is a fresh one: 18 writes some warnings of a fault without any prefix.
    """
    with start_pair(tmp_path) as pair:
        lines = pair.subscriber.log_path.read_text().splitlines()

    assert len(lines) > 3
    assert [] == [line for line in lines if not (line[0] == "\t" or RDS_PREFIX.match(line))]


def test_monitor_may_see_replication(pair: Pair) -> None:
    """The monitor's role logs in with its password and sees the state of the subscription."""
    with pair.subscriber.connect(
        user=MONITOR, password=MONITOR_PASSWORD, database=DATABASE
    ) as connection:
        rows = connection.run("SELECT subname, pid > 0 FROM pg_stat_subscription")

    assert [["orders_sub", True]] == rows


def test_replication_that_does_not_come_is_explained(pair: Pair) -> None:
    """Waiting for replication ends with an error that shows the subscriber's log."""
    pair.subscriber.sql("ALTER SUBSCRIPTION orders_sub DISABLE", DATABASE)
    try:
        with pytest.raises(DeadlinePassedError, match=r"is replicated\. Last lines of .*\n.*UTC:"):
            pair.wait_until_replicated(seconds=0.1)
    finally:
        pair.subscriber.sql("ALTER SUBSCRIPTION orders_sub ENABLE", DATABASE)
        pair.wait_until_replicated()
