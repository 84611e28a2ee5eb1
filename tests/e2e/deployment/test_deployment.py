"""`make deploy` by the real AWS CLI, then the story on what it deployed, with the zip's code.

Each function runs in a process of its own, by AWS's runtime client, as the template configures it.
"""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from local.stack import Stack
from sandbox.aws import LocalAws
from sandbox.aws.cloudformation.sam import translated
from sandbox.slack.threads import Thread
from tests.deployments import LOOKUPS, Deployer, Deployment
from tests.e2e.conftest import SHOP, broken, execute
from tests.e2e.deployment.conftest import on

REPORT = re.compile(
    r"REPORT RequestId: \S+\tDuration: (?P<duration>[\d.]+) ms\tBilled Duration: \d+ ms\t"
    r"Memory Size: (?P<size>\d+) MB\tMax Memory Used: (?P<used>\d+) MB"
    r"(?:\tInit Duration: (?P<init>[\d.]+) ms)?$"
)


@contextmanager
def watched(stack: Stack) -> Iterator[list[Thread]]:
    """The threads that begin inside the block, as they are at its end."""
    before, new = len(stack.threads()), list[Thread]()
    yield new
    new.extend(stack.threads()[before:])


def test_every_resource_of_the_template_exists(
    stack: Stack, package: Path, shop: Deployment
) -> None:
    """The service of each is asked for it; there is none that the stand-in could not hold."""
    uploaded = json.loads((package / "deployed.json").read_text())
    wanted = translated(uploaded, stack.aws.region)["Resources"]
    assert {name: one["Type"] for name, one in wanted.items()} == {
        name: kind for name, (kind, _) in shop.resources.items()
    }
    policies = {kind for kind, _ in shop.resources.values()} - LOOKUPS.keys()
    assert {"AWS::SNS::TopicPolicy"} == policies  # is part of its topic
    for kind, physical in shop.resources.values():
        if kind in LOOKUPS:
            assert LOOKUPS[kind](stack.aws, physical), physical


def test_the_services_know_what_the_template_says(
    stack: Stack, package: Path, shop: Deployment
) -> None:
    """Of a resource of each type, what was made of parameters, conditions and references."""
    template = json.loads((package / "sam.json").read_text())["Resources"]

    def deployed_as(name: str) -> Any:
        kind, physical = shop.resources[name]
        return LOOKUPS[kind](stack.aws, physical)

    for name in ("CheckReplication", "Notify"):
        declared, function = template[name]["Properties"], deployed_as(name)
        for key in ("Handler", "MemorySize", "Runtime", "Timeout"):
            assert declared[key] == function[key]
    assert "SubnetIds" not in (deployed_as("CheckReplication").get("VpcConfig") or {})
    variables = deployed_as("Notify")["Environment"]["Variables"]
    assert shop.physical("Receipts") == variables["RECEIPTS_TABLE"]
    machine = deployed_as("ReplicationMonitor")
    assert deployed_as("ReplicationMonitorRole")["Arn"] == machine["roleArn"]
    assert "ERROR" == machine["loggingConfiguration"]["level"]
    assert shop.outputs["AlertTopicArn"] in machine["definition"]
    assert "${" not in machine["definition"]
    schedule = deployed_as("ReplicationMonitorSchedule")
    assert "rate(5 minutes)" == schedule["ScheduleExpression"]
    assert shop.outputs["StateMachineArn"] == schedule["Target"]["Arn"]
    assert [shop.outputs["AlertTopicArn"]] == deployed_as("NoSuccess")["AlarmActions"]
    assert "on-call@shop.example" in str(
        stack.aws.client("sns").list_subscriptions_by_topic(TopicArn=shop.outputs["AlertTopicArn"])
    )
    policy = json.loads(deployed_as("AlertTopic")["Attributes"]["Policy"])
    assert ["AlarmsPublish", "NothingWithoutTls"] == [
        statement["Sid"] for statement in policy["Statement"]
    ]


def test_an_outage_on_the_deployed_stack(deployed: Stack, shop: Deployment) -> None:
    """Opened, quiet, resolved: one message; of each Lambda a cold start and then a warm process."""
    with watched(deployed) as posted, broken(deployed, "disabled"):
        opened, _ = execute(deployed)
        quiet, _ = execute(deployed)
    (message,) = posted
    assert "Notify" in [visit.name for visit in opened.visits], opened.problem
    assert ("SUCCEEDED", "NothingNew") == (quiet.status, quiet.visits[-1].name)
    assert message.first.text.startswith("🔴 sample-cluster: orders_sub")

    resolved, _ = execute(deployed)
    (now,) = [thread for thread in deployed.threads() if thread.first.ts == message.first.ts]
    assert "SUCCEEDED" == resolved.status, resolved.problem
    assert now.first.text.startswith("🟢 sample-cluster")
    assert now.replies[-1].text.startswith("Recovered after")

    reports = {name: reported(deployed.aws, shop, name) for name in ("CheckReplication", "Notify")}
    assert {"CheckReplication": 3, "Notify": 2} == {name: len(of) for name, of in reports.items()}
    for name, lines in reports.items():
        assert lines[0]["init"], f"{name} began with a warm process"
        assert [None] * len(lines[1:]) == [line["init"] for line in lines[1:]]
        function: Any = LOOKUPS["AWS::Lambda::Function"](deployed.aws, shop.physical(name))
        assert {function["MemorySize"]} == {int(line["size"]) for line in lines}
        assert all(0 < int(line["used"]) < int(line["size"]) for line in lines)


