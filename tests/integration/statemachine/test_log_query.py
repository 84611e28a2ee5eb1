"""The log query: polled without a Lambda, bounded, and never in the way of the alert."""

import json
import time
from datetime import UTC, datetime
from typing import Any

import pytest

from functions.report import MAX_CLUSTER_BYTES, ClusterReport, Finding, Status
from functions.report import report as write_report
from tests.integration.statemachine.conftest import LOG_GROUP, MakeMachine, Run, cluster, report

GROUP = LOG_GROUP.format("sample-cluster")
ARN = f"arn:aws:logs:eu-west-1:123456789012:log-group:{GROUP}"
POLL = ["WaitForQuery", "GetQueryResults", "QueryFinished"]


def broken(_: object) -> dict[str, Any]:
    return report(cluster())


def query(run: Run) -> dict[str, Any]:
    (event,) = run.notified
    result: dict[str, Any] = event["query"]
    return result


def write(logs: Any, messages: list[str], group: str = GROUP) -> None:
    """Store these messages, a millisecond apart, the last one now."""
    logs.create_log_stream(logGroupName=group, logStreamName="instance.0")
    first = int(time.time() * 1000) - len(messages)
    events = [{"timestamp": first + i, "message": text} for i, text in enumerate(messages)]
    for start in range(0, len(events), 1_000):
        logs.put_log_events(
            logGroupName=group, logStreamName="instance.0", logEvents=events[start : start + 1_000]
        )


def worker_line(severity: str, text: str, pid: int = 1234) -> str:
    return f"2026-11-22 23:34:08 UTC::@:[{pid}]:{severity}:  {text}"


def messages(run: Run) -> list[str]:
    rows = query(run)["results"]
    return [field["Value"] for row in rows for field in row if field["Field"] == "message"]


def test_scheduled_and_running_are_polled_until_complete(machine: MakeMachine) -> None:
    made = machine(broken)
    run = made.run()
    expected = ["StartQuery", *POLL, *POLL, *POLL, "Notify"]
    start = run.path.index("StartQuery")
    assert expected == run.path[start : start + len(expected)]
    assert [1, 2, 2] == made.clock.waits
    assert ("Complete", None) == (query(run)["status"], query(run)["error"])


def test_no_lambda_runs_while_the_query_does(machine: MakeMachine) -> None:
    made = machine(broken)
    run = made.run()
    first, *_, last = (visit for visit in run.visits if visit.name in POLL)
    assert last.duration_seconds is not None
    during = [
        invocation.function
        for invocation in made.functions.invocations
        if first.entered_at < invocation.ended_at and invocation.started_at < last.entered_at
    ]
    assert [] == during


@pytest.mark.parametrize("status", ["Failed", "Cancelled", "Timeout", "Unknown"])
def test_a_query_that_ends_badly_is_told_by_its_status(machine: MakeMachine, status: str) -> None:
    made = machine(broken)
    made.queries.script(["Running", status])  # type: ignore[list-item]
    run = made.run()
    assert ("SUCCEEDED", status) == (run.status, query(run)["status"])


def test_a_query_that_never_ends_is_stopped_within_a_minute(machine: MakeMachine) -> None:
    made = machine(broken)
    made.queries.script(["Scheduled", "Running"])
    run = made.run()
    (record,) = made.queries.queries.values()
    assert "SUCCEEDED" == run.status
    assert 58 == sum(made.clock.waits)
    assert record.stopped
    assert "The log query did not finish within 60 s and was stopped." == query(run)["error"]
    assert [] == query(run)["results"]


def test_a_query_that_cannot_even_be_stopped_is_told_all_the_same(machine: MakeMachine) -> None:
    made = machine(broken)
    made.queries.script(["Running"])
    made.queries.refuse("StopQuery", "InvalidParameterException")
    run = made.run()
    assert "The log query did not finish within 60 s." == query(run)["error"]


