"""Queries over the events that moto's CloudWatch Logs stores."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.logs.errors import ResourceNotFoundError
from sandbox.logs.moto_events import MotoEvents
from sandbox.logs.queries import QueryService
from sandbox.logs.shipper import Shipper, cluster_log_group, instance_log_stream
from sandbox.tests.integration.logs.conftest import ACCOUNT, REGION
from sandbox.tests.integration.logs.server_log_file import ServerLogFile

if TYPE_CHECKING:
    from mypy_boto3_logs import CloudWatchLogsClient

GROUP = cluster_log_group("queried")
STREAM = instance_log_stream("queried-1")
ARN = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:"


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> ServerLogFile:
    return ServerLogFile(tmp_path_factory.mktemp("server") / "postgresql.log")


@pytest.fixture
def queries() -> QueryService:
    return QueryService(MotoEvents(ACCOUNT, REGION), polls=())


def ship(client: "CloudWatchLogsClient", path: Path, log_group: str) -> None:
    with Shipper(path, log_group, STREAM, client, interval_seconds=60) as shipper:
        shipper.flush()


def results(queries: QueryService, log: ServerLogFile, query: str, **groups: Any) -> list[Any]:
    identifier = queries.start_query(
        {"startTime": log.second, "endTime": log.second, "queryString": query, **groups}
    )["queryId"]
    answer = queries.get_query_results({"queryId": identifier})
    assert "Complete" == answer["status"]
    return [
        {cell["field"]: cell["value"] for cell in row} | {"@ptr": ""} for row in answer["results"]
    ]


def test_errors_of_a_shipped_log(
    client: "CloudWatchLogsClient", queries: QueryService, log: ServerLogFile
) -> None:
    """By name and by ARN; a line of 200 KB is cut to what the query asks for."""
    lines = log.write(
        "LOG:  checkpoint", "ERROR:  " + "x" * 200_000, "ERROR:  <!channel> \N{SNOWMAN}\n\tmore"
    )
    ship(client, log.path, GROUP)
    query = (
        "fields @timestamp, substr(@message, 0, 1000) as line, @logStream, @log"
        " | filter @message like /ERROR:/ | sort @timestamp desc | limit 5"
    )
    expected = [
        {
            "@timestamp": log.prefix[:19] + ".000",
            "line": line[:1000],
            "@logStream": "queried-1.0",
            "@log": f"{ACCOUNT}:{GROUP}",
            "@ptr": "",
        }
        for line in lines[1:]
    ]
    assert expected == results(queries, log, query, logGroupName=GROUP)
    assert expected == results(queries, log, query, logGroupIdentifiers=[ARN + GROUP])


def test_ten_thousand_matching_lines(
    client: "CloudWatchLogsClient", queries: QueryService, tmp_path: Path
) -> None:
    """The limit holds, and so does the count of what matched."""
    log = ServerLogFile(tmp_path / "postgresql.log")
    log.write(*(f"ERROR:  number {number}" for number in range(10_000)))
    group = cluster_log_group("many-errors")
    ship(client, log.path, group)
    query = "filter @message like /ERROR:/"
    assert 5 == len(results(queries, log, f"{query} | limit 5", logGroupName=group))
    assert 10_000 == len(results(queries, log, query, logGroupNames=[group]))
    first = next(iter(queries.queries.values()))
    assert 10_000.0 == first.statistics["recordsMatched"]


@pytest.mark.parametrize(
    "log_group",
    [
        pytest.param("/aws/rds/cluster/missing/postgresql", id="name"),
        pytest.param(f"{ARN}/missing", id="ARN"),
        pytest.param(f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:{GROUP}", id="region"),
        pytest.param(f"arn:aws:logs:{REGION}:999999999999:log-group:{GROUP}", id="account"),
        pytest.param(f"arn:aws:s3:::{GROUP}", id="service"),
    ],
)
@pytest.mark.usefixtures("endpoint_url")
def test_missing_log_groups(log_group: str) -> None:
    with pytest.raises(ResourceNotFoundError, match="does not exist for account ID '123456789012'"):
        MotoEvents(ACCOUNT, REGION)(log_group, 0, 1)
