"""The template as CloudFormation gets it from SAM, with the definition where it can be checked."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sandbox.aws.cloudformation.sam import translated

Lint = Callable[[dict[str, Any]], tuple[int, str]]
UPLOADED = {
    "AWS::Serverless::Function": ("CodeUri", "s3://code/deployment.zip"),
    "AWS::Serverless::StateMachine": ("DefinitionUri", "s3://code/monitor.asl.json"),
}


@pytest.fixture
def inlined(package: Path) -> dict[str, Any]:
    """cfn-lint knows a definition's schema (E3601), but reads none out of a bucket."""
    template = json.loads((package / "sam.json").read_text())
    for resource in template["Resources"].values():
        if resource["Type"] in UPLOADED:
            name, address = UPLOADED[resource["Type"]]
            resource["Properties"][name] = address
    document = translated(template, "eu-west-1")
    machine = document["Resources"]["ReplicationMonitor"]["Properties"]
    del machine["DefinitionS3Location"]
    machine["Definition"] = json.loads((package / "monitor.asl.json").read_text())
    return document


@pytest.fixture
def lint(tmp_path: Path) -> Lint:
    """Give cfn-lint a template; its exit status and what it says."""

    def run(template: dict[str, Any]) -> tuple[int, str]:
        path = tmp_path / "translated.json"
        path.write_text(json.dumps(template, indent=1))
        finished = subprocess.run(
            [Path(sys.executable).with_name("cfn-lint"), path],
            capture_output=True,
            text=True,
            check=False,
        )
        return finished.returncode, finished.stdout + finished.stderr

    return run


def test_translated_template_is_valid(inlined: dict[str, Any], lint: Lint) -> None:
    """Every resource of CloudFormation's own kind, and the state machine's definition."""
    assert (0, "") == lint(inlined)


def test_the_definition_is_really_checked(inlined: dict[str, Any], lint: Lint) -> None:
    """A typo in a state inside the Map is found."""
    states = inlined["Resources"]["ReplicationMonitor"]["Properties"]["Definition"]["States"]
    states["NotifyPerCluster"]["ItemProcessor"]["States"]["StopQuery"]["Type"] = "Tusk"
    status, said = lint(inlined)
    assert status != 0
    assert "E3601 'Tusk' is not one of" in said
