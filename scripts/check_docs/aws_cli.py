"""Asks the AWS CLI's own parser about commands; nothing is sent anywhere."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

PROJECT: Final = Path(__file__).parents[2]

_HERE_ONLY: Final = {
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
}


def problems(commands: Sequence[Sequence[str]]) -> list[str | None]:
    """What is wrong with each command, given without `aws`; None where nothing is.

    A path after `file://` is looked up from the repository's root. Raises `CalledProcessError`.
    """
    finished = subprocess.run(
        [sys.executable, "-m", "scripts.check_docs.aws_cli_parser"],
        input=json.dumps([list(words) for words in commands]),
        env={**os.environ, **_HERE_ONLY},
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    answers: list[str | None] = json.loads(finished.stdout)
    return answers
