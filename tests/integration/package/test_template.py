"""The template: one SAM document of functions, state machine, schedule and their roles."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local.definition import filled_in
from scripts.definition import DEPLOYED, definition

Resources = dict[str, Any]


def test_template_is_valid(package: Path) -> None:
    """cfn-lint finds nothing in types, properties, nor in any Ref, GetAtt and Condition."""
    cfn_lint = Path(sys.executable).with_name("cfn-lint")
    finished = subprocess.run(
        [str(cfn_lint), str(package / "sam.json")], capture_output=True, text=True, check=False
    )
    assert (0, "") == (finished.returncode, finished.stdout + finished.stderr)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("CheckReplication", "AWS::Serverless::Function"),
        ("CheckReplicationRole", "AWS::IAM::Role"),
        ("CheckReplicationLogGroup", "AWS::Logs::LogGroup"),
        ("Notify", "AWS::Serverless::Function"),
        ("NotifyRole", "AWS::IAM::Role"),
        ("NotifyLogGroup", "AWS::Logs::LogGroup"),
        ("ReplicationMonitor", "AWS::Serverless::StateMachine"),
        ("ReplicationMonitorRole", "AWS::IAM::Role"),
        ("ReplicationMonitorSchedule", "AWS::Scheduler::Schedule"),
        ("ReplicationMonitorScheduleRole", "AWS::IAM::Role"),
        ("ReplicationMonitorLogGroup", "AWS::Logs::LogGroup"),
        ("MissedChecks", "AWS::SQS::Queue"),
        ("Incidents", "AWS::DynamoDB::Table"),
        ("Receipts", "AWS::DynamoDB::Table"),
        ("AlertTopic", "AWS::SNS::Topic"),
        ("ExecutionsFail", "AWS::CloudWatch::Alarm"),
        ("NoSuccess", "AWS::CloudWatch::Alarm"),
        ("Dashboard", "AWS::CloudWatch::Dashboard"),
    ],
)
def test_resource_is_there(resources: Resources, name: str, kind: str) -> None:
    """Chalice's resources and those of statemachine/template.yaml meet in one template."""
    assert kind == resources[name]["Type"]


def test_every_resource_has_a_type(resources: Resources) -> None:
    """A name in template.yaml that Chalice does not use would stay a fragment without a type."""
    assert [] == [name for name, resource in resources.items() if "Type" not in resource]


def test_definition_is_beside_the_template(package: Path, resources: Resources) -> None:
    """DefinitionUri, relative to the template, names the definition of the repository."""
    uri = resources["ReplicationMonitor"]["Properties"]["DefinitionUri"]
    assert definition() == (package / uri).read_text()


def test_what_is_packaged_is_what_runs_here(package: Path) -> None:
    """Locally and in the tests of the state machine: the same text, its placeholders filled in."""
    packaged = (package / DEPLOYED).read_text()
    values = {name: f"the {name}" for name in re.findall(r"\$\{(\w+)\}", packaged)}
    assert filled_in(values) == re.sub(r"\$\{(\w+)\}", r"the \1", packaged)


def test_substitutions_are_the_definition_s_placeholders(
    package: Path, resources: Resources
) -> None:
    """Neither a placeholder without a value nor a value without a placeholder."""
    properties = resources["ReplicationMonitor"]["Properties"]
    definition = (package / properties["DefinitionUri"]).read_text()
    placeholders = set(re.findall(r"\$\{(\w+)\}", definition))
    assert placeholders == properties["DefinitionSubstitutions"].keys()


def test_only_check_replication_is_in_the_vpc(resources: Resources) -> None:
    """Notify talks to Slack, so it stays outside; the network is a choice at deployment."""
    configs = {
        name: resource["Properties"]["VpcConfig"]
        for name, resource in resources.items()
        if "VpcConfig" in resource["Properties"]
    }
    network = {"SubnetIds": {"Ref": "SubnetIds"}, "SecurityGroupIds": {"Ref": "SecurityGroupIds"}}
    expected = {"Fn::If": ["InVpc", network, {"Ref": "AWS::NoValue"}]}
    assert {"CheckReplication": expected} == configs


@pytest.mark.parametrize("function", ["CheckReplication", "Notify"])
def test_function_knows_where_its_parameters_are(resources: Resources, function: str) -> None:
    """The template's parameter reaches the function's environment."""
    variables = resources[function]["Properties"]["Environment"]["Variables"]
    assert {"Ref": "SsmParameterPath"} == variables["SSM_PARAMETER_PATH"]


def test_alerts_know_where_the_runbook_is(resources: Resources) -> None:
    variables = resources["Notify"]["Properties"]["Environment"]["Variables"]
    assert {"Ref": "RunbookUrl"} == variables["RUNBOOK_URL"]


