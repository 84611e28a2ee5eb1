"""The cause behind each break, from what real servers of three versions wrote about it.

The logs lie in `real_logs/`, a section per break. Subscriptions are called `s_<break>` there.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from functions.notify.log.distinct_errors import distinct_errors
from functions.notify.log.events import log_events
from functions.notify.log.root_cause import refine
from functions.report import ClusterReport, Evidence, Finding, Status
from tests.unit.notify.logs import row

LOGS = Path(__file__).with_name("real_logs")
VERSIONS = ("15", "16", "18")


@dataclass(frozen=True)
class Break:
    """What the probe says of it, what the log makes of that, and which evidence it adds."""

    cause: str
    evidence: dict[str, Evidence] = field(default_factory=dict)
    probe: str = "worker_down"
    subscription: str | None = None
    versions: tuple[str, ...] = VERSIONS


def table(name: str, **more: Evidence) -> dict[str, Evidence]:
    return {"table": f"public.{name}", **more}


SINCE_16 = ("16", "18")
COPY = "table_sync_failed"
UNIQUE = {"key_columns": "id", "constraint": "conflict_pkey"}
BREAKS = {
    "conflict": Break("apply_conflict", table("conflict", **UNIQUE), probe="apply_error"),
    "conflict_update": Break("apply_conflict", table("conflict_update", key_columns="id")),
    "odd": Break(
        "apply_conflict",
        {
            "table": '"Odd one"."T ""q"" ü"',
            "key_columns": '"Key col"',
            "constraint": 'T "q" ü_pkey',
        },
    ),
    "parallel": Break("apply_conflict", table("parallel"), versions=SINCE_16),
    "ck": Break("constraint_violation", table("ck", constraint="v_known")),
    "nn": Break("constraint_violation", table("nn", column="v")),
    "trg": Break("constraint_violation", table("trg")),
    "fk": Break("constraint_violation", table("fk", constraint="fk_parent")),
    "gone": Break("schema_mismatch", table("gone")),
    "missing_column": Break("schema_mismatch", table("missing_column", column="v")),
    "missing_columns": Break("schema_mismatch", table("missing_columns", column="v")),
    "type_error": Break("schema_mismatch", table("type_error", column="v")),
    "no_identity_sub": Break("schema_mismatch", table("no_identity_sub")),
    "owner": Break("permission_denied"),
    "owner_set_role": Break("permission_denied", versions=SINCE_16),
    "no_password": Break("permission_denied", versions=SINCE_16),
    "rls": Break("permission_denied", table("rls")),
    "disabled_on_error": Break(
        "disabled_on_error",
        table("disabled_on_error", reason="apply_conflict"),
        probe="disabled_on_error",
    ),
    "disabled_transient": Break(
        "disabled_on_error", {"reason": "publisher_unreachable"}, probe="disabled_on_error"
    ),
    "slot_dropped": Break("slot_missing"),
    "slot_taken": Break("slot_busy", {"slot_name": "s_slot_taken"}),
    "slot_lost": Break("slot_lost"),
    "publication_dropped": Break(
        "publication_missing",
        {"publication": "p_publication_dropped"},
        probe="apply_error",
        versions=("15", "16"),
    ),
    "wrong_publisher_password": Break("publisher_auth_failed"),
    "no_hba": Break("publisher_auth_failed"),
    "no_replication": Break("publisher_auth_failed"),
    "no_host": Break("publisher_unreachable"),
    "publisher_down": Break("publisher_unreachable", subscription="orders_sub"),
    "timeout": Break("network_timeout", {"slot_name": "s_timeout"}),
    "copy_duplicate": Break(COPY, {"constraint": "copy_duplicate_pkey"}, probe=COPY),
    "copy_type": Break(COPY, probe=COPY),
    "copy_denied": Break(COPY, table("copy_denied"), probe=COPY),
    "publisher_slots": Break("publisher_slots_exhausted", probe=COPY, subscription="orders_sub"),
    "workers_gone": Break("worker_slots_exhausted"),
    "worker_processes_gone": Break("worker_slots_exhausted"),
    "lock_timeout": Break(
        "worker_timeout", {"table": None}, probe="apply_error", subscription="orders_sub"
    ),
    "copy_timeout": Break("worker_timeout", probe=COPY, subscription="orders_sub"),
    "transaction_timeout": Break(
        "worker_timeout", table("orders"), subscription="orders_sub", versions=("18",)
    ),
    "worker_killed": Break("server_crashed", {"signal": "9"}, subscription="orders_sub"),
    "divergence": Break(
        "silent_divergence", table("divergence"), probe="silent_divergence", versions=("18",)
    ),
}


def sections(version: str) -> dict[str, str]:
    text = (LOGS / f"postgresql_{version}.txt").read_text()
    found = (part.partition("\n") for part in re.split(r"(?m)^== ", text)[1:])
    return {name: lines for name, _, lines in found}


def messages(version: str, name: str) -> list[str]:
    """The log events of a break: one for each prefixed line."""
    lines = re.split(r"(?m)^(?=\d{4}-\d\d-\d\d )", sections(version)[name])
    return [line.rstrip() for line in lines if line.strip()]


def refined(finding: Finding, lines: list[str]) -> Finding:
    """Beside a finding that nothing in the log is about."""
    other = Finding("worker_down", "Another is down.", "other")
    cluster = ClusterReport("c", Status.UNHEALTHY, findings=(finding, other))
    errors = distinct_errors(log_events(row(line) for line in reversed(lines)))
    return refine(cluster, errors).findings[0]


CASES = [
    pytest.param(version, name, id=f"{version}: {name}")
    for name, broken in BREAKS.items()
    for version in broken.versions
]


@pytest.mark.parametrize(("version", "name"), CASES)
def test_the_cause_is_named(version: str, name: str) -> None:
    broken = BREAKS[name]
    finding = Finding(broken.probe, "The probe's words.", broken.subscription or f"s_{name}")
    found = refined(finding, messages(version, name))
    assert broken.cause == found.cause
    assert broken.evidence == {key: found.evidence.get(key) for key in broken.evidence}
    assert "The probe's words." in found.summary


@pytest.mark.parametrize(("version", "name"), CASES)
def test_the_place_in_the_stream_is_read(version: str, name: str) -> None:
    """Transaction and finish LSN are those of the CONTEXT line, which SKIP needs exactly."""
    broken = BREAKS[name]
    lines = messages(version, name)
    finding = Finding(broken.probe, "", broken.subscription or f"s_{name}")
    evidence = refined(finding, lines).evidence
    told = re.findall(r"in transaction (\d+), finished at (\S+)", "\n".join(lines))
    assert len(set(told)) != 1 or told[0] == (evidence["transaction"], evidence["finish_lsn"])


@pytest.mark.parametrize(("version", "name"), CASES)
def test_no_values_are_told(version: str, name: str) -> None:
    """Whatever a row held is in neither summary nor evidence."""
    broken = BREAKS[name]
    finding = Finding(broken.probe, "", broken.subscription or f"s_{name}")
    found = refined(finding, messages(version, name))
    for value in ("made-up local", "made-up remote", '"made-up"', "bad"):
        assert value not in found.summary + str(found.evidence.get("error"))
