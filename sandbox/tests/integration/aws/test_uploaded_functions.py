"""Functions made by Lambda's API run the code of their zip, as their configuration says."""

import json
import sys
from collections.abc import Iterator
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import botocore.exceptions
import pytest

from sandbox.aws import LocalAws
from sandbox.aws.lambda_runtime.uploaded import UnsupportedFunctionError

RUNTIME = f"python{sys.version_info.major}.{sys.version_info.minor}"
TELL = """
import os

def tell(event, context):
    return [{!r}, os.environ["MINE"], os.environ["OURS"]]
"""
TRUST = {
    "Effect": "Allow",
    "Principal": {"Service": "lambda.amazonaws.com"},
    "Action": "sts:AssumeRole",
}


@pytest.fixture
def aws() -> Iterator[LocalAws]:
    with LocalAws() as running:
        running.uploaded.environment = {"OURS": "of the stand-in"}
        trust = json.dumps({"Version": "2012-10-17", "Statement": [TRUST]})
        running.client("iam").create_role(RoleName="teller-role", AssumeRolePolicyDocument=trust)
        yield running


def zipped(version: str) -> bytes:
    content = BytesIO()
    with ZipFile(content, "w") as archive:
        archive.writestr("shop/handler.py", TELL.format(version))
    return content.getvalue()


def create(aws: LocalAws, runtime: str = RUNTIME) -> None:
    aws.client("lambda").create_function(
        FunctionName="teller",
        Runtime=runtime,
        Role=f"arn:aws:iam::{aws.account}:role/teller-role",
        Handler="shop.handler.tell",
        Code={"ZipFile": zipped("first")},
        Environment={"Variables": {"MINE": "of the function"}},
        MemorySize=192,
        Timeout=7,
    )


def invoke(aws: LocalAws) -> tuple[Any, str]:
    answer = aws.client("lambda").invoke(FunctionName="teller", LogType="Tail")
    return json.loads(answer["Payload"].read()), answer["LogResult"]


def test_the_code_of_the_zip_runs(aws: LocalAws) -> None:
    """With the function's own variables and those of the stand-in."""
    create(aws)
    assert ["first", "of the function", "of the stand-in"] == invoke(aws)[0]


def test_new_code_and_configuration_run_at_once(aws: LocalAws) -> None:
    create(aws)
    invoke(aws)
    client = aws.client("lambda")
    client.update_function_code(FunctionName="teller", ZipFile=zipped("second"))
    assert "second" == invoke(aws)[0][0]
    client.update_function_configuration(
        FunctionName="teller", Environment={"Variables": {"MINE": "changed"}}
    )
    assert ["second", "changed"] == invoke(aws)[0][:2]
    assert [True, True, True] == [invocation.cold for invocation in aws.functions.invocations]


def test_a_deleted_function_is_not_found(aws: LocalAws) -> None:
    create(aws)
    invoke(aws)
    aws.client("lambda").delete_function(FunctionName="teller")
    with pytest.raises(botocore.exceptions.ClientError, match="ResourceNotFoundException"):
        invoke(aws)


def test_another_runtime_is_refused(aws: LocalAws) -> None:
    """What would run here is not what would run there."""
    create(aws, runtime="python3.8")
    with pytest.raises(UnsupportedFunctionError, match=r"wants python3\.8"):
        aws.functions.invoke("teller", b"{}")
