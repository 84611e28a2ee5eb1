"""A representative half of the fault catalogue, from end to end; `make faults` runs all of it."""

import pytest

from local.postgres.faults import FAULTS
from local.postgres.setups import SETUPS
from local.stack import Stack
from local.trials.conduct import conduct
from local.trials.report import cause

VERSION = "18"

APPLY = ("conflict", "missing_column", "owner_without_rights", "blocked_apply", "disabled_on_error")
CONNECTION = ("publisher_down", "publisher_password", "slot_dropped", "slot_taken", "frozen_sender")
COPY = ("copy_fails", "workers_gone")
ALL_GREEN = ("publication_dropped", "table_not_refreshed", "silent_divergence", "skip_pending")
PUBLISHER = ("orphan_slot", "no_identity")
HEALTHY = ("busy", "parallel_apply", "publisher_restart", "two_databases", "least_privilege")


@pytest.mark.parametrize("name", [*APPLY, *CONNECTION, *COPY, *ALL_GREEN, *PUBLISHER])
def test_a_fault_is_reported_by_its_name_until_it_is_fixed(stack: Stack, name: str) -> None:
    trial = conduct(FAULTS[name], stack, VERSION)
    assert trial.passed, f"{cause(trial)} {trial.problem}"
    assert () == trial.residue


@pytest.mark.parametrize("name", HEALTHY)
def test_a_healthy_set_up_stays_quiet(stack: Stack, name: str) -> None:
    trial = conduct(SETUPS[name], stack, VERSION)
    assert trial.passed, f"{cause(trial)} {trial.problem}"
