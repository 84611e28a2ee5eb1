"""`aws-sdk` tasks: names, casing and errors as Step Functions has them."""

import pytest
from botocore.exceptions import ClientError

from sandbox.aws import FakeFunctions, LocalAws
from sandbox.aws.executions import start_execution, wait_for_end
from sandbox.logs.errors import LogsApiError
from sandbox.tests.integration.aws.machines import catch, emit, machine, run, sdk
from sandbox.tests.integration.aws.queries import CannedQueries

START = {
    "LogGroupIdentifiers": ["/aws/rds/cluster/sample/postgresql"],
    "QueryString": "fields @message | limit 5",
    "StartTime": "{% $floor($millis() / 1000) - 1800 %}",
    "EndTime": "{% $floor($millis() / 1000) %}",
}


def test_parameters_and_results_are_in_pascal_case_at_every_depth() -> None:
    queries = CannedQueries()
    get = {"QueryId": "{% $states.input.QueryId %}"}
    definition = machine(
        StartQuery=sdk("cloudwatchlogs:startQuery", START, Next="GetQueryResults"),
        GetQueryResults=sdk("cloudwatchlogs:getQueryResults", get),
    )
    output = run(definition, queries=queries).output
    assert "Complete" == output["Status"]
    assert {"RecordsMatched": 2} == output["Statistics"]
    assert {"Field": "@message", "Value": 'ERROR: "ü"'} == output["Results"][0][0]
    start, get = queries.requests
    assert ["/aws/rds/cluster/sample/postgresql"] == start["logGroupIdentifiers"]
    assert 1800 == start["endTime"] - start["startTime"]
    assert {"queryId": "1"} == get


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("MalformedQueryException", "CloudWatchLogs.MalformedQueryException"),
        ("LimitExceededException", "CloudWatchLogs.LimitExceededException"),
        ("ResourceNotFoundException", "CloudWatchLogs.ResourceNotFoundException"),
        ("ServiceUnavailableException", "CloudWatchLogs.ServiceUnavailableException"),
        ("ThrottlingException", "CloudWatchLogs.ThrottlingException"),
        ("AccessDeniedException", "CloudWatchLogs.AccessDeniedException"),
        ("ExpiredTokenException", "CloudWatchLogs.CloudWatchLogsException"),
    ],
)
def test_an_error_has_the_name_of_its_class_in_the_sdk(code: str, name: str) -> None:
    """An error that the service's model lacks has the name of the SDK's base class."""
    queries = CannedQueries(LogsApiError(code, "made up"))
    definition = machine(
        StartQuery=sdk("cloudwatchlogs:startQuery", START, Catch=catch(name, to="Caught")),
        Caught=emit("{% $states.input.Cause %}"),
    )
    ran = run(definition, queries=queries)
    assert ["StartQuery", "Caught"] == ran.names
    assert "made up (Service: CloudWatchLogs, Status Code:" in ran.output


@pytest.mark.parametrize("key", ["logGroupName", "LogGroup"])
def test_a_parameter_step_functions_does_not_know_is_an_error(key: str) -> None:
    """The service's own casing is one of them; the error lists what there is."""
    definition = machine(StartQuery=sdk("cloudwatchlogs:startQuery", {**START, key: "x"}))
    ran = run(definition, queries=CannedQueries())
    assert "States.Runtime" == ran.error
    assert f'The field "{key}" is not supported by Step Functions' in (ran.cause or "")
    assert "LogGroupName" in (ran.cause or "")


def test_times_come_back_as_text_and_dynamodb_as_sdk_for_java_names_it() -> None:
    definition = machine(
        GetParameter=sdk("ssm:getParameter", {"Name": "/a"}, Next="PutItem"),
        PutItem=sdk(
            "dynamodb:putItem",
            {
                "TableName": "incidents",
                "Item": {"id": {"S": "x"}, "at": "{% {'S': $states.input.Parameter.Value} %}"},
                "ConditionExpression": "attribute_not_exists(id)",
            },
            Output="{% $states.input %}",
            Catch=catch("DynamoDb.ConditionalCheckFailedException", to="Taken"),
        ),
        Taken=emit("taken"),
    )
    definition["States"]["PutItem"]["End"] = True
    with LocalAws(FakeFunctions({})) as aws:
        aws.client("ssm").put_parameter(Name="/a", Value="b", Type="String")
        aws.client("dynamodb").create_table(
            TableName="incidents",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        client = aws.client("stepfunctions")
        arn = aws.create_state_machine("machine", definition)
        first = wait_for_end(client, start_execution(client, arn, {}))
        second = wait_for_end(client, start_execution(client, arn, {}))
    assert '"LastModifiedDate":"20' in first["output"]
    assert '"taken"' == second["output"]


def test_gateway_serves_boto_too() -> None:
    """The same queries, asked by boto3, which names its errors itself."""
    queries = CannedQueries(LogsApiError("MalformedQueryException", "at 1:1"))
    with LocalAws(FakeFunctions({}), queries) as aws:
        logs = aws.client("logs")
        with pytest.raises(logs.exceptions.MalformedQueryException, match="at 1:1"):
            logs.stop_query(queryId="1")
        queries.error = None
        assert logs.stop_query(queryId="1")["success"]
        with pytest.raises(ClientError, match="ResourceNotFoundException"):
            logs.describe_log_streams(logGroupName="none")
        actions = [(call.service, call.action) for call in aws.gateway.calls]
    assert [("logs", "StopQuery")] * 2 + [("logs", "DescribeLogStreams")] == actions
