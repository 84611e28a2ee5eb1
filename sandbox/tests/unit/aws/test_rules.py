"""The adapters' decisions: errors matched, bytes counted, names cased, invocations reported."""

from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.session import Session

from sandbox.aws.lambda_runtime.log_events import Report
from sandbox.aws.moto_adapters.error_matching import matches
from sandbox.aws.moto_adapters.parameters import UnsupportedParameterError, to_boto
from sandbox.aws.moto_adapters.payload_limit import MAX_PAYLOAD_BYTES, is_within_limit
from sandbox.aws.moto_adapters.sdk_casing import from_boto, pascal_case


@pytest.mark.parametrize(
    ("error", "error_equals", "matched"),
    [
        ("Throttled", ["Throttled"], True),
        ("Throttled", ["throttled"], False),
        ("Throttled", ["Other", "Throttled"], True),
        ("Throttled", ["States.ALL"], True),
        ("Throttled", ["States.TaskFailed"], True),
        ("States.Timeout", ["States.ALL"], True),
        ("States.Timeout", ["States.TaskFailed"], False),
        ("States.QueryEvaluationError", ["States.ALL"], True),
        ("States.DataLimitExceeded", ["States.ALL"], False),
        ("States.DataLimitExceeded", ["States.TaskFailed"], False),
        ("States.DataLimitExceeded", ["States.DataLimitExceeded"], True),
        ("States.Runtime", ["States.ALL"], False),
        ("States.Runtime", ["States.Runtime"], False),
        (None, ["States.ALL"], True),
    ],
)
def test_error_equals(error: str | None, error_equals: list[str | None], *, matched: bool) -> None:
    assert matched is matches(error, error_equals)


@pytest.mark.parametrize(
    ("value", "within"),
    [
        ("x" * (MAX_PAYLOAD_BYTES - 2), True),
        ("x" * (MAX_PAYLOAD_BYTES - 1), False),
        ("ü" * ((MAX_PAYLOAD_BYTES - 2) // 2), True),
        ("ü" * (MAX_PAYLOAD_BYTES // 2), False),
        (["x"] * 65_535, True),
        (["x"] * 65_536, False),
        ({"at": datetime(2026, 11, 22, tzinfo=UTC)}, True),
    ],
    ids=["limit", "one over", "two bytes each", "one over in UTF-8", "list", "long list", "time"],
)
def test_the_payload_limit_is_in_bytes_of_compact_json(value: Any, *, within: bool) -> None:
    assert within is is_within_limit(value)


def operation(service: str, name: str) -> Any:
    return Session().get_service_model(service).operation_model(name)


QUERY = {"QueryString": "limit 1", "StartTime": 1, "EndTime": 2}


def test_parameters_get_the_services_own_names() -> None:
    """At every depth; the keys of a map are data and stay."""
    put = operation("dynamodb", "PutItem").input_shape
    item = {"TableName": "t", "Item": {"my_key": {"M": {"B": {"Ss": ["a"]}}}}}
    converted = to_boto(item, put, pascal_case)
    assert {"TableName": "t", "Item": {"my_key": {"M": {"B": {"SS": ["a"]}}}}} == converted
    start = operation("logs", "StartQuery").input_shape
    converted = to_boto({**QUERY, "LogGroupNames": ["a"]}, start, pascal_case)
    assert ["a"] == converted["logGroupNames"]


@pytest.mark.parametrize("key", ["logGroupNames", "Loggroupnames", "Group"])
def test_a_parameter_of_another_name_is_refused(key: str) -> None:
    start = operation("logs", "StartQuery").input_shape
    with pytest.raises(UnsupportedParameterError, match=f'"{key}".*LogGroupNames'):
        to_boto({**QUERY, key: ["a"]}, start, pascal_case)


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        ({"n": {"N": 5}}, "'Item.n.N' must be a STRING"),
        ({"n": {"S": None}}, "'Item.n.S' must be a STRING"),
        ({"n": {"BOOL": "true"}}, "'Item.n.BOOL' must be a BOOLEAN"),
        ({"n": {"L": {"S": "a"}}}, "'Item.n.L' must be a LIST"),
        ({"n": {"L": [{"M": {"m": {"N": 1}}}]}}, "'Item.n.L.M.m.N' must be a STRING"),
        ({"n": "a"}, "'Item.n' must be a STRUCTURE"),
        ({"n": {"Number": "1"}}, '"Item.n.Number" is not supported'),
    ],
)
def test_a_value_of_another_type_is_refused(item: Any, reason: str) -> None:
    with pytest.raises(UnsupportedParameterError, match=reason):
        to_boto({"TableName": "t", "Item": item}, operation("dynamodb", "PutItem").input_shape)


@pytest.mark.parametrize("limit", [True, 1.5, "1"], ids=str)
def test_a_number_is_a_whole_number_where_the_service_wants_one(limit: Any) -> None:
    scan = operation("dynamodb", "Scan").input_shape
    with pytest.raises(UnsupportedParameterError, match="'Limit' must be a INTEGER"):
        to_boto({"TableName": "t", "Limit": limit}, scan)


def test_a_missing_parameter_is_told() -> None:
    put = operation("dynamodb", "PutItem").input_shape
    with pytest.raises(UnsupportedParameterError, match="'TableName' is required but was missing"):
        to_boto({"Item": {}}, put)


def test_results_are_in_pascal_case() -> None:
    shape = operation("logs", "GetQueryResults").output_shape
    rows = {"results": [[{"field": "@message", "value": "a"}]], "status": "Complete"}
    expected = {"Results": [[{"Field": "@message", "Value": "a"}]], "Status": "Complete"}
    assert expected == from_boto(rows, shape)


def test_times_and_bytes_of_results_are_text() -> None:
    shape = operation("ssm", "GetParameter").output_shape
    at = datetime(2026, 11, 22, 23, 34, 8, 123456, tzinfo=UTC)
    result = from_boto({"Parameter": {"LastModifiedDate": at}}, shape)
    assert {"Parameter": {"LastModifiedDate": "2026-11-22T23:34:08.123Z"}} == result
    assert "ü" == from_boto("ü".encode(), None)


@pytest.mark.parametrize(
    ("report", "end"),
    [
        (
            Report("1", 0.0123, 128, 45),
            "Billed Duration: 13 ms\tMemory Size: 128 MB\tMax Memory Used: 45 MB",
        ),
        (
            Report("1", 0.5, 128, 45, init_duration=0.2501, status="timeout"),
            "Init Duration: 250.10 ms\tStatus: timeout",
        ),
    ],
    ids=["warm", "cold, out of time"],
)
def test_report_line(report: Report, end: str) -> None:
    assert report.line().startswith("REPORT RequestId: 1\tDuration: ")
    assert report.line().endswith(f"\t{end}")
