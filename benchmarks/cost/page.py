"""docs/cost.md, out of page.md, counts and prices. Pure."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from benchmarks.cost import bill as bills
from benchmarks.cost.bill import PRICES, Plan, bill, check_seconds, execution, gb_seconds
from benchmarks.cost.counts import OPENED, RESOLVED, Counts
from functions.check_replication.memory.packing import MAX_MEMORY_BYTES

CLUSTERS: Final = (1, 10, 100, 1_000)
MINUTES: Final = (1, 5)

_TEXT: Final = Path(__file__).with_name("page.md")
_HEADINGS: Final = ("1 cluster", *(f"{clusters:,} clusters" for clusters in CLUSTERS[1:]))
_PARAMETERS_EACH: Final = 4


def page(counts: Counts) -> str:
    most = CLUSTERS[-1]
    many, seldom = bill(counts, Plan(most, 1)), bill(counts, Plan(most, 5))
    check, opened = counts.check(most), counts.story(OPENED)
    outage = execution(counts, opened) + execution(counts, counts.story(RESOLVED))
    parameters_read = most * _PARAMETERS_EACH * Plan(most, 1).runs
    return _TEXT.read_text().format(
        hours=bills.HOURS,
        region=bills.REGION,
        as_of=bills.AS_OF,
        date=counts.date,
        every_minute=_month(counts, 1),
        every_5_minutes=_month(counts, 5),
        most=dollars(sum(many.values())),
        saved_by_5_minutes=dollars(sum(many.values()) - sum(seldom.values())),
        metrics_each=check.metrics // most,
        saved_by_a_metric=dollars(
            bills.metrics(check.metrics) - bills.metrics(check.metrics - most)
        ),
        saved_by_iam=dollars(PRICES["decryption"].of(most * Plan(most, 1).runs)),
        stories=_stories(counts),
        outage=f"{outage:.4f}",
        beside_the_article=_beside_the_article(counts),
        memory_mb=counts.memory_mb,
        sleep=f"{gb_seconds(1, counts):.7f}",
        opened=opened.transitions,
        opened_dollars=f"{PRICES['state_transition'].of(opened.transitions):.5f}",
        endpoints=dollars(PRICES["endpoint_hour"].of(2 * bills.HOURS)),
        nat=dollars(PRICES["nat_hour"].of(bills.HOURS)),
        checks=_checks(counts),
        mb_of_one_processor=f"{bills.MB_OF_ONE_PROCESSOR:,}",
        slower=f"{bills.MB_OF_ONE_PROCESSOR / counts.memory_mb:.1f}",
        parameter_ms=f"{1000 * bills.PARAMETER_CALL_SECONDS:.0f}",
        database_ms=f"{1000 * bills.DATABASE_SECONDS:.0f}",
        notify_seconds=f"{bills.NOTIFY_SECONDS:.0f}",
        limit_seconds=f"{counts.limit_seconds:.0f}",
        verdict=_verdict(counts),
        most_calls=check.parameter_calls,
        throughput=dollars(PRICES["parameter_read"].of(parameters_read)),
        memory_at_most=f"{MAX_MEMORY_BYTES:,}",
        memory_dollars=dollars(
            PRICES["write"].of(bills.write_units(MAX_MEMORY_BYTES) * Plan(most, 1).runs)
            + PRICES["read"].of(bills.read_units(MAX_MEMORY_BYTES) * Plan(most, 1).runs)
        ),
        prices=_prices(),
        **{name: PRICES[name] for name in _NAMED},
    )


_NAMED: Final = ("log_gb_scanned", "endpoint_gb", "nat_gb", "gb_between_zones", "log_gb")


def _month(counts: Counts, minutes: int) -> str:
    months = [bill(counts, Plan(clusters, minutes)) for clusters in CLUSTERS]
    totals = [sum(month.values()) for month in months]
    rows = [[item, *(dollars(month[item]) for month in months)] for item in months[0]]
    rows.append(["**total**", *(f"**{dollars(total)}**" for total in totals)])
    each = (total / clusters for total, clusters in zip(totals, CLUSTERS, strict=True))
    rows.append(["per cluster", *map(dollars, each)])
    return table(("dollars a month", *_HEADINGS), rows)


def _stories(counts: Counts) -> str:
    headings = ("an execution", "state transitions", "calls of Notify", "dollars per 1,000")
    return table(
        headings,
        (
            (
                story.name,
                str(story.transitions),
                str(story.notified),
                f"{1000 * execution(counts, story):.2f}",
            )
            for story in counts.stories
        ),
    )


def _beside_the_article(counts: Counts) -> str:
    headings = ("every minute, dollars a month", *_HEADINGS)
    plans = [Plan(clusters, 1) for clusters in CLUSTERS]
    article = (dollars(bills.single_lambda(counts, plan)) for plan in plans)
    ours = (dollars(sum(bill(counts, plan).values())) for plan in plans)
    rows = (("the article's Lambdas alone", *article), ("this monitor, all of it", *ours))
    return table(headings, rows)


def _checks(counts: Counts) -> str:
    headings = (
        *("a warm check of", "calls of Parameter Store", "custom metrics", "log bytes"),
        "bytes remembered",
        *("processor seconds", f"seconds at {counts.memory_mb} MB, estimated"),
    )
    return table(
        headings,
        (
            (
                heading,
                f"{check.parameter_calls:,}",
                f"{check.metrics:,}",
                f"{check.log_bytes:,}",
                f"{check.memory_bytes:,}",
                f"{check.processor_seconds:.3f}",
                f"{check_seconds(check, counts.memory_mb):.1f}",
            )
            for heading, check in zip(_HEADINGS, counts.checks, strict=True)
        ),
    )


def _verdict(counts: Counts) -> str:
    """By the estimate, not by what was seen on the machine that counted."""
    seconds = check_seconds(counts.check(CLUSTERS[-1]), counts.memory_mb)
    if seconds <= counts.limit_seconds / 2:
        return f"At {counts.memory_mb} MB no check comes near it."
    how = "exceeds it" if seconds > counts.limit_seconds else "comes near it"
    return (
        f"At {counts.memory_mb} MB a check of {CLUSTERS[-1]:,} clusters {how}, by the estimate of "
        f"{seconds:.0f} s: give CheckReplication more memory, or divide the clusters among "
        "schedules by `shard`."
    )


def _prices() -> str:
    return table(
        ("service", f"price in {bills.REGION}", "where it was seen"),
        (
            (f"[{price.service}](https://aws.amazon.com/{price.page}/)", str(price), price.seen)
            for price in PRICES.values()
        ),
    )


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table: the first column to the left, the others to the right."""
    rule = ["---", *["---:"] * (len(headings) - 1)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (headings, rule, *rows))


def dollars(amount: float) -> str:
    """To the cent; less than half of one is told as little, not as nothing."""
    return "< 0.01" if 0 < amount < 0.005 else f"{amount:,.2f}"  # noqa: PLR2004 - half a cent
