"""The life of a query: its statuses, its results, its end, and the failures ordered in advance."""

from typing import Any

import pytest

from sandbox.logs.errors import LogsApiError
from sandbox.logs.lifecycle import Status
from sandbox.logs.queries import QueryService
from sandbox.tests.unit.logs.fakes import GROUP, START, StoredEvents, events

STORED = events(*(f"ERROR:  number {number}" for number in range(4)), "LOG:  all is well")


class Clock:
    def __init__(self) -> None:
        self.now = float(START)

    def __call__(self) -> float:
        return self.now


def request(**changes: Any) -> dict[str, Any]:
    query = "filter @message like 'ERROR' | limit 3"
    times = {"startTime": START, "endTime": START + 60}
    return {"logGroupName": GROUP, "queryString": query, **times, **changes}


def service(**options: Any) -> QueryService:
    return QueryService(StoredEvents(**{GROUP: STORED, "/other": STORED[:1]}), **options)


def polled(queries: QueryService, identifier: str, times: int) -> list[tuple[str, int]]:
    """(status, number of rows) at each poll."""
    answers = [queries.get_query_results({"queryId": identifier}) for _ in range(times)]
    return [(answer["status"], len(answer["results"])) for answer in answers]


def test_a_query_is_scheduled_runs_and_completes() -> None:
    """Each poll shows the next status; Running shows some of the rows, Complete all of them."""
    queries = service()
    identifier = queries.start_query(request())["queryId"]
    assert [("Scheduled", 0), ("Running", 1), ("Complete", 3), ("Complete", 3)] == polled(
        queries, identifier, 4
    )


def test_statistics() -> None:
    queries = service(polls=())
    identifier = queries.start_query(request())["queryId"]
    answer = queries.get_query_results({"queryId": identifier})
    assert {
        "recordsMatched": 4.0,
        "recordsScanned": 5.0,
        "estimatedRecordsSkipped": 0.0,
        "bytesScanned": float(sum(len(event.message) for event in STORED)),
        "estimatedBytesSkipped": 0.0,
        "logGroupsScanned": 1.0,
    } == answer["statistics"]
    assert "CWLI" == answer["queryLanguage"]


@pytest.mark.parametrize(
    ("changes", "number"),
    [
        pytest.param({}, 3, id="limit of the query"),
        pytest.param({"limit": 2}, 2, id="limit of the request"),
        pytest.param({"startTime": START + 2, "endTime": START + 2}, 1, id="both ends included"),
        pytest.param({"startTime": START - 9, "endTime": START - 1}, 0, id="before all events"),
        pytest.param({"queryString": "fields @message"}, 5, id="everything"),
    ],
)
def test_rows(changes: dict[str, Any], number: int) -> None:
    queries = service(polls=())
    identifier = queries.start_query(request(**changes))["queryId"]
    assert [("Complete", number)] == polled(queries, identifier, 1)


def test_several_log_groups() -> None:
    queries = service(polls=())
    asked = request(logGroupIdentifiers=[GROUP, "/other"], queryString="limit 99")
    del asked["logGroupName"]
    identifier = queries.start_query(asked)["queryId"]
    assert [("Complete", 6)] == polled(queries, identifier, 1)


@pytest.mark.parametrize(
    ("statuses", "seen"),
    [
        pytest.param(["Failed"], [("Failed", 0), ("Failed", 0)], id="failed at once"),
        pytest.param(["Running", "Timeout"], [("Running", 1), ("Timeout", 0)], id="timeout"),
        pytest.param(["Scheduled", "Unknown"], [("Scheduled", 0), ("Unknown", 0)], id="unknown"),
        pytest.param(["Running"], [("Running", 1)] * 5, id="never ends"),
        pytest.param(["Complete"], [("Complete", 3)], id="complete at once"),
    ],
)
def test_scripted_statuses(statuses: list[Status], seen: list[tuple[str, int]]) -> None:
    """A script is for the next query only."""
    queries = service()
    queries.script(statuses)
    scripted = queries.start_query(request())["queryId"]
    ordinary = queries.start_query(request())["queryId"]
    assert seen == polled(queries, scripted, len(seen))
    assert ("Complete", 3) == polled(queries, ordinary, 3)[-1]


def test_a_script_of_no_status_is_refused() -> None:
    with pytest.raises(ValueError, match="statuses are some of Scheduled"):
        service().script([])


