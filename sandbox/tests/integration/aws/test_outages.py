"""Services that fail on demand."""

from collections.abc import Iterator

import pytest
from botocore.exceptions import ClientError

from sandbox.aws import FakeFunctions, LocalAws
from sandbox.aws.executions import start_execution, wait_for_end
from sandbox.aws.outages import CannotFailError
from sandbox.tests.integration.aws.machines import dynamodb, machine, sdk


@pytest.fixture
def aws() -> Iterator[LocalAws]:
    with LocalAws(FakeFunctions({})) as one:
        one.create_table("Incidents", "cluster", "expires_at")
        yield one


@pytest.mark.parametrize(
    ("status", "code", "error"),
    [
        (400, "ThrottlingException", "DynamoDb.ThrottlingException"),
        (500, "InternalServerError", "DynamoDb.InternalServerErrorException"),
        (400, "AccessDeniedException", "DynamoDb.DynamoDbException"),
    ],
)
def test_an_outage_has_the_errors_name(aws: LocalAws, status: int, code: str, error: str) -> None:
    aws.gateway.fail("dynamodb", "Scan", status=status, code=code)
    client = aws.client("stepfunctions")
    definition = machine(Scan=sdk("dynamodb:scan", {"TableName": "Incidents"}))
    arn = aws.create_state_machine("machine", definition)
    described = wait_for_end(client, start_execution(client, arn, {}))
    assert error == described["error"]
    assert f"Scan was told to fail (Service: DynamoDb, Status Code: {status}," in described["cause"]


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("ProvisionedThroughputExceededException", "ProvisionedThroughputExceededException"),
        ("InternalServerError", "InternalServerErrorException"),
        ("ServiceUnavailable", "AmazonDynamoDBException"),
    ],
)
def test_of_an_optimized_integration_too(aws: LocalAws, code: str, error: str) -> None:
    aws.gateway.fail("dynamodb", "GetItem", status=500, code=code)
    client = aws.client("stepfunctions")
    get = dynamodb("getItem", {"TableName": "Incidents", "Key": {"cluster": {"S": "a"}}})
    arn = aws.create_state_machine("machine", machine(Get=get))
    described = wait_for_end(client, start_execution(client, arn, {}))
    assert f"DynamoDB.{error}" == described["error"]


def test_an_outage_of_some_calls_is_over_after_them(aws: LocalAws) -> None:
    aws.gateway.fail("dynamodb", "Scan", status=500, code="InternalServerError", times=2)
    scan = aws.client("dynamodb").scan
    for _ in range(2):
        with pytest.raises(ClientError, match="InternalServerError"):
            scan(TableName="Incidents")
    assert [] == scan(TableName="Incidents")["Items"]


def test_other_actions_go_on_and_mending_ends_it(aws: LocalAws) -> None:
    aws.gateway.fail("dynamodb", "Scan", status=500, code="InternalServerError")
    client = aws.client("dynamodb")
    client.put_item(TableName="Incidents", Item={"cluster": {"S": "a"}})
    with pytest.raises(ClientError, match="InternalServerError"):
        client.scan(TableName="Incidents")
    aws.gateway.restore()
    assert 1 == client.scan(TableName="Incidents")["Count"]


def test_calls_tell_the_action_of_every_protocol(aws: LocalAws) -> None:
    aws.client("sns").publish(TopicArn=aws.create_topic("Alerts"), Message="a")
    actions = [(call.service, call.action) for call in aws.gateway.calls]
    assert [("sns", "CreateTopic"), ("sns", "Publish")] == actions[-2:]


def test_a_service_whose_errors_are_not_known_is_refused(aws: LocalAws) -> None:
    with pytest.raises(CannotFailError, match="lambda cannot be made to fail, only: dynamodb"):
        aws.gateway.fail("lambda", "Invoke", status=500, code="ServiceException")
