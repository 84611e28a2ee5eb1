"""The roles of the template allow what the monitor calls in its life, and nothing else."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import pytest
from rich.console import Console
from rich.table import Table

from local.stack import Execution, Stack
from sandbox.aws import Clock, LocalAws
from sandbox.aws.gateway import Call, Queries
from sandbox.aws.iam import Policy, Request, requests_of
from sandbox.aws.json_types import JsonObject
from sandbox.slack import Failure
from tests.deployments import Deployment
from tests.e2e.conftest import broken, execute

ROLES = (
    "CheckReplicationRole",
    "NotifyRole",
    "ReplicationMonitorRole",
    "ReplicationMonitorScheduleRole",
)
LOG = "Lambda writes the function's log"
TRACE = "the X-Ray daemon beside the function, or Step Functions, sends the traces"
NETWORK = "Lambda attaches the function to the VPC"
DELIVERY = "Step Functions sets up the delivery of its log"
NOT_CALLED_BY_US: Mapping[str, Mapping[str, str]] = {
    "CheckReplicationRole": {
        "rds-db:connect": "RDS asks at a login with a token; the token is signed without a call",
        "ec2:AssignPrivateIpAddresses": NETWORK,
        "ec2:CreateNetworkInterface": NETWORK,
        "ec2:DeleteNetworkInterface": NETWORK,
        "ec2:DescribeNetworkInterfaces": NETWORK,
        "ec2:DescribeSubnets": NETWORK,
        "ec2:UnassignPrivateIpAddresses": NETWORK,
        "logs:CreateLogStream": LOG,
        "logs:PutLogEvents": LOG,
        "xray:PutTelemetryRecords": TRACE,
        "xray:PutTraceSegments": TRACE,
    },
    "NotifyRole": {
        "logs:CreateLogStream": LOG,
        "logs:PutLogEvents": LOG,
        "xray:PutTelemetryRecords": TRACE,
        "xray:PutTraceSegments": TRACE,
    },
    "ReplicationMonitorRole": {
        "logs:CreateLogDelivery": DELIVERY,
        "logs:DeleteLogDelivery": DELIVERY,
        "logs:DescribeLogGroups": DELIVERY,
        "logs:DescribeResourcePolicies": DELIVERY,
        "logs:GetLogDelivery": DELIVERY,
        "logs:ListLogDeliveries": DELIVERY,
        "logs:PutResourcePolicy": DELIVERY,
        "logs:UpdateLogDelivery": DELIVERY,
        "xray:GetSamplingRules": TRACE,
        "xray:GetSamplingTargets": TRACE,
        "xray:PutTelemetryRecords": TRACE,
        "xray:PutTraceSegments": TRACE,
    },
    "ReplicationMonitorScheduleRole": {
        "sqs:SendMessage": "EventBridge Scheduler does, when it could not start an execution",
    },
}
"""What AWS itself does in the name of a role, which no recorded call can show."""


DECRYPTION = "SSM, for a SecureString read by this role"
CALLED_IN = {
    ("CheckReplicationRole", "ssm:GetParametersByPath"): "check_replication/handler.py",
    ("CheckReplicationRole", "kms:Decrypt"): DECRYPTION,
    ("NotifyRole", "dynamodb:GetItem"): "notify/receipts.py",
    ("NotifyRole", "dynamodb:UpdateItem"): "notify/receipts.py",
    ("NotifyRole", "kms:Decrypt"): DECRYPTION,
    ("NotifyRole", "ssm:GetParameters"): "notify/settings.py",
    ("ReplicationMonitorScheduleRole", "states:StartExecution"): "EventBridge Scheduler",
}

ALL_THAT_CALL = {
    *("CheckReplication", "Claim", "DecideForMonitor", "GetQueryResults", "Notify"),
    *("PublishAlert", "ReadIncidents"),
    *("RecordNotification", "ReleaseClaim", "Remember", "RenewClaim", "StartQuery", "StopQuery"),
}
"""States that a run must not leave out to say anything of the policies."""


@contextmanager
def hurried(clock: Clock) -> Iterator[None]:
    """Waits pass by twenty times as fast as in the other tests of the stack."""
    speed = clock.speed
    clock.speed = 20 * speed
    try:
        yield
    finally:
        clock.speed = speed


class Unfinished:
    """Log queries that are still running, however often one looks."""

    def __init__(self, queries: Queries) -> None:
        self._queries = queries

    def start_query(self, request: JsonObject) -> JsonObject:
        return self._queries.start_query(request)

    def get_query_results(self, request: JsonObject) -> JsonObject:
        return {**self._queries.get_query_results(request), "status": "Running", "results": []}

    def stop_query(self, request: JsonObject) -> JsonObject:
        return self._queries.stop_query(request)


@contextmanager
def unfinished_queries(aws: LocalAws) -> Iterator[None]:
    queries = aws.gateway.queries
    assert queries is not None
    aws.gateway.queries = Unfinished(queries)
    try:
        yield
    finally:
        aws.gateway.queries = queries


def live(stack: Stack, shop: Deployment) -> set[str]:
    """Everything that may happen, one after the other; the states visited."""
    visited = set[str]()

    def note(occasion: str, execution: Execution, status: str = "SUCCEEDED") -> None:
        assert status == execution.status, f"{occasion}: {execution.problem}"
        visited.update(visit.name for visit in execution.visits)

    note("all is well, by schedule", scheduled(stack, shop))
    with broken(stack, "table_not_refreshed"):
        note("opened", execute(stack)[0])
        note("nothing new", execute(stack)[0])
        with broken(stack, "disabled"):
            note("changed", execute(stack)[0])
    note("resolved", execute(stack)[0])
    note("drill", execute(stack, {"force_notify": True})[0])
    with broken(stack, "disabled"), unfinished_queries(stack.aws):
        note("the log query does not end", execute(stack)[0])
    note("resolved", execute(stack)[0])
    stack.aws.gateway.fail("ssm", "GetParametersByPath", status=400, code="AccessDeniedException")
    note("the check itself fails", execute(stack)[0])
    note("it fails again, so its own log is asked", execute(stack)[0])
    stack.aws.gateway.restore()
    note("the check works again", execute(stack)[0])
    with broken(stack, "disabled"):
        stack.slack.workspace.fail("chat.postMessage", Failure.server_error(503), times=3)
        note("Slack is down for a while", execute(stack)[0])
    note("resolved", execute(stack)[0])
    stack.slack.workspace.token = "xoxb-another"
    with broken(stack, "disabled"):
        note("Slack refuses for ten minutes", execute(stack)[0], "FAILED")
    return visited


def scheduled(stack: Stack, shop: Deployment) -> Execution:
    """What EventBridge Scheduler does with the schedule, in the name of the schedule's role."""
    name = shop.physical("ReplicationMonitorSchedule")
    target = stack.aws.client("scheduler").get_schedule(Name=name)["Target"]
    states = stack.aws.client("stepfunctions", caller=target["RoleArn"].rpartition("/")[2])
    started = states.start_execution(stateMachineArn=target["Arn"], input=target["Input"])
    return stack.finished(started["executionArn"])


