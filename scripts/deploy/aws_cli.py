"""The AWS CLI, version 1 or 2, as a program."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from scripts.errors import SetupError


class AwsCliError(SetupError):
    """The AWS CLI is not there, or ended with an error; the message is what it printed."""


class AwsCli:
    """Runs `aws` in one region, with the credentials of the environment."""

    def __init__(self, region: str) -> None:
        self._executable = _executable()
        self._region = region

    def run(self, *words: str) -> str:
        """Run `aws <words>` and return what it printed. Raises `AwsCliError`."""
        done = subprocess.run(  # noqa: S603 - no shell; the words are checked or AWS's to judge
            [self._executable, *words, "--region", self._region],
            env={**os.environ, "AWS_PAGER": ""},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        printed = final_lines(done.stdout.decode(errors="replace"))
        if done.returncode != 0:
            raise AwsCliError(f"aws {' '.join(words[:2])} failed: {printed}")
        return printed


def final_lines(printed: str) -> str:
    """Without what progress has overwritten, and without empty lines."""
    lines = (line.rpartition("\r")[2].strip() for line in printed.split("\n"))
    return "\n".join(line for line in lines if line)


def _executable() -> str:
    beside_python = str(Path(sys.executable).parent)
    path = os.pathsep.join([beside_python, os.environ.get("PATH", os.defpath)])
    found = shutil.which("aws", path=path)
    if found is None:
        raise AwsCliError("the AWS CLI is not installed: its program aws is not on the PATH")
    return found
