"""A server's log reaches CloudWatch Logs, over real HTTP."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from sandbox.logs.outbox import RejectedEventsError
from sandbox.logs.server_log import UnsupportedTimeZoneError
from sandbox.logs.shipper import Shipper, cluster_log_group, instance_log_stream
from sandbox.tests.integration.logs.server_log_file import ServerLogFile, shipped, wait_until

if TYPE_CHECKING:
    from mypy_boto3_logs import CloudWatchLogsClient

STREAM = instance_log_stream("sample-instance-1")


@pytest.fixture
def log(tmp_path: Path) -> ServerLogFile:
    return ServerLogFile(tmp_path / "postgresql.log")


@pytest.fixture
def log_group(request: pytest.FixtureRequest) -> str:
    """Each test has a cluster of its own."""
    return cluster_log_group(request.node.name.replace("_", "-"))


def test_names_are_those_of_rds() -> None:
    assert "/aws/rds/cluster/sample-cluster/postgresql" == cluster_log_group("sample-cluster")
    assert "sample-instance-1.0" == STREAM


def test_lines_are_shipped_without_being_asked(
    client: "CloudWatchLogsClient", log: ServerLogFile, log_group: str
) -> None:
    """Promptly, also the last one, which nothing follows."""
    with Shipper(log.path, log_group, STREAM, client, interval_seconds=0.02):
        lines = log.write("LOG:  a", "LOG:  b")
        wait_until(
            lambda: shipped(client, log_group, STREAM) == lines,
            look_at=lambda: shipped(client, log_group, STREAM),
        )


def test_flush_ships_what_was_written(
    client: "CloudWatchLogsClient", log: ServerLogFile, log_group: str
) -> None:
    """Continuation lines inside of their event; long lines, bad bytes and NUL survive."""
    with Shipper(log.path, log_group, STREAM, client, interval_seconds=60) as shipper:
        lines = log.write("ERROR:  duplicate key\n\tsecond line", "LOG:  " + "x" * 200_000)
        log.append(f"{log.prefix}LOG:  ".encode() + b"caf\xe9 \x00\n")
        shipper.flush()
        lines.append(f"{log.prefix}LOG:  caf\ufffd \ufffd")
        assert lines == shipped(client, log_group, STREAM)
        shipper.flush()
        assert lines == shipped(client, log_group, STREAM)


def test_timestamps_are_those_of_the_prefix(
    client: "CloudWatchLogsClient", log: ServerLogFile, log_group: str
) -> None:
    log.write("LOG:  a")
    with Shipper(log.path, log_group, STREAM, client) as shipper:
        shipper.flush()
    answer = client.get_log_events(logGroupName=log_group, logStreamName=STREAM)
    assert [log.second * 1000] == [event["timestamp"] for event in answer["events"]]


def test_close_ships_the_rest(
    client: "CloudWatchLogsClient", log: ServerLogFile, log_group: str
) -> None:
    """Also a line without its line feed, as a killed server leaves it; twice is once."""
    with Shipper(log.path, log_group, STREAM, client, interval_seconds=60) as shipper:
        lines = log.write("LOG:  a")
        log.append(b"\tunfinished")
        shipper.close()
    assert [f"{lines[0]}\n\tunfinished"] == shipped(client, log_group, STREAM)


def test_rotation_and_truncation(
    client: "CloudWatchLogsClient", log: ServerLogFile, log_group: str
) -> None:
    with Shipper(log.path, log_group, STREAM, client, interval_seconds=60) as shipper:
        lines = log.write("LOG:  before")
        shipper.flush()
        lines += log.write("LOG:  last before the rotation")
        log.path.rename(log.path.with_suffix(".1"))
        lines += log.write("LOG:  after the rotation")
        shipper.flush()
        log.path.write_bytes(b"")
        lines += log.write("LOG:  cut")
        shipper.flush()
    assert lines == shipped(client, log_group, STREAM)


def test_a_second_shipper_uses_the_same_stream(
    client: "CloudWatchLogsClient", log: ServerLogFile, log_group: str, tmp_path: Path
) -> None:
    """The log group and the stream may exist already."""
    other = ServerLogFile(tmp_path / "other.log")
    lines = log.write("LOG:  a") + other.write("LOG:  b")
    for path in (log.path, other.path):
        with Shipper(path, log_group, STREAM, client) as shipper:
            shipper.flush()
    assert lines == shipped(client, log_group, STREAM)


def test_more_lines_than_one_batch_holds(
    client: "CloudWatchLogsClient", log: ServerLogFile, log_group: str
) -> None:
    lines = log.write(*(f"LOG:  number {number}" for number in range(10_001)))
    with Shipper(log.path, log_group, STREAM, client, interval_seconds=60) as shipper:
        shipper.flush()
    streams = client.describe_log_streams(logGroupName=log_group)["logStreams"]
    assert sum(map(len, lines)) == streams[0]["storedBytes"]


def test_an_outage_loses_nothing(
    client: "CloudWatchLogsClient",
    log: ServerLogFile,
    log_group: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """What could not be shipped is tried again, and `flush` says so."""
    with Shipper(log.path, log_group, STREAM, client, interval_seconds=0.02) as shipper:
        client.delete_log_group(logGroupName=log_group)
        lines = log.write("LOG:  a")
        wait_until(lambda: "will try again" in caplog.text, look_at=lambda: caplog.text)
        with pytest.raises(client.exceptions.ResourceNotFoundException):
            shipper.flush()
        client.create_log_group(logGroupName=log_group)
        client.create_log_stream(logGroupName=log_group, logStreamName=STREAM)
        shipper.flush()
        assert lines == shipped(client, log_group, STREAM)


@pytest.mark.parametrize(
    ("prefix", "error"),
    [
        pytest.param("2026-01-01 00:00:00 CET", UnsupportedTimeZoneError, id="zone"),
        pytest.param("2026-01-01 00:00:00 UTC", RejectedEventsError, id="too-old"),
    ],
)
def test_lines_that_can_never_be_shipped(
    client: "CloudWatchLogsClient", log: ServerLogFile, prefix: str, error: type[Exception]
) -> None:
    """The thread ends, and whoever flushes or closes learns why."""
    log.append(f"{prefix}::@:[42]:LOG:  a\n".encode())
    shipper = Shipper(log.path, cluster_log_group("broken"), STREAM, client, interval_seconds=0.02)
    with pytest.raises(error), shipper:
        wait_until(lambda: not shipper.is_following, look_at=lambda: "the shipper's thread")
    with pytest.raises(error):
        shipper.flush()
