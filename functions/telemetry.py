"""Logger, tracer and metrics of every function, and the one place that sets them up.

Powertools reads its own environment variables (POWERTOOLS_LOG_LEVEL, POWERTOOLS_TRACE_DISABLED, …).
"""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from aws_lambda_powertools import Logger, Tracer
from aws_lambda_powertools.metrics.provider.cloudwatch_emf.cloudwatch import (
    AmazonCloudWatchEMFProvider,
)

SERVICE = "logical-replication-monitor"
NAMESPACE = os.environ.get("POWERTOOLS_METRICS_NAMESPACE") or "LogicalReplicationMonitor"
"""Of the metrics; the template gives each stack its own."""

logger = Logger(service=SERVICE)
tracer = Tracer(service=SERVICE)


@dataclass(frozen=True, slots=True)
class Measure:
    """One value of a metric; `unit` is CloudWatch's name of it (Seconds, Count)."""

    name: str
    unit: str
    value: float


def identify_execution(event: Mapping[str, Any]) -> None:
    """Put the id of the Step Functions execution into every log line from here on."""
    execution = event.get("execution")
    identity = execution.get("id") if isinstance(execution, Mapping) else None
    logger.append_keys(execution_id=identity)


def publish(measures: Iterable[Measure], **dimensions: str) -> None:
    """Print one CloudWatch embedded-metric document (EMF) with these dimensions."""
    provider = AmazonCloudWatchEMFProvider(
        namespace=NAMESPACE, metric_set={}, dimension_set={}, metadata_set={}, default_dimensions={}
    )
    for name, value in dimensions.items():
        provider.add_dimension(name=name, value=value)
    for measure in measures:
        provider.add_metric(name=measure.name, unit=measure.unit, value=measure.value)
    provider.flush_metrics()
