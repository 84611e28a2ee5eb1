"""What AWS takes, in one region, without free tiers. To be checked before anybody relies on it."""

from dataclasses import dataclass
from typing import Final

REGION: Final = "us-east-1"
AS_OF: Final = "2026-11-23"

_AWS: Final = "AWS's own page, in a stored copy"
_OTHERS: Final = "pages of others, 2025 and 2026"
_UNSEEN: Final = "not looked up: as generally known"


@dataclass(frozen=True, slots=True)
class Price:
    """`dollars` for `amount` of `unit`; `page` is the address of AWS's page below aws.amazon.com.

    `seen` says where the figure was found.
    """

    service: str
    dollars: float
    amount: int
    unit: str
    page: str
    seen: str

    def of(self, units: float) -> float:
        """Dollars for so many units."""
        return units * self.dollars / self.amount

    def __str__(self) -> str:
        """Such as "$0.50 per GB"."""
        cents = f"{self.dollars:.2f}"
        exact = cents if float(cents) == self.dollars else f"{self.dollars:g}"
        return f"${exact} per {'' if self.amount == 1 else f'{self.amount:,} '}{self.unit}"


def _cloudwatch(service: str, dollars: float, unit: str, seen: str = _OTHERS) -> Price:
    return Price(service, dollars, 1, unit, "cloudwatch/pricing", seen)


STATE_TRANSITION: Final = Price(
    "Step Functions Standard", 0.025, 1_000, "state transitions", "step-functions/pricing", _AWS
)
LAMBDA_REQUEST: Final = Price("Lambda", 0.20, 10**6, "requests", "lambda/pricing", _OTHERS)
LAMBDA_GB_SECOND: Final = Price(
    "Lambda on x86_64", 16.6667, 10**6, "GB-seconds", "lambda/pricing", _OTHERS
)
READ: Final = Price(
    "DynamoDB on demand", 0.125, 10**6, "read units", "dynamodb/pricing/on-demand", _OTHERS
)
WRITE: Final = Price(
    "DynamoDB on demand", 0.625, 10**6, "write units", "dynamodb/pricing/on-demand", _OTHERS
)
SCHEDULED_START: Final = Price(
    "EventBridge Scheduler", 1.00, 10**6, "invocations", "eventbridge/pricing", _UNSEEN
)
TRACE: Final = Price("X-Ray", 5.00, 10**6, "traces recorded", "xray/pricing", _AWS)
DECRYPTION: Final = Price("KMS", 0.03, 10_000, "requests", "kms/pricing", _OTHERS)

LOG_INGESTION: Final = _cloudwatch("CloudWatch Logs", 0.50, "GB ingested")
LOG_STORAGE: Final = _cloudwatch("CloudWatch Logs", 0.03, "GB stored for a month", _UNSEEN)
LOG_SCAN: Final = _cloudwatch("Logs Insights", 0.005, "GB scanned", _UNSEEN)
ALARM_METRIC: Final = _cloudwatch("CloudWatch alarms", 0.10, "metric of an alarm")
DASHBOARD: Final = _cloudwatch("CloudWatch dashboards", 3.00, "dashboard")
METRICS: Final = (
    (10_000, _cloudwatch("CloudWatch custom metrics", 0.30, "metric, the first 10,000")),
    (240_000, _cloudwatch("CloudWatch custom metrics", 0.10, "metric, the next 240,000")),
)
"""By tier: how many metrics it has room for."""

ENDPOINT_HOUR: Final = Price(
    "VPC interface endpoint", 0.01, 1, "hour and zone", "privatelink/pricing", _OTHERS
)
ENDPOINT_GB: Final = Price("VPC interface endpoint", 0.01, 1, "GB", "privatelink/pricing", _OTHERS)
NAT_HOUR: Final = Price("NAT gateway", 0.045, 1, "hour", "vpc/pricing", _UNSEEN)
NAT_GB: Final = Price("NAT gateway", 0.045, 1, "GB", "vpc/pricing", _UNSEEN)
BETWEEN_ZONES: Final = Price(
    "Traffic between zones", 0.01, 1, "GB and direction", "ec2/pricing/on-demand", _UNSEEN
)
PARAMETER_READ: Final = Price(
    "Parameter Store, higher throughput",
    0.05,
    10_000,
    "parameters read",
    "systems-manager/pricing",
    _UNSEEN,
)

PRICES: Final = (
    *(STATE_TRANSITION, LAMBDA_REQUEST, LAMBDA_GB_SECOND, READ, WRITE, SCHEDULED_START, TRACE),
    *(DECRYPTION, LOG_INGESTION, LOG_STORAGE, LOG_SCAN, ALARM_METRIC, DASHBOARD),
    *(price for _, price in METRICS),
    *(ENDPOINT_HOUR, ENDPOINT_GB, NAT_HOUR, NAT_GB, BETWEEN_ZONES, PARAMETER_READ),
)


class TooManyMetricsError(Exception):
    """More metrics than the tiers of the table have room for."""


def of_metrics(number: int) -> float:
    """Dollars a month for so many custom metrics, tier by tier. Raises `TooManyMetricsError`."""
    left, dollars = number, 0.0
    for room, price in METRICS:
        taken = min(left, room)
        dollars += price.of(taken)
        left -= taken
    if left:
        raise TooManyMetricsError(f"{number:,} metrics: add CloudWatch's next tier")
    return dollars
