"""The article's single Lambda, as far as it can be computed from its source. Pure.

It is written for one cluster, so N clusters are N functions. A run that finds a fault starts the
log query and sleeps a second before it asks for the answer, again while the answer is "Running";
it knows no incidents, so every run of an outage does so and posts.
"""

from typing import Final

from benchmarks.cost import prices
from benchmarks.cost.bill import Plan, invocation
from benchmarks.cost.measurements import Use

SLEEP_SECONDS: Final = 1
"""The least a run sleeps that finds a fault."""


def healthy_month(plan: Plan, look: Use, memory_mb: int) -> float:
    """Dollars of its Lambda, if a run takes as long as our check of one cluster."""
    return plan.clusters * plan.runs * (prices.LAMBDA_REQUEST.of(1) + invocation(look, memory_mb))


def sleep(memory_mb: int) -> float:
    """Dollars of one run's sleep at the least."""
    return prices.LAMBDA_GB_SECOND.of(SLEEP_SECONDS * memory_mb / 1024)
