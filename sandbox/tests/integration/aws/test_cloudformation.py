"""Stacks as CloudFormation makes them, by change sets as the AWS CLI does."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import botocore.exceptions
import pytest

from sandbox.aws import FakeFunctions, LocalAws

TRUST = {
    "Effect": "Allow",
    "Principal": {"Service": "lambda.amazonaws.com"},
    "Action": "sts:AssumeRole",
}
ROLE: dict[str, Any] = {
    "Type": "AWS::IAM::Role",
    "Properties": {
        "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [TRUST]},
        "Policies": [
            {
                "PolicyName": "Read",
                "PolicyDocument": {
                    "Version": "2012-10-17",
                    "Statement": [
                        {
                            "Effect": "Allow",
                            "Action": "s3:GetObject",
                            "Resource": {"Fn::Sub": "arn:aws:s3:::${Bucket}"},
                        }
                    ],
                },
            }
        ],
    },
}
QUEUE: dict[str, Any] = {"Type": "AWS::SQS::Queue", "Properties": {}}
BROKEN = {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "not a name!"}}
LIST = {"Type": "CommaDelimitedList", "Default": ""}

Change = Callable[..., dict[str, Any]]


@pytest.fixture
def aws() -> Iterator[LocalAws]:
    with LocalAws(FakeFunctions({})) as running:
        yield running


@pytest.fixture
def change(aws: LocalAws) -> Change:
    """Create or update the stack `shop`; how it is described then.

    A parameter that is None keeps its value.
    """
    client = aws.client("cloudformation")

    def change_stack(
        resources: dict[str, Any],
        parameters: dict[str, str | None] | None = None,
        capabilities: tuple[str, ...] = ("CAPABILITY_IAM",),
        **sections: Any,
    ) -> dict[str, Any]:
        exists = client.list_stacks(StackStatusFilter=["CREATE_COMPLETE", "UPDATE_COMPLETE"])
        change_set = client.create_change_set(
            StackName="shop",
            ChangeSetName="change",
            ChangeSetType="UPDATE" if exists["StackSummaries"] else "CREATE",
            TemplateBody=json.dumps({"Resources": resources, **sections}),
            Capabilities=list(capabilities),
            Parameters=[
                {"ParameterKey": name, "UsePreviousValue": True}
                if value is None
                else {"ParameterKey": name, "ParameterValue": value}
                for name, value in (parameters or {}).items()
            ],
        )
        client.execute_change_set(ChangeSetName=change_set["Id"])
        client.delete_change_set(ChangeSetName=change_set["Id"])
        (stack,) = client.describe_stacks(StackName=change_set["StackId"])["Stacks"]
        return dict(stack)

    return change_stack


def texts(*names: str) -> dict[str, Any]:
    return {name: {"Type": "String", "Default": ""} for name in names}


def queues(aws: LocalAws) -> list[str]:
    return list(aws.client("sqs").list_queues().get("QueueUrls", []))


def test_a_stack_has_resources_parameters_and_outputs(aws: LocalAws, change: Change) -> None:
    stack = change(
        {"Queue": QUEUE},
        {"Subnets": "a,b"},
        Parameters={"Subnets": LIST},
        Outputs={"Url": {"Value": {"Ref": "Queue"}}},
    )
    assert "CREATE_COMPLETE" == stack["StackStatus"]
    assert [{"ParameterKey": "Subnets", "ParameterValue": "a,b"}] == stack["Parameters"]
    assert queues(aws) == [stack["Outputs"][0]["OutputValue"]]


def test_a_list_keeps_its_value(change: Change) -> None:
    change({"Queue": QUEUE}, {"Subnets": "a,b"}, Parameters={"Subnets": LIST})
    stack = change({"Queue": QUEUE, "More": QUEUE}, {"Subnets": None}, Parameters={"Subnets": LIST})
    assert ("UPDATE_COMPLETE", "a,b") == (
        stack["StackStatus"],
        stack["Parameters"][0]["ParameterValue"],
    )


def test_no_value_is_no_element(aws: LocalAws, change: Change) -> None:
    topic = {
        "Type": "AWS::SNS::Topic",
        "Properties": {
            "Subscription": [
                {"Protocol": "email", "Endpoint": "a@shop.example"},
                {"Fn::If": ["Never", {"Protocol": "email"}, {"Ref": "AWS::NoValue"}]},
            ]
        },
    }
    never = {"Never": {"Fn::Equals": ["a", "b"]}}
    assert "CREATE_COMPLETE" == change({"Topic": topic}, Conditions=never)["StackStatus"]
    (one,) = aws.client("sns").list_subscriptions()["Subscriptions"]
    assert "a@shop.example" == one["Endpoint"]


def test_a_parameter_in_a_sub_changes_its_resource(aws: LocalAws, change: Change) -> None:
    """Moto sees it in a Ref only."""
    change({"Role": ROLE}, {"Bucket": "one"}, Parameters=texts("Bucket"))
    change({"Role": ROLE}, {"Bucket": "other"}, Parameters=texts("Bucket"))
    iam = aws.client("iam")
    (role,) = iam.list_roles()["Roles"]
    found = iam.get_role_policy(RoleName=role["RoleName"], PolicyName="Read")
    assert "arn:aws:s3:::other" == found["PolicyDocument"]["Statement"][0]["Resource"]


def test_a_condition_decides_at_each_update(aws: LocalAws, change: Change) -> None:
    """Moto's stacks keep a resource whose condition has come to an end."""
    resources = {"Kept": QUEUE, "Chosen": {**QUEUE, "Condition": "Wanted"}}
    sections = {
        "Parameters": texts("Choice"),
        "Conditions": {"Wanted": {"Fn::Equals": [{"Ref": "Choice"}, "yes"]}},
    }
    counts = []
    for choice in ("yes", "no", "yes"):
        change(resources, {"Choice": choice}, **sections)
        counts.append(len(queues(aws)))
    assert [2, 1, 2] == counts


