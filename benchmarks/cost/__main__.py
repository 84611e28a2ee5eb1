"""Counts, writes docs/cost.md from what was counted, and prints the totals.

`--measured` takes the counts of the last time: after a change of prices or of the text, say.
"""

import argparse
from pathlib import Path
from typing import Final

from benchmarks.cost.bill import Plan, bill
from benchmarks.cost.counts import MEASURED, Counts
from benchmarks.cost.measure import measure
from benchmarks.cost.page import CLUSTERS, MINUTES, page

PAGE: Final = Path(__file__).parents[2] / "docs" / "cost.md"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cost")
    parser.add_argument("--measured", action="store_true", help=f"take {MEASURED.name} as it is")
    if not parser.parse_args().measured:
        MEASURED.write_text(measure().to_json())
    counts = Counts.from_json(MEASURED.read_text())
    PAGE.write_text(page(counts))
    for minutes in MINUTES:
        totals = (sum(bill(counts, Plan(clusters, minutes)).values()) for clusters in CLUSTERS)
        figures = ", ".join(f"${total:,.2f}" for total in totals)
        print(f"every {minutes} min, {CLUSTERS} clusters, a month: {figures}")  # noqa: T201


if __name__ == "__main__":
    main()