def test_defaults_are_those_of_the_article(template: dict[str, Any]) -> None:
    """Deployed without a choice: the README's parameter path, one check a minute, switched on."""
    defaults = {name: entry["Default"] for name, entry in template["Parameters"].items()}
    assert "/monitoring-logical-replication" == defaults["SsmParameterPath"]
    assert "rate(1 minute)" == defaults["ScheduleExpression"]
    assert "ENABLED" == defaults["ScheduleState"]


def test_schedule_starts_the_state_machine(resources: Resources) -> None:
    """An input the state machine accepts, and retries that end before they pile up."""
    target = resources["ReplicationMonitorSchedule"]["Properties"]["Target"]
    assert {"Fn::GetAtt": ["ReplicationMonitor", "Arn"]} == target["Arn"]
    assert {} == json.loads(target["Input"])
    assert {"MaximumEventAgeInSeconds": 60, "MaximumRetryAttempts": 3} == target["RetryPolicy"]
    assert {"Arn": {"Fn::GetAtt": ["MissedChecks", "Arn"]}} == target["DeadLetterConfig"]


@pytest.mark.parametrize(
    ("alarm", "metrics", "missing"),
    [
        ("ExecutionsFail", {"ExecutionsFailed", "ExecutionsTimedOut"}, "notBreaching"),
        ("NoSuccess", {"ExecutionsSucceeded"}, "breaching"),
    ],
)
def test_alarms_tell_the_topic_without_the_state_machine(
    resources: Resources, alarm: str, metrics: set[str], missing: str
) -> None:
    """Its failures, and its silence: where there are no data, silence is what is wrong."""
    properties = resources[alarm]["Properties"]
    named = {properties.get("MetricName")} | {
        one["MetricStat"]["Metric"]["MetricName"]
        for one in properties.get("Metrics", [])
        if "MetricStat" in one
    }
    assert metrics == named - {None}
    assert missing == properties["TreatMissingData"]
    assert [{"Ref": "AlertTopic"}] == properties["AlarmActions"]


@pytest.mark.parametrize(("table", "key"), [("Incidents", "cluster"), ("Receipts", "incident")])
def test_tables_cost_nothing_when_idle_and_lose_nothing(
    resources: Resources, table: str, key: str
) -> None:
    properties = resources[table]["Properties"]
    assert "PAY_PER_REQUEST" == properties["BillingMode"]
    assert [{"AttributeName": key, "KeyType": "HASH"}] == properties["KeySchema"]
    assert {"AttributeName": "expires_at", "Enabled": True} == properties["TimeToLiveSpecification"]
    assert properties["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"]
    assert properties["SSESpecification"]["SSEEnabled"]


def test_state_machine_s_log_holds_no_data(resources: Resources) -> None:
    logging = resources["ReplicationMonitor"]["Properties"]["Logging"]
    assert ("ERROR", False) == (logging["Level"], logging["IncludeExecutionData"])


WITHOUT_RESOURCE_LEVEL = {
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "logs:CreateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:DescribeLogGroups",
    "logs:DescribeResourcePolicies",
    "logs:GetLogDelivery",
    "logs:GetQueryResults",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:StopQuery",
    "logs:UpdateLogDelivery",
    "xray:GetSamplingRules",
    "xray:GetSamplingTargets",
    "xray:PutTelemetryRecords",
    "xray:PutTraceSegments",
}


def test_everything_is_allowed_only_where_iam_knows_nothing_narrower(resources: Resources) -> None:
    """`Resource: "*"` stands for these actions, which take no resource, and no other."""
    wide = {
        action
        for statement in _allowing(resources)
        if "*" in _as_list(statement["Resource"])
        for action in _as_list(statement["Action"])
    }
    assert WITHOUT_RESOURCE_LEVEL == wide


def test_no_action_is_a_pattern(resources: Resources) -> None:
    """Every allowed action is named in full."""
    actions = [
        action
        for statement in _allowing(resources)
        for action in _as_list(statement["Action"])
        if "*" in action
    ]
    assert [] == actions


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        ("CheckReplicationRole", ["${SsmParameterPath}", "${SsmParameterPath}/*"]),
        ("NotifyRole", ["${SsmParameterPath}/slack/*", "${SsmParameterPath}/*/channel-id"]),
    ],
)
def test_function_reads_its_own_parameters(
    resources: Resources, role: str, expected: list[str]
) -> None:
    """CheckReplication reads everything below the path; Notify never sees a database's password."""
    [statement] = [
        statement
        for statement in _statements(resources[role])
        if str(statement["Action"]).startswith("ssm:")
    ]
    arns = [resource["Fn::Sub"] for resource in _as_list(statement["Resource"])]
    assert expected == [arn.partition(":parameter")[2] for arn in arns]


def _allowing(resources: Resources) -> Iterator[dict[str, Any]]:
    for resource in resources.values():
        if resource["Type"] == "AWS::IAM::Role":
            yield from (item for item in _statements(resource) if item["Effect"] == "Allow")


def _statements(role: dict[str, Any]) -> list[dict[str, Any]]:
    policies = role["Properties"]["Policies"]
    return [item for policy in policies for item in policy["PolicyDocument"]["Statement"]]


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