def policy_of(aws: LocalAws, role: str) -> Policy:
    """As IAM has it: translated by SAM, every reference resolved."""
    iam = aws.client("iam")
    names = iam.list_role_policies(RoleName=role)["PolicyNames"]
    return Policy.of(
        iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"] for name in names
    )


def secrets(aws: LocalAws) -> list[str]:
    pages = aws.client("ssm").get_paginator("describe_parameters").paginate()
    return [
        one["Name"] for page in pages for one in page["Parameters"] if one["Type"] == "SecureString"
    ]


def asked(calls: list[Call], aws: LocalAws) -> dict[str, set[Request]]:
    """What IAM was asked, by caller."""
    found, encrypted = defaultdict[str, set[Request]](set), secrets(aws)
    for call in calls:
        found[call.caller].update(requests_of(call, aws.region, aws.account, encrypted))
    return found


@pytest.fixture
def requests(deployed: Stack, shop: Deployment) -> dict[str, set[Request]]:
    """What IAM is asked while the monitor goes through all of it, by the roles of the template."""
    before = len(deployed.aws.gateway.calls)
    with hurried(deployed.aws.clock):
        visited = live(deployed, shop)
    assert set() == ALL_THAT_CALL - visited
    callers = {shop.physical(role): role for role in ROLES}
    calls = [one for one in deployed.aws.gateway.calls[before:] if one.caller in callers]
    found = asked(calls, deployed.aws)
    return {role: found[name] for name, role in callers.items()}


def test_policies_allow_what_is_called_and_no_more(
    deployed: Stack, shop: Deployment, requests: dict[str, set[Request]]
) -> None:
    """Every call is allowed; every action allowed is called, by us or by AWS on our behalf."""
    for role in ROLES:
        policy = policy_of(deployed.aws, shop.physical(role))
        assert [] == [one for one in requests[role] if not policy.allows(one)], role
        called = {one.action for one in requests[role]}
        assert policy.allowed_actions() == called | NOT_CALLED_BY_US[role].keys(), role
    machine = deployed.aws.client("stepfunctions").describe_state_machine(
        stateMachineArn=deployed.state_machine
    )
    show(requests, where_called(machine["definition"]))


def show(requests: Mapping[str, set[Request]], where: Mapping[tuple[str, str], str]) -> None:
    """The table of the policies, for whoever runs this with -s."""
    table = Table("role", "action", "resource", "where it is called")
    for role, found in requests.items():
        for action in sorted({one.action for one in found}):
            resources = sorted({one.resource for one in found if one.action == action})
            table.add_row(role, action, "\n".join(resources), where[role, action])
        for action, reason in NOT_CALLED_BY_US[role].items():
            table.add_row(role, action, "", reason)
    Console(width=260).print(table)


def states_that_call(machine: JsonObject) -> Iterator[tuple[str, str]]:
    """The action that each Task asks for, as IAM names it, and the state; in a Map too."""
    for name, state in machine["States"].items():
        if state["Type"] == "Map":
            yield from states_that_call(state["ItemProcessor"])
        elif state["Type"] == "Task":
            *_, service, action = state["Resource"].split(":")
            service = {"cloudwatchlogs": "logs"}.get(service, service)
            action = {"invoke": "invokeFunction"}.get(action, action)
            yield f"{service}:{action[0].upper()}{action[1:]}", name


def where_called(definition: str) -> dict[tuple[str, str], str]:
    """Of each role's action the states of the machine, or the module of the function."""
    states = defaultdict[str, list[str]](list)
    for action, state in states_that_call(json.loads(definition)):
        states[action].append(state)
    machine = {("ReplicationMonitorRole", action): ", ".join(of) for action, of in states.items()}
    return {**machine, **CALLED_IN}
