"""`python -m scripts.configure CLUSTER=… [PARAMETER_PATH=…] [KMS_KEY=…] [REGION=…] [STDIN=1]`."""

import sys
from collections.abc import Mapping

from rich.console import Console

from scripts.account import open_session
from scripts.arguments import is_yes, required
from scripts.configure.setting_up import Order, set_up
from scripts.parameter_store import path_of
from scripts.program import run

KNOWN = frozenset({"CLUSTER", "PARAMETER_PATH", "KMS_KEY", "REGION", "STDIN"})


def main(given: Mapping[str, str], console: Console) -> int:
    (cluster,) = required(given, "CLUSTER")
    document = sys.stdin.read() if is_yes(given, "STDIN") else None
    order = Order(cluster, path_of(given), given.get("KMS_KEY") or None, document)
    set_up(order, open_session(given), console)
    return 0


if __name__ == "__main__":
    sys.exit(run("configure", KNOWN, main))
