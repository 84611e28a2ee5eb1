"""The second half of the page: where its figures come from. Pure."""

from typing import Final

from benchmarks.cost import prices
from benchmarks.cost.bill import (
    LOOK_SECONDS,
    MB_OF_ONE_PROCESSOR,
    PARAMETER_CALL_SECONDS,
    SLACK_REQUEST_SECONDS,
    SLACK_REQUESTS,
    Plan,
    invocation,
    lambda_seconds,
)
from benchmarks.cost.markdown import dollars, table
from benchmarks.cost.measurements import Measurements, Use

_MEMORIES: Final = (256, 512, 1_024, MB_OF_ONE_PROCESSOR)
_STANDARD_PARAMETERS: Final = 10_000
_STANDARD_CALLS_A_SECOND: Final = 40
_PARAMETERS_OF_A_CLUSTER: Final = 4


def sources(measured: Measurements, memory_mb: int, limit_seconds: float) -> str:
    return "\n\n".join(
        (
            _counting(),
            _functions(measured),
            _estimate(measured, memory_mb, limit_seconds),
            _parameter_store(measured),
            _prices(),
        )
    )


def _counting() -> str:
    return """\
## How it is counted

- State transitions: every state an execution enters, by running the deployed definition.
- Custom metrics: the distinct ones in a check's log lines, for every hour of the month.
- KMS: one request for each SecureString a check reads, Slack's token included. Whether AWS \
charges requests for its own key `aws/ssm` as it does for yours was not verified; here it does.
- Logs: as they are ingested, and stored for a month without compression, which AWS applies.
- X-Ray: one trace for each execution, as default sampling records the first in a second.
- DynamoDB: the scan of a table with few items is one read unit.
- Alarms and dashboards: as many as the template has; an alarm on two metrics counts twice."""


def _functions(measured: Measurements) -> str:
    rows = [_row(use) for use in (*measured.checks, measured.notify)]
    headings = (
        "warm invocation",
        "seconds*",
        "processor seconds*",
        "MB at most*",
        "log lines",
        "log bytes",
        "custom metrics",
        "calls of Parameter Store",
    )
    return f"""\
## What was measured

{table(headings, rows)}

Measured on {measured.date}: {measured.machine}. The columns with an asterisk are of this machine \
and differ from run to run; the seconds contain waiting for stand-ins of AWS and Slack, and are \
not used below. Each cluster has one subscription and a password; log bytes are those of Lambda's \
own lines too, and 26 more for each, as CloudWatch counts them."""


def _row(use: Use) -> list[str]:
    name = f"{use.function}, an alert with its errors attached"
    if use.clusters:
        beside = ", with publishers" if use.publishers else ""
        name = f"{use.function}, clusters: {use.clusters:,}{beside}"
    return [
        name,
        f"{use.seconds:.2f}",
        f"{use.cpu_seconds:.3f}",
        f"{use.max_memory_mb}",
        f"{use.log_events:,}",
        f"{use.log_bytes:,}",
        f"{use.metrics:,}",
        f"{use.parameter_calls:,}",
    ]


def _estimate(measured: Measurements, memory_mb: int, limit_seconds: float) -> str:
    rows = []
    for use in measured.checks:
        plan = Plan(use.clusters, 1)
        cells = [
            f"{lambda_seconds(use, memory):.1f} s, ${dollars(invocation(use, memory) * plan.runs)}"
            for memory in _MEMORIES
        ]
        rows.append([_row(use)[0], *cells])
    shown = table(["", *(f"{memory:,} MB" for memory in _MEMORIES)], rows)
    return f"""\
## The time on Lambda

{shown}

Seconds of one check, and dollars a month for one every minute. Lambda gives \
{MB_OF_ONE_PROCESSOR:,} MB a whole vCPU and less memory its share, so computing at {memory_mb} MB \
takes {MB_OF_ONE_PROCESSOR / memory_mb:.1f} times as long; the estimate takes a vCPU for as fast \
as this machine's processor. Waiting is assumed: {1000 * PARAMETER_CALL_SECONDS:.0f} ms for a call \
of Parameter Store, {1000 * LOOK_SECONDS:.0f} ms for a look at a database, \
{1000 * SLACK_REQUEST_SECONDS:.0f} ms for each of {SLACK_REQUESTS} requests to Slack. Cold starts \
are left out.

The function ends after {limit_seconds:.0f} s. {_verdict(measured, memory_mb, limit_seconds)}"""


def _verdict(measured: Measurements, memory_mb: int, limit_seconds: float) -> str:
    sentences = []
    for use in measured.checks:
        seconds = lambda_seconds(use, memory_mb)
        if seconds > limit_seconds / 2:
            how = "exceeds it" if seconds > limit_seconds else "comes near it"
            sentences.append(
                f"At {memory_mb} MB a check of {use.clusters:,} clusters {how}, by the estimate of "
                f"{seconds:.0f} s: give CheckReplication more memory, or divide the clusters among "
                "schedules by `shard`."
            )
    return " ".join(sentences) or f"At {memory_mb} MB no check comes near it."


def _parameter_store(measured: Measurements) -> str:
    most = max(measured.checks, key=lambda use: use.clusters)
    monthly = prices.PARAMETER_READ.of(
        most.clusters * _PARAMETERS_OF_A_CLUSTER * Plan(most.clusters, 1).runs
    )
    return f"""\
## Parameter Store

Standard parameters and standard throughput cost nothing, and have limits for the whole account \
and region: {_STANDARD_PARAMETERS:,} parameters, which is \
{_STANDARD_PARAMETERS // _PARAMETERS_OF_A_CLUSTER:,} clusters at {_PARAMETERS_OF_A_CLUSTER} each, \
and {_STANDARD_CALLS_A_SECOND} calls a second (as generally known, not looked up). A check of \
{most.clusters:,} clusters makes {most.parameter_calls} calls, one after the other, which comes \
near that rate; what is refused is retried. Higher throughput would be charged by the \
parameters read: ${dollars(monthly)} a month for {most.clusters:,} clusters every minute."""


def _prices() -> str:
    rows = [
        [
            f"[{price.service}](https://aws.amazon.com/{price.page}/)",
            str(price),
            price.seen,
        ]
        for price in prices.PRICES
    ]
    shown = table(["service", f"price in {prices.REGION}", "where it was seen"], rows)
    return f"## Prices, noted on {prices.AS_OF}\n\n{shown}\n\nCheck them on the linked pages."
