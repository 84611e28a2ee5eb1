"""The whole preflight as a program, and what it says of a deployed stack's surroundings."""

import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest
from boto3.session import Session

from sandbox.aws import LocalAws
from scripts.account import identity
from scripts.configure.rules import WITHOUT_PUBLISHER
from scripts.preflight.inspection import Inspection, Subject
from scripts.preflight.outcome import Outcome, Verdict
from tests.integration.scripts.conftest import PATH, STACK, MakeStack
from tests.integration.scripts.fake_slack import TOKEN, FakeSlack

GROUP = "/aws/rds/cluster/shop/postgresql"
PARAMETERS = {
    "shop/hostname": "db.example",
    "shop/username": "replication_monitor",
    "shop/dbname": "shop",
    "shop/password": "s3cret",
    "slack/bot-token": TOKEN,
    "slack/channel-id": "C0123",
}
STACK_PARAMETERS = {
    "SsmParameterPath": PATH.removesuffix("/"),
    "DatabaseLogGroups": "/aws/rds/cluster/*/postgresql",
    "DatabaseUser": "replication_monitor",
    "SubnetIds": "",
    "SecurityGroupIds": "",
}
TOPIC = {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {}}}

Put = Callable[[dict[str, str]], None]
Network = tuple[str, str, str]


@pytest.fixture
def slack() -> Iterator[FakeSlack]:
    with FakeSlack() as running:
        yield running


@pytest.fixture
def inspection(session: Session, slack: FakeSlack) -> Inspection:
    return Inspection(session, identity(session), slack.base_url)


@pytest.fixture
def network(aws: LocalAws) -> Network:
    """A VPC, a subnet of it without a way out, and a security group."""
    ec2 = aws.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.1.1.0/24")["Subnet"]["SubnetId"]
    group = ec2.create_security_group(GroupName="g", Description="d", VpcId=vpc)["GroupId"]
    return vpc, subnet, group


@pytest.fixture
def log_group(aws: LocalAws) -> None:
    aws.client("logs").create_log_group(logGroupName=GROUP)
    aws.client("logs").put_retention_policy(logGroupName=GROUP, retentionInDays=30)


def run_preflight(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "scripts.preflight", *words],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def said(outcomes: Iterator[Outcome], verdict: Verdict) -> str:
    return "\n".join(str(outcome) for outcome in outcomes if outcome.verdict is verdict)


