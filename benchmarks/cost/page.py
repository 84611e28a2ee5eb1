"""docs/cost.md, out of measurements and prices. Pure."""

from dataclasses import dataclass, replace
from typing import Final

from benchmarks.cost import prices
from benchmarks.cost.article import SLEEP_SECONDS, healthy_month, sleep
from benchmarks.cost.bill import HOURS, Line, Plan, bill, execution, total
from benchmarks.cost.markdown import dollars, table
from benchmarks.cost.measurements import Measurements, Use
from benchmarks.cost.sources import sources
from benchmarks.cost.stories import HEALTHY, OPENED, RESOLVED
from benchmarks.cost.template import Standing

CLUSTERS: Final = (1, 10, 100, 1_000)
MINUTES: Final = (1, 5)


@dataclass(frozen=True, slots=True)
class Limits:
    """Of the functions as deployed: memory, and the seconds a check may take."""

    memory_mb: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Facts:
    """All that the page tells of."""

    measured: Measurements
    standing: Standing
    limits: Limits

    def bill(self, plan: Plan, check: Use | None = None) -> tuple[Line, ...]:
        """A healthy month; `check` in the place of what was measured answers "what if"."""
        return bill(
            plan,
            check or self.measured.check(plan.clusters),
            self.measured.story(HEALTHY),
            self.standing,
            self.limits.memory_mb,
        )


def page(facts: Facts) -> str:
    sections = (
        _INTRODUCTION,
        *(_month(facts, minutes) for minutes in MINUTES),
        _largest(facts),
        _outage(facts),
        _beside_the_article(facts),
        _network(),
        sources(facts.measured, facts.limits.memory_mb, facts.limits.seconds),
    )
    return "\n\n".join(sections) + "\n"


_INTRODUCTION: Final = f"""\
# What it costs

Written by `make cost`; change the scripts in `benchmarks/cost` instead of this page. Dollars a \
month of {HOURS} hours in {prices.REGION}, at the prices of the last section, which were noted on \
{prices.AS_OF} and are to be checked. Free tiers are left out, and so are taxes. Transitions, log \
lines, metrics and requests are counted in the local stack; the time on Lambda is an estimate from \
processor time measured on a development machine."""


def _month(facts: Facts, minutes: int) -> str:
    plans = [Plan(clusters, minutes) for clusters in CLUSTERS]
    bills = [facts.bill(plan) for plan in plans]
    rows = [
        [lines[0].item, *(dollars(line.dollars) for line in lines)]
        for lines in zip(*bills, strict=True)
    ]
    rows.append(["**total**", *(f"**{dollars(total(lines))}**" for lines in bills)])
    rows.append(
        [
            "per cluster",
            *(
                dollars(total(lines) / plan.clusters)
                for plan, lines in zip(plans, bills, strict=True)
            ),
        ]
    )
    headings = ["dollars a month", *(_clusters(clusters) for clusters in CLUSTERS)]
    return f"## A healthy month, checked every {_minutes(minutes)}\n\n{table(headings, rows)}"


def _largest(facts: Facts) -> str:
    rows = []
    for minutes in MINUTES:
        for clusters in CLUSTERS:
            lines = facts.bill(Plan(clusters, minutes))
            first, second = sorted(lines, key=lambda line: -line.dollars)[:2]
            shares = [f"{one.item} {one.dollars / total(lines):.0%}" for one in (first, second)]
            rows.append([f"{_clusters(clusters)}, every {_minutes(minutes)}", *shares])
    shown = table(["", "largest item", "second"], rows)
    return f"## What dominates, and what helps\n\n{shown}\n\n{_remedies(facts)}"


