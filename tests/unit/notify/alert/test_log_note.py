import pytest

from functions.notify.alert.log_note import log_note
from functions.notify.event import LogQuery

GROUP = "/aws/rds/cluster/sample-cluster/postgresql"


@pytest.mark.parametrize(
    ("query", "errors", "expected"),
    [
        pytest.param(
            LogQuery("Complete"),
            3,
            "3 distinct errors in the last 30 minutes: errors.json in this message's thread.",
            id="errors found",
        ),
        pytest.param(
            LogQuery("Complete", lookback_minutes=45),
            0,
            "No matching lines in the last 45 minutes. The newest may not have arrived in "
            "CloudWatch yet: look again in Logs Insights.",
            id="nothing found",
        ),
        pytest.param(
            LogQuery("Running", "the query did not finish within 60 s"),
            1,
            "1 distinct error in the last 30 minutes: errors.json in this message's thread. "
            "There may be more: the query did not finish within 60 s. "
            "Run the query in Logs Insights.",
            id="partial results",
        ),
        pytest.param(LogQuery(), 0, "No log lines: the log was not queried.", id="by hand"),
    ],
)
def test_found(query: LogQuery, errors: int, expected: str) -> None:
    assert expected == log_note(query, errors, [GROUP])


@pytest.mark.parametrize(
    ("error", "cause", "expected"),
    [
        pytest.param(
            "CloudWatchLogs.ResourceNotFoundException",
            None,
            f"the log group {GROUP} does not exist. Export the PostgreSQL log to CloudWatch",
            id="missing log group",
        ),
        pytest.param(
            "CloudWatchLogs.AccessDeniedException", None, "logs:StartQuery", id="access denied"
        ),
        pytest.param("CloudWatchLogs.LimitExceededException", None, "100 at once", id="limit"),
        pytest.param("CloudWatchLogs.ThrottlingException", None, "throttled", id="throttling"),
        pytest.param(
            "CloudWatchLogs.ServiceUnavailableException", None, "unavailable", id="unavailable"
        ),
        pytest.param("CloudWatchLogs.MalformedQueryException", None, "defect", id="malformed"),
        pytest.param(
            "CloudWatchLogs.InvalidParameterException", None, "parameter log-group", id="parameter"
        ),
        pytest.param("States.DataLimitExceeded", None, "256 KiB", id="too much data"),
        pytest.param(
            "CloudWatchLogs.CloudWatchLogsException",
            "not authorized: logs:StartQuery\n(Status Code: 400).",
            "CloudWatchLogs.CloudWatchLogsException: not authorized: logs:StartQuery (Status Code: "
            "400). Run the query",
            id="unknown name with a cause",
        ),
        pytest.param("States.Timeout", "password=hunter2", "password=…", id="secret in the cause"),
        pytest.param("the query did not finish within 60 s", None, "within 60 s. Run", id="ours"),
    ],
)
def test_why_there_are_no_lines(error: str, cause: str | None, expected: str) -> None:
    """Every error says what happened and what to do."""
    note = log_note(LogQuery(error=error, error_cause=cause), 0, [GROUP])
    assert note.startswith("No log lines: ")
    assert expected in note


@pytest.mark.parametrize(
    "status", ["Failed", "Cancelled", "Timeout", "Unknown", "Scheduled", "Running", "Odd"]
)
def test_every_other_status(status: str) -> None:
    note = log_note(LogQuery(status), 0, [GROUP])
    assert note.startswith("No log lines: ")
    assert note.endswith("Run the query in Logs Insights.")


def test_many_log_groups() -> None:
    groups = [f"/group/{number}" for number in range(5)]
    note = log_note(LogQuery(error="X.ResourceNotFoundException"), 0, groups)
    assert "/group/0, /group/1, /group/2, and 2 more" in note
    assert "/group/3" not in note


def test_no_log_group() -> None:
    note = log_note(LogQuery(error="X.ResourceNotFoundException"), 0, [])
    assert "the log group of this cluster does not exist" in note
