"""Measures into build/cost.json, writes docs/cost.md from it, and prints the totals.

`--measured` takes build/cost.json as it is: after a change of prices, say.
"""

import argparse
import logging
import os
import platform
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from rich.console import Console

from benchmarks.cost.bill import Plan, total
from benchmarks.cost.measurements import Measurements
from benchmarks.cost.page import CLUSTERS, MINUTES, Facts, Limits, page
from benchmarks.cost.processes import measure
from benchmarks.cost.template import TEMPLATE, standing
from benchmarks.cost.transitions import stories
from local.deployment import functions

RESULTS: Final = Path("build/cost.json")
PAGE: Final = Path("docs/cost.md")


def main() -> None:
    console = Console(highlight=False, soft_wrap=True)
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cost")
    parser.add_argument("--measured", action="store_true", help=f"take {RESULTS} as it is")
    if not parser.parse_args().measured:
        RESULTS.parent.mkdir(exist_ok=True)
        RESULTS.write_text(_measurements(console).to_json())
    measured = Measurements.from_json(RESULTS.read_text())
    facts = Facts(measured, standing(TEMPLATE.read_text()), _limits())
    PAGE.write_text(page(facts))
    for minutes in MINUTES:
        bills = (facts.bill(Plan(clusters, minutes)) for clusters in CLUSTERS)
        figures = ", ".join(f"${total(lines):,.2f}" for lines in bills)
        console.print(f"every {minutes} min, {CLUSTERS} clusters, a month: {figures}")
    console.print(f"{PAGE} is written")


def _measurements(console: Console) -> Measurements:
    logging.getLogger("moto.stepfunctions").setLevel(logging.CRITICAL)
    console.print("counting state transitions")
    counted = stories()
    checks, notify = measure(console.print)
    return Measurements(
        date=f"{datetime.now(UTC):%Y-%m-%d}",
        machine=f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors, "
        f"Python {platform.python_version()}",
        stories=tuple(counted),
        checks=checks,
        notify=notify,
    )


def _limits() -> Limits:
    """Those of CheckReplication as deployed."""
    function = functions({})["CheckReplication"]
    return Limits(function.memory_mb, function.timeout_seconds)


if __name__ == "__main__":
    main()