@pytest.mark.parametrize(
    ("operation", "refusal", "times", "error"),
    [
        ("StartQuery", "LimitExceededException", 9, "CloudWatchLogs.LimitExceededException"),
        ("StartQuery", "AccessDeniedException", 9, "CloudWatchLogs.AccessDeniedException"),
        ("StartQuery", "MalformedQueryException", 9, "CloudWatchLogs.MalformedQueryException"),
        ("StartQuery", "ThrottlingException", 9, "CloudWatchLogs.ThrottlingException"),
        ("GetQueryResults", "ServiceUnavailableException", 9, "CloudWatchLogs.ServiceUnavailable"),
        ("GetQueryResults", "ResourceNotFoundException", 9, "CloudWatchLogs.ResourceNotFound"),
    ],
)
def test_a_refused_call_is_told_and_the_alert_goes_out(
    machine: MakeMachine, operation: str, refusal: str, times: int, error: str
) -> None:
    made = machine(broken)
    made.queries.refuse(operation, refusal, times)
    run = made.run()
    assert "SUCCEEDED" == run.status
    assert query(run)["error"]["Error"].startswith(error)
    assert (None, []) == (query(run)["status"], query(run)["results"])


@pytest.mark.parametrize(
    ("operation", "refusal"),
    [
        ("StartQuery", "LimitExceededException"),
        ("StartQuery", "ThrottlingException"),
        ("GetQueryResults", "ServiceUnavailableException"),
    ],
)
def test_a_passing_refusal_is_waited_out(
    machine: MakeMachine, operation: str, refusal: str
) -> None:
    made = machine(broken)
    made.queries.refuse(operation, refusal, times=2)
    run = made.run()
    assert "Complete" == query(run)["status"]
    assert 2 == len(made.clock.retries)


@pytest.mark.parametrize(
    ("log_groups", "error"),
    [
        pytest.param(["/no/such/group"], "CloudWatchLogs.ResourceNotFoundException", id="missing"),
        pytest.param([f"{ARN}:*"], "CloudWatchLogs.InvalidParameterException", id="ARN with :*"),
        pytest.param([], "CloudWatchLogs.InvalidParameterException", id="none"),
    ],
)
def test_a_wrong_log_group_is_told_and_the_alert_goes_out(
    machine: MakeMachine, log_groups: list[str], error: str
) -> None:
    run = machine(lambda _: report(cluster() | {"log_groups": log_groups})).run()
    assert ("SUCCEEDED", error) == (run.status, query(run)["error"]["Error"])


@pytest.mark.parametrize("log_group", [GROUP, ARN], ids=["name", "ARN"])
def test_a_log_group_may_be_a_name_or_an_arn(machine: MakeMachine, log_group: str) -> None:
    made = machine(lambda _: report(cluster() | {"log_groups": [log_group]}))
    write(made.aws.client("logs"), [worker_line("ERROR", "duplicate key")])
    assert [worker_line("ERROR", "duplicate key")] == messages(made.run())


LONGER_PREFIX = "2026-11-22 23:34:08.123 UTC::@:[77]:5:23505:2026-11-22 23:30:00 UTC:3/9:0:6b.4d:"


def test_the_query_finds_workers_errors_and_what_belongs_to_them(machine: MakeMachine) -> None:
    made = machine(broken)
    relevant = [
        worker_line("ERROR", "duplicate key value"),
        worker_line("DETAIL", "Key (id)=(1) already exists."),
        worker_line("CONTEXT", "processing remote data"),
        worker_line("WARNING", "out of logical replication worker slots"),
        worker_line("LOG", 'logical replication apply worker for subscription "s" has started'),
        worker_line("LOG", 'subscription "s" has been disabled because of an error'),
        worker_line("LOG", 'conflict detected on relation "public.t": conflict=update_missing'),
        f"{LONGER_PREFIX}FATAL:  stop",
        f'{LONGER_PREFIX}LOG:  logical replication apply worker for subscription "s" has started',
        'WARNING:  skipped loading publication "p"',
        '{"level":"ERROR","location":"check:1","message":"check failed"}',
        "2026-11-22T23:34:08 6f0c Task timed out after 60.00 seconds",
    ]
    irrelevant = [
        worker_line("LOG", "checkpoint starting: time"),
        worker_line("LOG", 'background worker "logical replication apply worker" (PID 7) exited'),
        worker_line("LOG", "logical replication launcher started"),
        '2026-11-22 23:34:08 UTC:10.0.0.9(51000):app@shop:[99]:ERROR:  relation "x" does not exist',
        "2026-11-22 23:34:08 UTC:10.0.0.9(51000):app@shop:[99]:STATEMENT:  SELECT 1",
        '{"level":"INFO","message":"checked"}',
    ]
    write(made.aws.client("logs"), relevant + irrelevant)
    assert set(relevant) == set(messages(made.run()))


