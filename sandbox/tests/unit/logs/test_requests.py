"""Which parameters StartQuery, GetQueryResults and StopQuery accept."""

from typing import Any

import pytest

from sandbox.logs.errors import InvalidParameterError
from sandbox.logs.requests import StartQueryRequest, query_id
from sandbox.tests.unit.logs.fakes import GROUP, START

ARN = f"arn:aws:logs:eu-west-1:123456789012:log-group:{GROUP}"
VALID = {"startTime": START, "endTime": START, "queryString": "limit 1"}


@pytest.mark.parametrize(
    ("groups", "log_groups"),
    [
        pytest.param({"logGroupName": GROUP}, (GROUP,), id="name"),
        pytest.param({"logGroupNames": [GROUP, "/b"]}, (GROUP, "/b"), id="names"),
        pytest.param({"logGroupIdentifiers": [ARN, "/b", ARN]}, (ARN, "/b"), id="identifiers"),
    ],
)
def test_log_groups(groups: dict[str, Any], log_groups: tuple[str, ...]) -> None:
    assert log_groups == StartQueryRequest.from_json(VALID | groups).log_groups


def test_times_become_milliseconds() -> None:
    asked = StartQueryRequest.from_json({**VALID, "logGroupName": GROUP, "startTime": 1})
    assert (1000, START * 1000, 10_000) == (asked.start_time, asked.end_time, asked.limit)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        pytest.param({}, "exactly one of logGroupName, .* got none", id="no group"),
        pytest.param({"logGroupName": "a", "logGroupNames": ["b"]}, "exactly one of", id="two"),
        pytest.param({"logGroupName": ARN}, r"'logGroupName' .* pattern: \[", id="ARN as name"),
        pytest.param({"logGroupName": ""}, "length between 1 and 512", id="empty name"),
        pytest.param({"logGroupName": "a" * 513}, "length between 1 and 512", id="long name"),
        pytest.param({"logGroupName": "a b"}, "regular expression pattern", id="blank in name"),
        pytest.param({"logGroupName": "é"}, "regular expression pattern", id="letter"),
        pytest.param({"logGroupNames": []}, "list of 1 to 50", id="no names"),
        pytest.param({"logGroupNames": GROUP}, "list of 1 to 50", id="a name for a list"),
        pytest.param({"logGroupNames": ["a"] * 51}, "list of 1 to 50", id="51 names"),
        pytest.param({"logGroupIdentifiers": ["a"] * 51}, "list of 1 to 50", id="51 identifiers"),
        pytest.param(
            {"logGroupIdentifiers": [f"{ARN}:*"]},
            r"pattern: \[\\w#\+=/:,\.@-\]\*",
            id="trailing :*",
        ),
        pytest.param({"logGroupName": "a", "startTime": START + 1}, "is after endTime", id="order"),
        pytest.param({"logGroupName": "a", "startTime": -1}, "'startTime' failed", id="negative"),
        pytest.param({"logGroupName": "a", "endTime": "1"}, "'endTime' failed", id="text"),
        pytest.param({"logGroupName": "a", "endTime": 1.5}, "'endTime' failed", id="fraction"),
        pytest.param({"logGroupName": "a", "endTime": None}, "'endTime' failed", id="null"),
        pytest.param({"logGroupName": "a", "queryString": 7}, "'queryString' failed", id="number"),
        pytest.param(
            {"logGroupName": "a", "queryString": "#" * 10_001}, "0 to 10000 characters", id="long"
        ),
        pytest.param({"logGroupName": "a", "limit": 0}, "from 1 to 10000", id="limit 0"),
        pytest.param({"logGroupName": "a", "limit": 10_001}, "from 1 to 10000", id="limit 10,001"),
        pytest.param({"logGroupName": "a", "limit": True}, "from 1 to 10000", id="limit true"),
        pytest.param(
            {"logGroupName": "a", "queryLanguage": "SQL"}, "only queryLang", id="language"
        ),
        pytest.param(
            {"logGroupName": "a", "nonsense": 1}, "not supported here: nonsense", id="key"
        ),
    ],
)
def test_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidParameterError, match=message) as caught:
        StartQueryRequest.from_json(VALID | changes)
    assert "InvalidParameterException" == caught.value.code


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        pytest.param({}, "'queryId' failed", id="missing"),
        pytest.param({"queryId": ""}, "1 to 256 characters", id="empty"),
        pytest.param(
            {"queryId": "a", "nextToken": "b"}, "not supported here: nextToken", id="page"
        ),
    ],
)
def test_refused_query_id(request_: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidParameterError, match=message):
        query_id(request_)
