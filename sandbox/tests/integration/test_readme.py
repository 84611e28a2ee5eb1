"""The examples of the README, run as they stand."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

SANDBOX = Path(__file__).parents[2]
EXAMPLES = re.findall(r"```python\n(.*?)```", (SANDBOX / "README.md").read_text(), re.DOTALL)


@pytest.mark.parametrize("example", EXAMPLES, ids=["aws", "logs", "slack", "tls"])
def test_an_example_runs(example: str) -> None:
    run = [sys.executable, "-c", example]
    done = subprocess.run(run, cwd=SANDBOX.parent, capture_output=True, text=True, check=False)
    assert (0, "") == (done.returncode, done.stderr)