def test_a_creation_that_fails_is_rolled_back(aws: LocalAws, change: Change) -> None:
    """Its events say why, and nothing is left of it."""
    stack = change({"Queue": QUEUE, "Broken": {**BROKEN, "DependsOn": "Queue"}})
    events = aws.client("cloudformation").describe_stack_events(StackName=stack["StackId"])
    (failed,) = [
        event for event in events["StackEvents"] if event["ResourceStatus"] == "CREATE_FAILED"
    ]
    assert "ROLLBACK_COMPLETE" == stack["StackStatus"]
    assert ("Broken", "AWS::SQS::Queue") == (failed["LogicalResourceId"], failed["ResourceType"])
    assert "Can only include alphanumeric characters" in failed["ResourceStatusReason"]
    assert [] == queues(aws)


def test_a_resource_that_is_half_made_goes_too(aws: LocalAws, change: Change) -> None:
    """The role itself was made, when one of its policies was refused."""
    policy = {"PolicyName": "Bad", "PolicyDocument": {"Statement": "nothing"}}
    role = {**ROLE, "Properties": {**ROLE["Properties"], "Policies": [policy]}}
    assert "ROLLBACK_COMPLETE" == change({"Role": role})["StackStatus"]
    assert [] == aws.client("iam").list_roles()["Roles"]


def test_an_update_that_fails_is_rolled_back(aws: LocalAws, change: Change) -> None:
    change({"Queue": QUEUE})
    before = queues(aws)
    stack = change({"Another": QUEUE, "Broken": {**BROKEN, "DependsOn": "Another"}})
    assert "UPDATE_ROLLBACK_COMPLETE" == stack["StackStatus"]
    assert before == queues(aws)


def test_a_deleted_stack_leaves_nothing(aws: LocalAws, change: Change) -> None:
    role = {**ROLE, "DependsOn": "Queue"}
    change({"Role": role, "Queue": QUEUE}, {"Bucket": "one"}, Parameters=texts("Bucket"))
    aws.client("cloudformation").delete_stack(StackName="shop")
    assert ([], []) == (queues(aws), aws.client("iam").list_roles()["Roles"])


def test_an_unchanged_template_is_no_change(aws: LocalAws, change: Change) -> None:
    """With what a parameter was before, whether it is given or kept."""
    sections = {"Parameters": {"Subnets": LIST, **texts("Choice")}}
    change({"Queue": QUEUE}, {"Subnets": "a,b"}, **sections)
    made = aws.client("cloudformation").create_change_set(
        StackName="shop",
        ChangeSetName="again",
        ChangeSetType="UPDATE",
        TemplateBody=json.dumps({"Resources": {"Queue": QUEUE}, **sections, "Description": ""}),
        Parameters=[{"ParameterKey": "Subnets", "UsePreviousValue": True}],
    )
    described = aws.client("cloudformation").describe_change_set(ChangeSetName=made["Id"])
    assert "CREATE_COMPLETE" == described["Status"]
    same = aws.client("cloudformation").create_change_set(
        StackName="shop",
        ChangeSetName="same",
        ChangeSetType="UPDATE",
        TemplateBody=json.dumps({**sections, "Resources": {"Queue": QUEUE}}),
        Parameters=[{"ParameterKey": "Subnets", "ParameterValue": "a,b"}],
    )
    described = aws.client("cloudformation").describe_change_set(ChangeSetName=same["Id"])
    assert ("FAILED", True) == (
        described["Status"],
        "didn't contain changes" in described["StatusReason"],
    )


