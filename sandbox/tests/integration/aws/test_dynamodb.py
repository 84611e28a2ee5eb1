"""DynamoDB from a state machine: the optimized integration, and `scan` of the AWS SDK's."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from sandbox.aws import FakeFunctions, LocalAws
from sandbox.aws.executions import start_execution, trace, wait_for_end
from sandbox.tests.integration.aws.machines import (
    Run,
    catch,
    dynamodb,
    emit,
    invoke,
    machine,
    processor,
    run,
    sdk,
)

TABLE = {"TableName": "Incidents"}
KEY = {"cluster": {"S": "a"}}
OPEN = {**KEY, "status": {"S": "open"}, "causes": {"L": [{"S": "x"}]}, "notifications": {"N": "1"}}
ONCE = {"ConditionExpression": "attribute_not_exists(#key)"}
ONCE_NAMES = {"ExpressionAttributeNames": {"#key": "cluster"}}


def create_incidents(aws: LocalAws) -> None:
    aws.create_table("Incidents", "cluster", "expires_at")


def run_it(definition: dict[str, Any], data: Any = None, **options: Any) -> Run:
    return run(definition, data, prepare=create_incidents, **options)


def put(item: Any, **state: Any) -> dict[str, Any]:
    return dynamodb("putItem", {**TABLE, "Item": item}, **state)


def test_an_item_is_put_changed_read_and_deleted() -> None:
    update = {
        **TABLE,
        "Key": KEY,
        "UpdateExpression": "SET #status = :closed ADD notifications :one REMOVE causes",
        "ExpressionAttributeNames": {"#status": "status"},
        "ExpressionAttributeValues": {
            ":closed": "{% {'S': $status} %}",
            ":one": {"N": "{% $string(1) %}"},
        },
    }
    ran = run_it(
        machine(
            Put=put("{% $states.input %}", Assign={"status": "closed"}, Next="Get"),
            Get=dynamodb("getItem", {**TABLE, "Key": KEY, "ConsistentRead": True}, Next="Update"),
            Update=dynamodb(
                "updateItem", update, Assign={"before": "{% $states.input %}"}, Next="Delete"
            ),
            Delete=dynamodb(
                "deleteItem", {**TABLE, "Key": KEY, "ReturnValues": "ALL_OLD"}, Next="Look"
            ),
            Look=dynamodb(
                "getItem",
                {**TABLE, "Key": KEY},
                Output={
                    "before": "{% $before.Item %}",
                    "after": "{% $states.input.Attributes %}",
                    "gone": "{% $not($exists($states.result.Item)) %}",
                },
            ),
        ),
        OPEN,
    )
    after = {**KEY, "status": {"S": "closed"}, "notifications": {"N": "2"}}
    assert {"before": OPEN, "after": after, "gone": True} == ran.output
    assert ["Put", "Get", "Update", "Delete", "Look"] == ran.names


def test_scan_gives_what_the_filter_leaves() -> None:
    scan = sdk(
        "dynamodb:scan",
        {
            **TABLE,
            "ConsistentRead": True,
            "FilterExpression": "#status <> :closed AND expires_at > :now",
            "ProjectionExpression": "#key, #status, expires_at",
            "ExpressionAttributeNames": {"#status": "status", "#key": "cluster"},
            "ExpressionAttributeValues": {
                ":closed": {"S": "closed"},
                ":now": {"N": "{% $string($floor($millis() / 1000)) %}"},
            },
        },
    )
    items = [
        {"cluster": {"S": name}, "status": {"S": status}, "expires_at": {"N": expires_at}}
        for name, status, expires_at in (
            ("a", "open", "99999999999"),
            ("b", "closed", "99999999999"),
            ("c", "open", "1"),
        )
    ]
    put_each = {
        "Type": "Map",
        "Items": [{**item, "causes": {"L": []}} for item in items],
        "ItemProcessor": processor(Put=put("{% $states.input %}")),
        "Next": "Scan",
    }
    ran = run_it(machine(PutEach=put_each, Scan=scan))
    assert {"Items": [items[0]], "Count": 1, "ScannedCount": 3} == ran.output


@pytest.mark.parametrize(
    ("task", "error", "cause"),
    [
        (
            dynamodb("putItem", {**TABLE, "Item": OPEN, **ONCE, **ONCE_NAMES}),
            "DynamoDB.ConditionalCheckFailedException",
            "The conditional request failed",
        ),
        (
            dynamodb("putItem", {"TableName": "None", "Item": OPEN}),
            "DynamoDB.ResourceNotFoundException",
            "Error Code: ResourceNotFoundException",
        ),
        (
            put({**KEY, "ts": {"S": "{% $states.input.nothing %}"}}),
            "States.QueryEvaluationError",
            "$states.input.nothing",
        ),
        (
            put("{% {'cluster': {'S': 'a'}, 'ts': {'S': $states.input.nothing}} %}"),
            "DynamoDB.AmazonDynamoDBException",
            "AttributeValue is empty",
        ),
        (
            dynamodb("putItem", {**TABLE, "Item": OPEN, "ConditionExpression": "status = :s"}),
            "DynamoDB.AmazonDynamoDBException",
            "attribute value: :s",
        ),
        (
            dynamodb(
                "putItem", {**TABLE, "Item": OPEN, "ConditionExpression": "attribute_exists("}
            ),
            "DynamoDB.AmazonDynamoDBException",
            "Invalid expression",
        ),
        (
            sdk("dynamodb:scan", {**TABLE, "FilterExpression": "status = status"}),
            "DynamoDb.DynamoDbException",
            "reserved keyword",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_error_has_the_name_step_functions_gives_it(task: Any, error: str, cause: str) -> None:
    definition = machine(
        First=put(OPEN, Output={}, Next="Second"),
        Second={**task, "Catch": catch(error, to="Caught")},
        Caught=emit("{% $states.input.Cause %}"),
    )
    ran = run_it(definition)
    assert ["First", "Second", "Caught"] == ran.names
    assert cause in ran.output


@pytest.mark.parametrize(
    ("arguments", "cause"),
    [
        ({**TABLE, "Item": {**KEY, "n": {"N": "{% 1 + 1 %}"}}}, "'Item.n.N' must be a STRING"),
        ({"Item": OPEN}, "'TableName' is required"),
        (
            {**TABLE, "Item": OPEN, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"},
            '"ReturnValuesOnConditionCheckFailure" is not supported',
        ),
    ],
    ids=["number", "missing", "unknown"],
)
def test_a_task_with_wrong_parameters_does_not_start(arguments: Any, cause: str) -> None:
    ran = run_it(
        machine(
            Put=dynamodb("putItem", arguments, Catch=catch("States.ALL", to="Caught")),
            Caught=emit("caught"),
        )
    )
    assert ("FAILED", "States.Runtime") == (ran.status, ran.error)
    assert cause in (ran.cause or "")


def test_of_twenty_executions_at_once_one_writes() -> None:
    """The others catch the failed condition, in a Map and by its name."""
    claim = dynamodb(
        "putItem",
        {
            **TABLE,
            "Item": {
                "cluster": {"S": "{% $states.input %}"},
                "by": "{% {'S': $states.context.Execution.Name} %}",
            },
            **ONCE,
            **ONCE_NAMES,
        },
        Catch=catch("DynamoDB.ConditionalCheckFailedException", to="Taken"),
        Output="won",
        End=True,
    )
    each = processor(Claim=claim, Taken=emit("taken"))
    definition = machine(Each={"Type": "Map", "Items": ["a", "b"], "ItemProcessor": each})
    with LocalAws(FakeFunctions({})) as aws, ThreadPoolExecutor(20) as pool:
        create_incidents(aws)
        client = aws.client("stepfunctions")
        arn = aws.create_state_machine("machine", definition)
        arns = list(pool.map(lambda _: start_execution(client, arn, {}), range(20)))
        outputs = [wait_for_end(client, arn)["output"] for arn in arns]
        taken = [visit for arn in arns for visit in trace(client, arn) if visit.name == "Taken"]
        items = aws.client("dynamodb").scan(TableName="Incidents")["Items"]
    assert 2 == sum(output.count("won") for output in outputs)
    assert 38 == sum(output.count("taken") for output in outputs) == len(taken)
    assert {"a", "b"} == {item["cluster"]["S"] for item in items}


def test_a_table_expires_its_items() -> None:
    with LocalAws(FakeFunctions({})) as aws:
        create_incidents(aws)
        dynamodb_ = aws.client("dynamodb")
        ttl = dynamodb_.describe_time_to_live(TableName="Incidents")["TimeToLiveDescription"]
        billing = dynamodb_.describe_table(TableName="Incidents")["Table"]["BillingModeSummary"]
    assert ("ENABLED", "expires_at") == (ttl["TimeToLiveStatus"], ttl["AttributeName"])
    assert "PAY_PER_REQUEST" == billing["BillingMode"]


def test_the_parameters_of_a_function_are_checked_too() -> None:
    task = invoke("Work")
    task["Arguments"]["Timeout"] = 1
    ran = run_it(machine(Work=task), functions={"Work": str})
    assert "States.Runtime" == ran.error
    assert '"Timeout" is not supported' in (ran.cause or "")