def reported(aws: LocalAws, deployment: Deployment, function: str) -> list[re.Match[str]]:
    """The REPORT lines in the function's log, in order; printed too."""
    group = deployment.physical(f"{function}LogGroup")
    pages = aws.client("logs").get_paginator("filter_log_events").paginate(logGroupName=group)
    lines = [event["message"] for page in pages for event in page["events"]]
    found = [line for line in lines if line.startswith("REPORT")]
    print(f"\n{group}", *found, sep="\n  ")  # noqa: T201  the figures
    matches = [REPORT.match(line) for line in found]
    assert all(matches), found
    return [match for match in matches if match]


def test_an_upgrade_over_an_open_incident(
    deployed: Stack, shop: Deployment, deploying: Deployer
) -> None:
    """Incidents and receipts are kept, and what was opened before is resolved in its thread."""
    with watched(deployed) as posted:
        with broken(deployed, "disabled"):
            execute(deployed)
            upgraded = deploying.deploy(SHOP, RUNBOOK="https://wiki.example/runbook")
            quiet, _ = execute(deployed)
        resolved, _ = execute(deployed)
    (thread,) = posted
    assert (shop.resources, shop.outputs) == (upgraded.resources, upgraded.outputs)
    assert "rate(5 minutes)" == upgraded.parameters["ScheduleExpression"]
    notify: Any = LOOKUPS["AWS::Lambda::Function"](deployed.aws, upgraded.physical("Notify"))
    assert "https://wiki.example/runbook" == notify["Environment"]["Variables"]["RUNBOOK_URL"]
    assert "NothingNew" == quiet.visits[-1].name
    assert "SUCCEEDED" == resolved.status, resolved.problem
    assert thread.first.text.startswith("🟢 sample-cluster")
    assert thread.replies[-1].text.startswith("Recovered after")


def test_a_disabled_schedule_has_no_alarm_for_silence(
    deployed: Stack, shop: Deployment, deploying: Deployer
) -> None:
    """A resource whose condition no longer holds goes; it is back with the condition."""
    quiet = deploying.deploy(SHOP, SCHEDULE_STATE="DISABLED")
    back = deploying.deploy(SHOP, SCHEDULE_STATE="ENABLED")
    assert {"NoSuccess"} == shop.resources.keys() - quiet.resources.keys()
    assert shop.resources == back.resources
    assert LOOKUPS["AWS::CloudWatch::Alarm"](deployed.aws, back.physical("NoSuccess"))


def test_two_stacks_in_one_account(deployed: Stack, shop: Deployment, deploying: Deployer) -> None:
    """No name of one is a name of the other, both work, and one goes without a trace."""
    before = everything(deployed.aws)
    other = deploying.deploy("shop-2")
    try:
        second = on(other, deployed)
        with watched(deployed) as posted, broken(deployed, "disabled"):
            ended = [execute(deployed)[0], execute(second)[0]]
        fixed = [execute(deployed)[0], execute(second)[0]]
    finally:
        deploying.undeploy("shop-2")
    assert ["SUCCEEDED"] * 4 == [execution.status for execution in (*ended, *fixed)]
    assert 2 == len(posted)
    names = {name for _, name in shop.resources.values()}
    assert set() == names & {name for _, name in other.resources.values()}
    assert before == everything(deployed.aws)
    well, _ = execute(deployed)
    assert "Healthy" == well.visits[-1].name


LISTS: dict[str, list[tuple[str, str, str | None]]] = {
    "cloudwatch": [
        ("describe_alarms", "MetricAlarms", "AlarmName"),
        ("list_dashboards", "DashboardEntries", "DashboardName"),
    ],
    "dynamodb": [("list_tables", "TableNames", None)],
    "iam": [("list_roles", "Roles", "RoleName")],
    "lambda": [("list_functions", "Functions", "FunctionName")],
    "logs": [("describe_log_groups", "logGroups", "logGroupName")],
    "scheduler": [("list_schedules", "Schedules", "Name")],
    "sns": [
        ("list_subscriptions", "Subscriptions", "SubscriptionArn"),
        ("list_topics", "Topics", "TopicArn"),
    ],
    "sqs": [("list_queues", "QueueUrls", None)],
    "stepfunctions": [("list_state_machines", "stateMachines", "name")],
}


def everything(aws: LocalAws) -> dict[tuple[str, str], list[str]]:
    """The names of all that a stack of ours could have made, in the whole account."""
    return {
        (service, action): sorted(
            found[name] if name else found
            for found in getattr(aws.client(service), action)().get(key, [])
        )
        for service, actions in LISTS.items()
        for action, key, name in actions
    }