PATTERN = {"Bucket": {"Type": "String", "AllowedPattern": "[a-z]+", "Default": "a"}}
CHOICE = {"Bucket": {"Type": "Number", "AllowedValues": [1, 2], "Default": 1}}


@pytest.mark.parametrize(
    ("resources", "request_", "problem"),
    [
        pytest.param(
            {"Queue": QUEUE}, {"parameters": {"No": "a"}}, "[No] do not exist", id="parameter"
        ),
        pytest.param(
            {"Queue": QUEUE},
            {"parameters": {"Bucket": "A!"}, "Parameters": PATTERN},
            "Parameter 'Bucket' failed to satisfy constraint",
            id="pattern",
        ),
        pytest.param(
            {"Queue": QUEUE},
            {"parameters": {"Bucket": "3"}, "Parameters": CHOICE},
            "must be one of 1, 2",
            id="value",
        ),
        pytest.param(
            {"Role": ROLE},
            {"capabilities": (), "Parameters": texts("Bucket")},
            "Requires capabilities : [CAPABILITY_IAM]",
            id="capability",
        ),
        pytest.param(
            {"Role": {**ROLE, "Properties": {**ROLE["Properties"], "RoleName": "mine"}}},
            {"Parameters": texts("Bucket")},
            "CAPABILITY_NAMED_IAM",
            id="capability for a name",
        ),
        pytest.param(
            {"Queue": QUEUE}, {"Transform": "AWS::Include"}, "AWS::Include", id="transform"
        ),
        pytest.param(
            {"Function": {"Type": "AWS::Serverless::Function", "Properties": {}}},
            {"Transform": "AWS::Serverless-2016-10-31"},
            "failed with",
            id="SAM",
        ),
    ],
)
def test_a_change_set_is_refused(
    aws: LocalAws, change: Change, resources: dict[str, Any], request_: dict[str, Any], problem: str
) -> None:
    with pytest.raises(botocore.exceptions.ClientError) as refused:
        change(resources, **request_)
    assert problem in str(refused.value)
    assert [] == aws.client("cloudformation").list_stacks()["StackSummaries"]


@pytest.mark.parametrize(
    ("resource", "problem"),
    [
        pytest.param({"Type": "AWS::Scheduler::ScheduleGroup"}, "not supported here", id="type"),
        pytest.param(
            {**QUEUE, "Properties": {"QueueName": {"Fn::Cidr": ["a"]}}}, "Fn::Cidr", id="function"
        ),
        pytest.param(
            {"Type": "AWS::CloudWatch::Alarm", "Properties": {"Colour": "red"}},
            "Colour",
            id="property",
        ),
        pytest.param(
            {"Type": "AWS::Logs::LogGroup", "Properties": {"Colour": "red"}},
            "Colour of AWS::Logs::LogGroup is not supported here",
            id="property of a composed resource",
        ),
    ],
)
def test_what_is_not_supported_fails_the_stack(
    aws: LocalAws, change: Change, resource: dict[str, Any], problem: str
) -> None:
    """Where moto would leave it out."""
    stack = change({"Resource": {"Properties": {}, **resource}})
    events = aws.client("cloudformation").describe_stack_events(StackName=stack["StackId"])
    reasons = [event.get("ResourceStatusReason", "") for event in events["StackEvents"]]
    assert "ROLLBACK_COMPLETE" == stack["StackStatus"]
    assert any(problem in reason for reason in reasons), reasons


def test_a_changed_table_is_refused(change: Change) -> None:
    """It would be replaced, and what it holds be lost."""

    def table(billing: str) -> dict[str, Any]:
        return {
            "Type": "AWS::DynamoDB::Table",
            "Properties": {
                "BillingMode": billing,
                "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
                "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
            },
        }

    change({"Table": table("PAY_PER_REQUEST")})
    stack = change({"Table": table("PROVISIONED")})
    assert "UPDATE_ROLLBACK_COMPLETE" == stack["StackStatus"]
