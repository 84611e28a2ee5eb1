"""Puts the monitor into the local AWS as the template puts it into an account. Development only."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from local.definition import filled_in
from sandbox.aws import LocalAws
from sandbox.aws.lambda_runtime import FunctionConfig

PROJECT: Final = Path(__file__).parents[1]
PARAMETER_PATH: Final = "/monitoring-logical-replication/"
STATE_MACHINE: Final = "ReplicationMonitor"
INCIDENTS: Final = "Incidents"
RECEIPTS: Final = "Receipts"
EXPIRY: Final = "expires_at"
ALERTS: Final = "AlertTopic"

NOT_IN_THE_TEMPLATE: Final = ("SLACK_BASE_URL", "SSL_CERT_FILE")
"""What functions need here beside the template's variables: where Slack is, whom TLS trusts."""

_FUNCTIONS: Final = {"CheckReplication": "check_replication", "Notify": "notify"}
"""The names of the template, and Chalice's names of the same functions."""


def put_parameters(aws: LocalAws, values: Mapping[str, str]) -> None:
    """Store parameters by their names below the path; secrets as SecureString."""
    for name, value in values.items():
        secret = name.endswith(("password", "bot-token"))
        aws.client("ssm").put_parameter(
            Name=f"{PARAMETER_PATH}{name}",
            Value=value,
            Type="SecureString" if secret else "String",
            Overwrite=True,
        )


def functions(environment: Mapping[str, str]) -> dict[str, FunctionConfig]:
    """Both functions by name, with the limits of .chalice/config.json.

    `environment` is theirs beside what the template gives them.
    """
    limits = json.loads((PROJECT / ".chalice" / "config.json").read_text())["lambda_functions"]
    return {
        name: FunctionConfig(
            name=name,
            handler=f"functions.{chalice_name}.handler.{chalice_name}",
            code_directory=PROJECT / "vendor",
            timeout_seconds=limits[chalice_name]["lambda_timeout"],
            memory_mb=limits[chalice_name]["lambda_memory_size"],
            environment={
                "SSM_PARAMETER_PATH": PARAMETER_PATH,
                "RECEIPTS_TABLE": RECEIPTS,
                **environment,
            },
        )
        for name, chalice_name in _FUNCTIONS.items()
    }


def deploy(aws: LocalAws, configurations: Mapping[str, FunctionConfig]) -> str:
    """Deploy the functions, tables and topic, and the state machine that uses them; its ARN."""
    aws.create_table(INCIDENTS, "cluster", EXPIRY)
    aws.create_table(RECEIPTS, "incident", EXPIRY)
    arns = {name: aws.deploy(function) for name, function in configurations.items()}
    substitutions = {
        "CheckReplicationFunctionArn": arns["CheckReplication"],
        "CheckReplicationFunctionName": "CheckReplication",
        "NotifyFunctionArn": arns["Notify"],
        "IncidentsTableName": INCIDENTS,
        "AlertTopicArn": aws.create_topic(ALERTS),
    }
    return aws.create_state_machine(STATE_MACHINE, filled_in(substitutions))