@pytest.mark.usefixtures("environment", "log_group")
def test_a_set_up_that_is_complete(
    put: Put, make_stack: MakeStack, slack: FakeSlack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every line begins with its sign; no secret is among them; nothing stays in Slack."""
    monkeypatch.setenv("SLACK_BASE_URL", slack.base_url)
    put(PARAMETERS)
    make_stack(STACK_PARAMETERS, TOPIC)
    done = run_preflight(f"STACK={STACK}")
    assert (0, "") == (done.returncode, done.stderr), done.stdout
    assert [
        f"✔ the stack {STACK} is CREATE_COMPLETE",
        "✔ shop: the parameters are well-formed; it logs in by a password",
        f"i shop: {WITHOUT_PUBLISHER}",
        "    make configure CLUSTER=shop",
        "✔ Slack: the parameters are well-formed",
        f"✔ shop: the log group {GROUP} exists, kept 30 days",
        "✔ Slack: the token is replication-monitor's in Shop",
        "✔ Slack: the app has the scopes chat:write, files:write",
        "✔ Slack: the bot is a member of C0123",
    ] == done.stdout.splitlines()[1:10]
    assert "8 passed, 0 failed, 0 could not be checked" in done.stdout
    assert "s3cret" not in done.stdout
    assert TOKEN not in done.stdout
    assert {} == slack.scheduled


@pytest.mark.usefixtures("environment")
def test_a_failed_check_is_the_exit_status(put: Put, slack: FakeSlack) -> None:
    put(PARAMETERS)
    done = run_preflight()
    assert 1 == done.returncode
    assert f"✘ shop: the log group {GROUP} does not exist in region eu-west-1" in done.stdout
    assert "--db-cluster-identifier shop" in done.stdout
    assert [] == slack.called


@pytest.mark.usefixtures("environment")
def test_no_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    """One failed check, which says that there are no others."""
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    done = run_preflight()
    assert 1 == done.returncode
    assert "✘ there are no AWS credentials" in done.stdout
    assert "0 passed, 1 failed, 0 could not be checked" in done.stdout


@pytest.mark.usefixtures("environment")
def test_the_stacks_own_network_is_not_to_be_given() -> None:
    done = run_preflight(f"STACK={STACK}", "SUBNETS=subnet-1")
    assert (1, "") == (done.returncode, done.stdout)
    assert "leave out SUBNETS" in done.stderr


def test_a_stack_that_is_not_there(inspection: Inspection) -> None:
    (outcome,) = inspection.of_stack("other", None)
    assert Verdict.FAILED is outcome.verdict
    assert "there is no stack other in region eu-west-1" in outcome.sentence


def test_what_the_stack_allows_is_compared(
    inspection: Inspection, put: Put, make_stack: MakeStack
) -> None:
    """Of log groups, and of the role that logs in by RDS IAM authentication."""
    put({name: value for name, value in PARAMETERS.items() if name != "shop/password"})
    own = {"DatabaseLogGroups": "/own/*", "DatabaseUser": "watcher"}
    make_stack({**STACK_PARAMETERS, **own}, TOPIC)
    failures = said(inspection.of_stack(STACK, None), Verdict.FAILED)
    assert f"the stack may query /own/* only, not the log group {GROUP}" in failures
    assert "the stack allows RDS IAM authentication as watcher only" in failures


def test_an_endless_log_group_is_a_hint(aws: LocalAws, inspection: Inspection, put: Put) -> None:
    aws.client("logs").create_log_group(logGroupName=GROUP)
    put(PARAMETERS)
    hints = said(inspection.of_subject(Subject(PATH)), Verdict.HINT)
    assert f"the log group {GROUP} is kept, and paid for, for ever" in hints


def test_a_log_group_elsewhere_is_not_claimed_to_be_there(inspection: Inspection, put: Put) -> None:
    arn = "arn:aws:logs:us-east-1:111122223333:log-group:/own/group"
    put({**PARAMETERS, "shop/log-group": arn})
    unchecked = said(inspection.of_subject(Subject(PATH)), Verdict.NOT_MADE)
    assert "the log group /own/group could not be checked: it is in account" in unchecked


def test_one_cluster_of_many(inspection: Inspection, put: Put) -> None:
    """Another cluster's faults are not this one's."""
    put({**PARAMETERS, "blog/hostname": "h"})
    assert "blog" in said(inspection.of_subject(Subject(PATH)), Verdict.FAILED)
    one = said(inspection.of_subject(Subject(PATH, cluster="shop")), Verdict.FAILED)
    assert "blog" not in one


@pytest.mark.usefixtures("log_group")
def test_a_denied_look_is_no_success(aws: LocalAws, inspection: Inspection, put: Put) -> None:
    """What is behind the denial could not be checked; everything else is."""
    put(PARAMETERS)
    aws.gateway.fail("logs", "DescribeLogGroups", status=400, code="AccessDeniedException")
    outcomes = list(inspection.of_subject(Subject(PATH)))
    unchecked = said(iter(outcomes), Verdict.NOT_MADE)
    assert "the log group" in unchecked
    assert "you may not do DescribeLogGroups" in unchecked
    assert "Slack: the bot is a member" in said(iter(outcomes), Verdict.PASSED)


def in_vpc(network: Network) -> Subject:
    _, subnet, group = network
    return Subject(PATH, subnets=(subnet,), groups=(group,))


def test_a_network_without_a_way_to_ssm(inspection: Inspection, network: Network) -> None:
    outcomes = list(inspection.of_subject(in_vpc(network)))
    assert f"all in {network[0]}" in said(iter(outcomes), Verdict.PASSED)
    assert "has no endpoint for SSM, and no NAT gateway" in said(iter(outcomes), Verdict.HINT)


def test_an_endpoint_leads_to_ssm(aws: LocalAws, inspection: Inspection, network: Network) -> None:
    service = f"com.amazonaws.{aws.region}.ssm"
    aws.client("ec2").create_vpc_endpoint(
        VpcId=network[0], ServiceName=service, VpcEndpointType="Interface"
    )
    outcomes = said(inspection.of_subject(in_vpc(network)), Verdict.PASSED)
    assert "has an endpoint for SSM" in outcomes


def test_a_nat_gateway_leads_to_ssm(
    aws: LocalAws, inspection: Inspection, network: Network
) -> None:
    ec2, (vpc, subnet, _) = aws.client("ec2"), network
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    ec2.associate_route_table(RouteTableId=table, SubnetId=subnet)
    address = ec2.allocate_address(Domain="vpc")["AllocationId"]
    nat = ec2.create_nat_gateway(SubnetId=subnet, AllocationId=address)["NatGateway"]
    ec2.create_route(
        RouteTableId=table,
        DestinationCidrBlock="0.0.0.0/0",
        NatGatewayId=nat["NatGatewayId"],
    )
    outcomes = said(inspection.of_subject(in_vpc(network)), Verdict.PASSED)
    assert "the subnets have a way out to SSM" in outcomes


def test_a_network_that_is_not_there(inspection: Inspection) -> None:
    subject = Subject(PATH, subnets=("subnet-0000",), groups=("sg-0000",))
    failures = said(inspection.of_subject(subject), Verdict.FAILED)
    assert "the subnet subnet-0000 does not exist in region eu-west-1" in failures
