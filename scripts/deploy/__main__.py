"""`python -m scripts.deploy STACK=… BUCKET=…`, with the variables of `request.VARIABLES`."""

import sys
from collections.abc import Mapping

from rich.console import Console

from scripts.account import open_session
from scripts.deploy.deployment import deploy
from scripts.deploy.request import KNOWN, read
from scripts.package import OUTPUT, build
from scripts.program import run


def main(given: Mapping[str, str], console: Console) -> int:
    deploy(read(given), open_session(given), lambda: build(OUTPUT).parent, console)
    return 0


if __name__ == "__main__":
    sys.exit(run("deploy", KNOWN, main))
