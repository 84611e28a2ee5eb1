"""A check that failed itself: the monitor becomes the cluster to notify of. Pure.

What CheckReplication's failure says is foreign text; it is redacted where an alert is composed,
like every finding's.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

from functions.execution_input import InvalidInput
from functions.incidents.asked import EVERYTHING, Asked
from functions.incidents.decision import Run, Verdict
from functions.incidents.work import prioritized
from functions.report import ClusterReport, Finding, Status, report

_SHOWN_CHARACTERS: Final = 500
_TOO_LARGE: Final = "States.DataLimitExceeded"
_MESSAGE: Final = re.compile(r'\s*\{\s*"errorMessage"\s*:\s*("(?:[^"\\]|\\.)*)', re.DOTALL)
"""What a Lambda's cause begins with: JSON, of which the end may be cut off."""


def decide_failed_check(document: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """What is to be done about a check that failed, decided at the instant `now`.

    `document`: `{"error", "cause", "log_group", "incidents": [items, typed], "input", "execution":
    {"id", "started_at"}}`. What is missing or malformed is left out, for this must not fail too.
    Returns `{"clusters": [the monitor's report], "work": [at most one, as `Work.to_json`]}`.
    """
    asked = _asked(document.get("input"))
    failed = _report(document, asked)
    items = [item for item in _list(document.get("incidents")) if isinstance(item, Mapping)]
    work = prioritized([Verdict(failed)], items, _run(document, asked, now))
    return {
        "clusters": report([failed], now)["clusters"],
        "work": [
            replace(each, incident=each.incident and each.incident.of_a_check(asked)).to_json()
            for each in work
        ],
    }


def _report(document: Mapping[str, Any], asked: Asked) -> ClusterReport:
    error = str(document.get("error") or "an error without a name")
    group = document.get("log_group")
    finding = Finding("monitor_failed", _summary(error, document), evidence={"error": error})
    groups = (group,) if isinstance(group, str) else ()
    return ClusterReport(asked.monitor, Status.UNKNOWN, groups, (finding,))


def _summary(error: str, document: Mapping[str, Any]) -> str:
    if error == _TOO_LARGE:
        return (
            "The report of CheckReplication exceeds what Step Functions can carry (262,144 bytes): "
            'check fewer clusters in one execution, by the input "clusters" or "shard".'
        )
    reason = _message(str(document.get("cause") or error))
    return (
        "CheckReplication failed and checked none of the clusters it was asked for: "
        f"{reason[:_SHOWN_CHARACTERS]}"
    )


def _message(cause: str) -> str:
    """The exception's words if a Lambda raised it; else the whole cause."""
    found = _MESSAGE.match(cause)
    try:
        return cause if found is None else str(json.loads(f'{found[1]}"'))
    except ValueError:  # no JSON after all
        return cause


def _asked(document: object) -> Asked:
    """An input that is none has been rejected by no check, and stands for all clusters."""
    try:
        return Asked.from_json(document)
    except InvalidInput:
        return EVERYTHING


def _run(document: Mapping[str, Any], asked: Asked, now: datetime) -> Run:
    input_, execution = _mapping(document.get("input")), _mapping(document.get("execution"))
    force = input_.get("force_notify") is True
    return Run(
        str(execution.get("id")), _instant(execution.get("started_at"), now), now, force, asked
    )


def _instant(value: object, default: datetime) -> datetime:
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        return default
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
