"""`make deploy` by the real AWS CLI, into an account of moto's.

The template is small, because moto knows no AWS::Serverless; the layer stands for the code that
`aws cloudformation package` uploads.
"""

import json
import subprocess
import sys
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from boto3.session import Session
from botocore.exceptions import NoCredentialsError
from rich.console import Console

from sandbox.aws import LocalAws
from scripts.account import open_session
from scripts.deploy.checks import NotDeployableError
from scripts.deploy.deployment import DeploymentError, deploy
from scripts.deploy.request import read
from tests.integration.scripts.conftest import STACK, MakeStack, console_to

BUCKET = "code"
TOPIC = {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {}}}
NETWORK = ("SsmParameterPath", "SubnetIds", "SecurityGroupIds")


@pytest.fixture
def bucket(aws: LocalAws) -> str:
    place: Any = {"LocationConstraint": aws.region}
    aws.client("s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration=place)
    return BUCKET


@pytest.fixture
def built(tmp_path: Path) -> Callable[..., Path]:
    """Lays a package as `make package` does, with further resources."""

    def build(**resources: Any) -> Path:
        with ZipFile(tmp_path / "deployment.zip", "w") as archive:
            archive.writestr("app.py", "")
        content = {"LayerName": "code", "Content": "./deployment.zip"}
        defaults = {"SsmParameterPath": "/monitoring-logical-replication", "LogRetentionDays": "30"}
        template = {
            "Parameters": {
                name: {"Type": "String", "Default": defaults.get(name, "")}
                for name in (*NETWORK, "LogRetentionDays", "AlertEmail")
            },
            "Resources": {
                "Code": {"Type": "AWS::Lambda::LayerVersion", "Properties": content},
                **resources,
            },
        }
        (tmp_path / "sam.json").write_text(json.dumps(template))
        return tmp_path

    return build


def refuse_to_build() -> Path:
    pytest.fail("the package was built although something is wrong")


def uploads(aws: LocalAws) -> list[str]:
    found = aws.client("s3").list_objects_v2(Bucket=BUCKET).get("Contents", [])
    return [str(item["Key"]) for item in found]


def parameters(aws: LocalAws) -> dict[str, str]:
    (stack,) = aws.client("cloudformation").describe_stacks(StackName=STACK)["Stacks"]
    return {
        parameter["ParameterKey"]: parameter["ParameterValue"] for parameter in stack["Parameters"]
    }


@pytest.mark.usefixtures("environment", "bucket")
def test_a_first_deployment_and_an_upgrade(
    aws: LocalAws, session: Session, built: Callable[..., Path], printed: StringIO
) -> None:
    """Uploads are below the stack's own prefix; an upgrade keeps what was given before.

    Its template is longer than CloudFormation takes without a detour by way of the bucket.
    """
    given, console = {"STACK": STACK, "BUCKET": BUCKET}, console_to(printed)
    deploy(read({**given, "RETENTION_DAYS": "7"}), session, built, console)
    prefix = f"logical-replication-monitor/{STACK}/"
    assert {True} == {upload.startswith(prefix) for upload in uploads(aws)}
    assert f"{STACK} is CREATE_COMPLETE" in printed.getvalue()
    assert f"make drill STACK={STACK} REGION={aws.region}" in printed.getvalue()
    assert "confirm the subscription" not in printed.getvalue()

    email = {**given, "EMAIL": "on-call@shop.example"}
    long = {"Topic": {**TOPIC["Topic"], "Metadata": {"Notes": "long " * 12_000}}}
    deploy(read(email), session, lambda: built(**long), console)
    assert any(upload.endswith(".template") for upload in uploads(aws))
    after = parameters(aws)
    assert ("7", "on-call@shop.example") == (after["LogRetentionDays"], after["AlertEmail"])
    assert "confirm the subscription" in printed.getvalue()


@pytest.mark.usefixtures("environment", "bucket")
def test_a_refusal_of_cloudformation_is_passed_on(
    session: Session, built: Callable[..., Path], console: Console
) -> None:
    """With what the AWS CLI said, and the state the stack is left in."""
    broken = {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "not a name!"}}
    request = read({"STACK": STACK, "BUCKET": BUCKET})
    with pytest.raises(DeploymentError) as caught:
        deploy(request, session, lambda: built(Broken=broken), console)
    assert "aws cloudformation deploy failed" in str(caught.value)
    assert "Can only include alphanumeric characters" in str(caught.value)
    assert "The stack is now" in str(caught.value)


