"""docs/incidents.md is true: its diagram, and every attribute of an item."""

import json
import re
from dataclasses import fields, replace
from datetime import timedelta
from itertools import product
from pathlib import Path
from typing import Any

from functions.incidents.asked import EVERYTHING
from functions.incidents.decision import Run, Transition, Verdict, decision
from functions.incidents.incident import Incident, IncidentStatus, expiry
from functions.incidents.times import KEPT_AFTER_CLOSING, KEPT_WHILE_OPEN, KEPT_WHILE_SUSPECTED
from functions.report import ClusterReport, Finding, Status
from scripts.definition import definition
from tests.unit.incidents.decisions import NOW

PAGE = (Path(__file__).parents[3] / "docs" / "incidents.md").read_text()
MACHINE: dict[str, Any] = json.loads(definition())

FAILS = (Finding("apply_error", "It fails.", "orders_sub"),)
REPORTS = [
    ClusterReport("shop", Status.HEALTHY),
    ClusterReport("shop", Status.UNHEALTHY, findings=FAILS),
    ClusterReport("shop", Status.UNKNOWN, findings=(Finding("database_unreachable", "No."),)),
]
AN_HOUR_AGO = NOW - timedelta(hours=1)
UNTOLD = Incident(
    "shop",
    IncidentStatus.OPEN,
    AN_HOUR_AGO,
    expiry(NOW, KEPT_WHILE_OPEN),
    opened_at=AN_HOUR_AGO,
    notifications=0,
)
OPEN = replace(
    UNTOLD,
    last_notified_at=AN_HOUR_AGO,
    fingerprint=REPORTS[1].fingerprint,
    causes=("apply_conflict",),
    explained=True,
)
CLOSED = replace(
    OPEN,
    status=IncidentStatus.CLOSED,
    closed_at=AN_HOUR_AGO,
    expires_at=expiry(NOW, KEPT_AFTER_CLOSING),
)
SUSPECTED = Incident(
    "shop",
    IncidentStatus.SUSPECTED,
    AN_HOUR_AGO,
    expiry(NOW, KEPT_WHILE_SUSPECTED),
    unknown_runs=1,
    unknown_since=AN_HOUR_AGO,
)
STORED = [
    None,
    UNTOLD,
    OPEN,
    replace(OPEN, fingerprint="another"),
    replace(
        OPEN,
        last_notified_at=NOW - timedelta(minutes=30),
        unknown_runs=1,
        unknown_since=AN_HOUR_AGO,
    ),
    CLOSED,
    replace(CLOSED, unknown_runs=1, unknown_since=AN_HOUR_AGO),
    SUSPECTED,
]


def status(incident: Incident | None) -> str:
    return "[*]" if incident is None or incident.expires_at <= NOW.timestamp() else incident.status


def edges() -> set[tuple[str, str, str]]:
    """From, to and by what, of all verdicts on all kinds of items; a test has none."""
    found = set()
    for stored, report, force in product(STORED, REPORTS, (False, True)):
        for patience in (1, 3):
            verdict = Verdict(replace(report, unknown_runs=patience), has_memory=True)
            run = Run("arn:me", NOW, NOW, force, EVERYTHING)
            done = decision(verdict, stored, run)
            if done is not None and done.transition is not Transition.TEST:
                is_closed = done.transition is Transition.RESOLVED
                after = IncidentStatus.CLOSED if is_closed else status(done.incident)
                found.add((status(stored), str(after), done.transition.value))
    return found


def test_the_diagram_of_an_incident_is_what_is_decided() -> None:
    diagram = PAGE.split("```mermaid")[2].split("```")[0]
    drawn = set(re.findall(r"^ +(\S+) --> (\S+): (.+)$", diagram, re.MULTILINE))
    by_itself = {("closed", "[*]", "ten minutes later")}
    assert edges() | by_itself == drawn


def rows(section: str) -> list[str]:
    """The names in the first column of a section's table."""
    return [
        name
        for first in re.findall(r"^\| (`.*?) \|", section, re.MULTILINE)
        for name in re.findall(r"`(\w+)`", first)
    ]


def test_every_attribute_is_on_the_page() -> None:
    incident, memory = PAGE.split("### Its attributes")[1].split("## The memory")
    assert sorted(rows(incident)) == sorted(field.name for field in fields(Incident))
    assert sorted(rows(memory)) == sorted(MACHINE["States"]["Remember"]["Arguments"]["Item"])


def test_every_attribute_is_read() -> None:
    """What the projection left out would be lost with the next claim, which writes whole items."""
    arguments = MACHINE["States"]["ReadIncidents"]["Arguments"]
    read = re.findall(r"#?(\w+)", arguments["ProjectionExpression"])
    assert sorted(read) == sorted([*(field.name for field in fields(Incident)), "memory"])


def test_the_first_diagram_names_the_states_of_the_machine() -> None:
    diagram = PAGE.split("```mermaid")[1].split("```")[0]
    outcomes = {state.get("Error") for state in MACHINE["States"].values()} - {None}
    named = set(re.findall(r"\b[A-Z]\w+[A-Z]\w+|Remember|Healthy|Notified|NothingNew", diagram))
    fails = {name for name, state in MACHINE["States"].items() if state["Type"] == "Fail"}
    others = MACHINE["States"].keys() - fails - {"EveryoneNotified"}
    assert named == others | outcomes