def test_a_cluster_s_own_query_takes_the_place_of_the_default(machine: MakeMachine) -> None:
    """Also where it is reported, for the link into Logs Insights."""
    own = 'fields @timestamp, @message as message | filter @message like "custom" | limit 3'
    made = machine(lambda _: report(cluster() | {"log_query": own}))
    write(made.aws.client("logs"), [worker_line("ERROR", "duplicate key"), "custom 'line' \\d"])
    run = made.run()
    assert ["custom 'line' \\d"] == messages(run)
    assert own == query(run)["query_string"]


@pytest.mark.parametrize("log_query", [None, 7], ids=["null", "a number"])
def test_what_is_no_query_leaves_the_default(machine: MakeMachine, log_query: object) -> None:
    made = machine(lambda _: report(cluster() | {"log_query": log_query}))
    write(made.aws.client("logs"), [worker_line("ERROR", "duplicate key"), "custom"])
    assert [worker_line("ERROR", "duplicate key")] == messages(made.run())


def test_applications_errors_do_not_crowd_replication_s_out(machine: MakeMachine) -> None:
    made = machine(broken)
    session = "2026-11-22 23:34:08 UTC:10.0.0.9(51000):app@shop:[99]:ERROR:  number"
    lines = [worker_line("ERROR", "duplicate key"), *(f"{session} {n}" for n in range(10_000))]
    write(made.aws.client("logs"), lines)
    assert lines[:1] == messages(made.run())


def test_of_ten_thousand_lines_the_newest_eighty_come(machine: MakeMachine) -> None:
    made = machine(broken)
    lines = [worker_line("ERROR", f"number {number}") for number in range(10_000)]
    write(made.aws.client("logs"), lines)
    assert lines[:-81:-1] == messages(made.run())


def test_a_line_of_200_kb_is_shortened_and_its_length_given(machine: MakeMachine) -> None:
    made = machine(broken)
    line = worker_line("ERROR", "x" * 200_000)
    write(made.aws.client("logs"), [line])
    (row,) = query(made.run())["results"]
    fields = {field["Field"]: field["Value"] for field in row}
    assert (line[:600], str(len(line))) == (fields["message"], fields["length"])


def test_the_longest_lines_of_four_bytes_each_fit_into_the_payload(machine: MakeMachine) -> None:
    made = machine(broken)
    write(made.aws.client("logs"), [worker_line("ERROR", "😀" * 1_000)] * 80)
    run = made.run()
    assert ("SUCCEEDED", "Complete", 80) == (run.status, query(run)["status"], len(messages(run)))


def test_a_cluster_s_largest_report_fits_beside_them(machine: MakeMachine) -> None:
    """400 findings that are reported and 400 muted ones, on a cluster that waits for its log."""
    found = [Finding("apply_error", "It fails. " * 20, f"orders_sub_{n}") for n in range(400)]
    muted = [Finding("skip_pending", "It waits. " * 20, f"orders_sub_{n}") for n in range(400)]
    large = ClusterReport(
        "sample-cluster",
        Status.UNHEALTHY,
        (GROUP,),
        (*found, *muted),
        mute=("skip_pending", *("😀" * 63 for _ in range(60))),
    ).without_muted()
    document = write_report([large], datetime.now(UTC))
    assert MAX_CLUSTER_BYTES / 2 < len(json.dumps(document["clusters"][0])) <= MAX_CLUSTER_BYTES
    made = machine(lambda _: report(*document["clusters"]))
    write(made.aws.client("logs"), [worker_line("ERROR", "😀" * 1_000)] * 80)
    run = made.run()
    assert ("SUCCEEDED", "Complete", 80) == (run.status, query(run)["status"], len(messages(run)))
    notified = run.notified[0]["cluster"]
    for kind, omitted in (("findings", "omitted_findings"), ("muted", "omitted_muted")):
        assert 400 == len(notified[kind]) + notified[omitted]


def test_results_beyond_the_payload_limit_are_told_of(machine: MakeMachine) -> None:
    """Eighty lines of 600 control characters: six bytes each in JSON."""
    made = machine(broken)
    write(made.aws.client("logs"), [worker_line("ERROR", "\x01" * 1_000)] * 80)
    run = made.run()
    assert ("SUCCEEDED", "States.DataLimitExceeded") == (run.status, query(run)["error"]["Error"])
