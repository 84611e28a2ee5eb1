"""What costs by being there: counted in statemachine/template.yaml."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml  # type: ignore[import-untyped]  # PyYAML, by way of Chalice

TEMPLATE: Final = Path(__file__).parents[2] / "statemachine" / "template.yaml"


@dataclass(frozen=True, slots=True)
class Standing:
    """`alarm_metrics` are those that alarms look at: an alarm on a sum of two counts twice."""

    alarm_metrics: int
    dashboards: int


class _Loader(yaml.SafeLoader):  # type: ignore[misc]  # likewise
    """Reads CloudFormation's tags (`!Ref` …) as nothing: counting needs no values."""


_Loader.add_multi_constructor("!", lambda _loader, _suffix, _node: None)


def standing(template: str) -> Standing:
    """Count in a CloudFormation template in YAML."""
    resources: dict[str, Any] = yaml.load(template, _Loader)["Resources"]  # noqa: S506 - a safe loader
    kinds = [resource.get("Type") for resource in resources.values()]
    alarms = [one for one in resources.values() if one.get("Type") == "AWS::CloudWatch::Alarm"]
    return Standing(
        alarm_metrics=sum(_metrics(alarm["Properties"]) for alarm in alarms),
        dashboards=kinds.count("AWS::CloudWatch::Dashboard"),
    )


def _metrics(alarm: dict[str, Any]) -> int:
    return sum("MetricStat" in one for one in alarm["Metrics"]) if "Metrics" in alarm else 1
