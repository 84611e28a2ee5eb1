"""An empty AWS account, and the environment in which a set-up command finds it."""

import json
from collections.abc import Callable, Iterator
from io import StringIO
from typing import Any

import pytest
from boto3.session import Session
from rich.console import Console

from sandbox.aws import LocalAws
from scripts.account import open_session
from tests import workstation

STACK = "shop"
PATH = "/monitoring-logical-replication/"

MakeStack = Callable[..., str]


def console_to(file: StringIO) -> Console:
    """As `scripts.program` makes it, but for where it prints."""
    return Console(file=file, markup=False, emoji=False, highlight=False, soft_wrap=True)


@pytest.fixture
def aws() -> Iterator[LocalAws]:
    with LocalAws() as running:
        yield running


@pytest.fixture
def environment(aws: LocalAws, monkeypatch: pytest.MonkeyPatch) -> None:
    """That of a workstation with credentials; programs that a test starts inherit it."""
    workstation.set_up(monkeypatch, aws)


@pytest.fixture
def session(environment: None) -> Session:  # noqa: ARG001 - what the session is made from
    return open_session({})


@pytest.fixture
def printed() -> StringIO:
    return StringIO()


@pytest.fixture
def console(printed: StringIO) -> Console:
    return console_to(printed)


@pytest.fixture
def put(aws: LocalAws) -> Callable[[dict[str, str]], None]:
    """Store parameters by their names below the path, secrets as SecureString."""

    def put_all(values: dict[str, str]) -> None:
        for name, value in values.items():
            secret = name.endswith(("password", "bot-token"))
            aws.client("ssm").put_parameter(
                Name=f"{PATH}{name}", Value=value, Type="SecureString" if secret else "String"
            )

    return put_all


@pytest.fixture
def stored(aws: LocalAws) -> Callable[[], dict[str, tuple[str, str]]]:
    """Every parameter below the path: its type and its decrypted value."""

    def read_all() -> dict[str, tuple[str, str]]:
        pages = aws.client("ssm").get_paginator("get_parameters_by_path")
        return {
            parameter["Name"].removeprefix(PATH): (parameter["Type"], parameter["Value"])
            for page in pages.paginate(Path=PATH, Recursive=True, WithDecryption=True)
            for parameter in page["Parameters"]
        }

    return read_all


@pytest.fixture
def make_stack(aws: LocalAws) -> MakeStack:
    """Create a stack by CloudFormation with these parameters and resources; its id."""

    def make(
        parameters: dict[str, str], resources: dict[str, Any], outputs: dict[str, Any] | None = None
    ) -> str:
        template = {
            "Parameters": {name: {"Type": "String"} for name in parameters},
            "Resources": resources,
            "Outputs": outputs or {},
        }
        created = aws.client("cloudformation").create_stack(
            StackName=STACK,
            TemplateBody=json.dumps(template),
            Parameters=[
                {"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()
            ],
        )
        return str(created["StackId"])

    return make
