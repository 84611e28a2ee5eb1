"""Deploying into the local AWS as `make deploy` does: our program, the AWS CLI, CloudFormation."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from sandbox.aws import LocalAws
from scripts.account import open_session
from scripts.deploy.deployment import deploy
from scripts.deploy.request import read
from scripts.program import plain_console
from scripts.undeploy import undeploy
from tests import workstation

BUCKET = "code"


@dataclass(frozen=True, slots=True)
class Deployment:
    """A stack as CloudFormation describes it; `resources` are `(type, physical id)` by name."""

    name: str
    parameters: Mapping[str, str]
    outputs: Mapping[str, str]
    resources: Mapping[str, tuple[str, str]]

    def physical(self, name: str) -> str:
        return self.resources[name][1]


class Deployer:
    """Deploys the package in `package` and removes stacks, without being asked again."""

    def __init__(self, aws: LocalAws, package: Path) -> None:
        self._aws = aws
        self._package = package
        place: Any = {"LocationConstraint": aws.region}
        aws.client("s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration=place)

    def deploy(self, stack: str, **variables: str) -> Deployment:
        """As `make deploy STACK=<stack> BUCKET=… <variables>`."""
        request = read({"STACK": stack, "BUCKET": BUCKET, **variables})
        deploy(request, open_session({}), lambda: self._package, plain_console())
        return describe(self._aws, stack)

    def undeploy(self, stack: str) -> None:
        """As `make undeploy STACK=<stack> YES=1`."""
        undeploy(stack, open_session({}), plain_console(), confirmed=True)


def describe(aws: LocalAws, name: str) -> Deployment:
    cloudformation = aws.client("cloudformation")
    (stack,) = cloudformation.describe_stacks(StackName=name)["Stacks"]
    found = cloudformation.describe_stack_resources(StackName=name)["StackResources"]
    return Deployment(
        name,
        {
            parameter["ParameterKey"]: parameter["ParameterValue"]
            for parameter in stack["Parameters"]
        },
        {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]},
        {
            resource["LogicalResourceId"]: (
                resource["ResourceType"],
                resource["PhysicalResourceId"],
            )
            for resource in found
        },
    )


@contextmanager
def deployer(aws: LocalAws, package: Path) -> Iterator[Deployer]:
    """Programs find `aws` in the environment, as on a workstation with credentials."""
    with pytest.MonkeyPatch.context() as environment:
        workstation.set_up(environment, aws)
        yield Deployer(aws, package)


Lookup = Callable[[LocalAws, str], object]

LOOKUPS: Mapping[str, Lookup] = {
    "AWS::CloudWatch::Alarm": lambda aws, name: aws.client("cloudwatch").describe_alarms(
        AlarmNames=[name]
    )["MetricAlarms"][0],
    "AWS::CloudWatch::Dashboard": lambda aws, name: aws.client("cloudwatch").get_dashboard(
        DashboardName=name
    ),
    "AWS::DynamoDB::Table": lambda aws, name: aws.client("dynamodb").describe_table(TableName=name)[
        "Table"
    ],
    "AWS::IAM::Role": lambda aws, name: aws.client("iam").get_role(RoleName=name)["Role"],
    "AWS::Lambda::Function": lambda aws, name: aws.client("lambda").get_function(FunctionName=name)[
        "Configuration"
    ],
    "AWS::Logs::LogGroup": lambda aws, name: aws.client("logs").describe_log_groups(
        logGroupNamePrefix=name
    )["logGroups"][0],
    "AWS::SNS::Topic": lambda aws, arn: aws.client("sns").get_topic_attributes(TopicArn=arn),
    "AWS::SQS::Queue": lambda aws, url: aws.client("sqs").get_queue_attributes(QueueUrl=url),
    "AWS::Scheduler::Schedule": lambda aws, name: aws.client("scheduler").get_schedule(Name=name),
    "AWS::StepFunctions::StateMachine": lambda aws, arn: aws.client(
        "stepfunctions"
    ).describe_state_machine(stateMachineArn=arn),
}
"""How the service itself is asked for a resource, by its type and its physical id."""