def refusal(given: dict[str, str], session: Session, console: Console) -> str:
    request = read({"STACK": STACK, "BUCKET": BUCKET, **given})
    with pytest.raises(NotDeployableError) as caught:
        deploy(request, session, refuse_to_build, console)
    assert str(caught.value).startswith("nothing was uploaded:")
    return str(caught.value)


@pytest.mark.usefixtures("environment")
def test_a_bucket_that_does_not_exist(session: Session, console: Console) -> None:
    assert "the bucket code does not exist" in refusal({}, session, console)


@pytest.mark.usefixtures("environment")
def test_a_bucket_that_cannot_exist(session: Session, console: Console) -> None:
    assert "which cannot be the name of a bucket" in refusal({"BUCKET": "A b"}, session, console)


@pytest.mark.usefixtures("bucket")
def test_a_bucket_in_another_region(session: Session, console: Console) -> None:
    """Both regions are named; Lambda would find out only after the upload."""
    far = Session(region_name="us-east-1")
    far.client("s3").create_bucket(Bucket="far")
    said = refusal({"BUCKET": "far"}, session, console)
    assert "the bucket far is in region us-east-1, the stack goes to eu-west-1" in said


@pytest.mark.usefixtures("bucket")
def test_a_network_that_does_not_fit(aws: LocalAws, session: Session, console: Console) -> None:
    """Every problem at once: what does not exist, and what is in another VPC."""
    ec2 = aws.client("ec2")
    one, other = (ec2.create_vpc(CidrBlock=f"10.{n}.0.0/16")["Vpc"]["VpcId"] for n in (1, 2))
    subnet = ec2.create_subnet(VpcId=one, CidrBlock="10.1.1.0/24")["Subnet"]["SubnetId"]
    group = ec2.create_security_group(GroupName="g", Description="d", VpcId=other)["GroupId"]
    given = {"SUBNETS": f"{subnet},subnet-0000", "SECURITY_GROUPS": group}
    said = refusal(given, session, console)
    assert "the subnet subnet-0000 does not exist in region eu-west-1" in said
    assert f"must be of one VPC: {subnet} in {one}, {group} in {other}" in said


@pytest.mark.usefixtures("bucket")
def test_half_a_network(session: Session, console: Console, make_stack: MakeStack) -> None:
    """The other half may be the deployed stack's: then giving one is a change of this one."""
    assert "SUBNETS without" in refusal({"SUBNETS": "subnet-1"}, session, console)
    path, ids = "/monitoring-logical-replication", ("subnet-1", "sg-1")
    make_stack(dict(zip(NETWORK, (path, *ids), strict=True)), TOPIC)
    said = refusal({"SUBNETS": "subnet-2"}, session, console)
    assert "the subnet subnet-2 does not exist" in said
    assert "the security group sg-1 does not exist" in said
    assert "SECURITY_GROUPS without SUBNETS" in refusal({"SUBNETS": ""}, session, console)


@pytest.mark.usefixtures("bucket")
def test_a_stack_of_something_else(
    session: Session, console: Console, make_stack: MakeStack
) -> None:
    """A deployment would replace all that it has."""
    make_stack({"Color": "red"}, TOPIC)
    assert "exists and is not a replication monitor" in refusal({}, session, console)


@pytest.mark.usefixtures("environment")
def test_no_credentials_before_anything_else(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is built for somebody who cannot upload it."""
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with pytest.raises(NoCredentialsError):
        deploy(read({"STACK": STACK, "BUCKET": BUCKET}), open_session({}), refuse_to_build, console)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "deploy: STACK and BUCKET are missing: add STACK=… BUCKET=…"),
        (["STACK=a_b", "BUCKET=code"], "deploy: STACK is 'a_b', not a letter followed by"),
        (["STACK=a", "BUKET=code"], "deploy: BUKET means nothing here: did you mean BUCKET?"),
    ],
    ids=["nothing given", "odd name", "typo"],
)
@pytest.mark.usefixtures("environment")
def test_what_is_wrong_with_the_command_line_is_told_at_once(
    aws: LocalAws, words: list[str], message: str
) -> None:
    """AWS is not even asked."""
    done = subprocess.run(
        [sys.executable, "-m", "scripts.deploy", *words],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (1, "") == (done.returncode, done.stdout)
    assert message in done.stderr
    assert [] == aws.gateway.calls