def _remedies(facts: Facts) -> str:
    most = Plan(CLUSTERS[-1], MINUTES[0])
    check = facts.measured.check(most.clusters)
    per_cluster = check.metrics // most.clusters
    before = total(facts.bill(most))

    def saves(plan: Plan, changed: Use | None = None) -> str:
        return f"${dollars(before - total(facts.bill(plan, changed)))} of ${dollars(before)}"

    fewer = replace(check, metrics=check.metrics - most.clusters)
    without = saves(most, fewer)
    passwords = dollars(prices.DECRYPTION.of(check.clusters * most.runs))
    return f"""\
What each would save for {_clusters(most.clusters)}, checked every {_minutes(most.minutes)}:

- **Every 5 minutes instead of every minute**: {saves(Plan(most.clusters, 5))}. Custom metrics \
cost the same: AWS charges a metric for every hour in which it gets a value.
- **One custom metric fewer per cluster** (of {per_cluster}: findings, unknown, and one lag per \
subscription): {without}. Each further subscription costs as much again.
- **RDS IAM authentication instead of passwords**: ${passwords}, because every check decrypts \
every password through KMS."""


def _outage(facts: Facts) -> str:
    measured, memory = facts.measured, facts.limits.memory_mb
    rows = [
        [
            story.name,
            f"{story.transitions}",
            f"{story.notified}",
            f"{1000 * execution(story, measured.notify, memory):.2f}",
        ]
        for story in measured.stories
    ]
    headings = ["an execution", "state transitions", "calls of Notify", "dollars per 1,000"]
    whole = sum(
        execution(measured.story(name), measured.notify, memory) for name in (OPENED, RESOLVED)
    )
    return f"""\
## An outage

{table(headings, rows)}

The check comes on top. An outage that is told and then resolved costs ${whole:.4f}, so outages do \
not show on the bill. Not in it: the log query scans half an hour of the cluster's PostgreSQL log, \
at {prices.LOG_SCAN}, and Notify's own metrics count in the hours in which it tells something."""


def _beside_the_article(facts: Facts) -> str:
    memory, look = facts.limits.memory_mb, facts.measured.check(1)
    opened = facts.measured.story(OPENED)
    rows = [
        [
            _clusters(clusters),
            dollars(healthy_month(Plan(clusters, 1), look, memory)),
            dollars(total(facts.bill(Plan(clusters, 1)))),
        ]
        for clusters in CLUSTERS
    ]
    shown = table(
        ["every minute, dollars a month", "the article's Lambdas alone", "this monitor, all of it"],
        rows,
    )
    return f"""\
## Beside the article's single Lambda

{shown}

The article's side is computed with the time and memory of our own check of one cluster, a \
function for each, and without its logs. It has no metrics, no dashboard, no alarms, no incidents, \
no traces and no state machine, and costs less. Its sleep is no argument about money: at \
{memory} MB the {SLEEP_SECONDS} s that a run at least sleeps is ${sleep(memory):.7f}, while the \
{opened.transitions} transitions of an alert here are \
${prices.STATE_TRANSITION.of(opened.transitions):.5f}. What the state machine buys: waiting cannot \
run into a function's time limit, is retried after a failure, and can be looked at."""


def _network() -> str:
    rows = [
        [
            f"an interface endpoint for SSM in two zones, plus {prices.ENDPOINT_GB}",
            dollars(2 * HOURS * prices.ENDPOINT_HOUR.dollars),
        ],
        [f"or a NAT gateway, plus {prices.NAT_GB}", dollars(HOURS * prices.NAT_HOUR.dollars)],
        [f"traffic between zones, {prices.BETWEEN_ZONES}", "by volume"],
        [f"the databases' own logs in CloudWatch, {prices.LOG_INGESTION}", "by volume"],
    ]
    return f"""\
## Not the monitor's, but asked for

{table(["", "dollars a month"], rows)}

A function in a VPC needs one of the first two to read its parameters; often there is one already. \
The exported PostgreSQL log is where the monitor reads the reason of a fault; a talkative server's \
may cost more than the monitor."""


def _clusters(number: int) -> str:
    return "1 cluster" if number == 1 else f"{number:,} clusters"


def _minutes(number: int) -> str:
    return "minute" if number == 1 else f"{number} minutes"