def test_stop() -> None:
    """A running query is cancelled; what has ended cannot be stopped."""
    clock = Clock()
    queries = service(clock=clock)
    identifier = queries.start_query(request())["queryId"]
    clock.now += 5
    assert {"success": True} == queries.stop_query({"queryId": identifier})
    assert [("Cancelled", 0)] == polled(queries, identifier, 1)
    record = queries.queries[identifier]
    assert [("Scheduled", START), ("Cancelled", START + 5)] == record.history
    assert record.stopped
    with pytest.raises(LogsApiError, match="is not running: Cancelled") as caught:
        queries.stop_query({"queryId": identifier})
    assert ("InvalidParameterException", 400) == (caught.value.code, caught.value.status)


@pytest.mark.parametrize("operation", ["get_query_results", "stop_query"])
def test_unknown_query(operation: str) -> None:
    with pytest.raises(LogsApiError, match="'gone' does not exist") as caught:
        getattr(service(), operation)({"queryId": "gone"})
    assert "ResourceNotFoundException" == caught.value.code


def test_a_query_times_out_after_an_hour() -> None:
    clock = Clock()
    queries = service(clock=clock)
    queries.script(["Running"])
    identifier = queries.start_query(request())["queryId"]
    clock.now += 3600
    assert [("Timeout", 0)] == polled(queries, identifier, 1)


def test_concurrent_queries() -> None:
    """One query too many is refused until another one has ended."""
    queries = service(max_concurrent=2)
    first = queries.start_query(request())["queryId"]
    queries.start_query(request())
    with pytest.raises(LogsApiError, match="2 queries are running already") as caught:
        queries.start_query(request())
    assert ("LimitExceededException", 400) == (caught.value.code, caught.value.status)
    queries.stop_query({"queryId": first})
    assert queries.start_query(request())


@pytest.mark.parametrize(
    ("operation", "error", "status"),
    [
        pytest.param("StartQuery", "LimitExceededException", 400, id="limit"),
        pytest.param("StartQuery", "AccessDeniedException", 400, id="access"),
        pytest.param("StartQuery", "ServiceUnavailableException", 500, id="unavailable"),
        pytest.param("GetQueryResults", "ThrottlingException", 400, id="throttling"),
        pytest.param("StopQuery", "ServiceUnavailableException", 500, id="stop"),
    ],
)
def test_told_refusals(operation: str, error: str, status: int) -> None:
    """A refusal ordered in advance happens that many times, to that operation only."""
    queries = service()
    identifier = queries.start_query(request())["queryId"]
    queries.refuse(operation, error, times=2)
    calls: dict[str, Any] = {
        "StartQuery": lambda: queries.start_query(request()),
        "GetQueryResults": lambda: queries.get_query_results({"queryId": identifier}),
        "StopQuery": lambda: queries.stop_query({"queryId": identifier}),
    }
    for _ in range(2):
        with pytest.raises(LogsApiError) as caught:
            calls[operation]()
        assert (error, status) == (caught.value.code, caught.value.status)
    assert calls[operation]()


def test_a_refusal_of_an_unknown_operation_is_refused() -> None:
    with pytest.raises(ValueError, match="operation is one of StartQuery"):
        service().refuse("DescribeQueries", "ThrottlingException")


def test_requests_are_recorded() -> None:
    """Also the refused ones."""
    queries = service(clock=Clock())
    with pytest.raises(LogsApiError):
        queries.start_query({"queryString": "limit 1"})
    identifier = queries.start_query(request())["queryId"]
    queries.get_query_results({"queryId": identifier})
    assert ["StartQuery", "StartQuery", "GetQueryResults"] == [
        received.operation for received in queries.requests
    ]
    assert request() == queries.requests[1].request == queries.queries[identifier].request


@pytest.mark.parametrize(
    ("changes", "code", "message"),
    [
        pytest.param(
            {"logGroupName": "/missing"}, "ResourceNotFoundException", "'/missing'", id="group"
        ),
        pytest.param(
            {"queryString": "fields @message | stats count(*)"},
            "MalformedQueryException",
            "unknown command 'stats' at line 1 and position 19",
            id="query",
        ),
    ],
)
def test_a_refused_query_is_not_started(changes: dict[str, Any], code: str, message: str) -> None:
    queries = service()
    with pytest.raises(LogsApiError, match=message) as caught:
        queries.start_query(request(**changes))
    assert (code, 400) == (caught.value.code, caught.value.status)
    assert {} == queries.queries
