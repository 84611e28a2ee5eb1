"""Real faults that somebody muted: there must be no alert. Development only."""

from dataclasses import replace
from typing import Final

from local.postgres.faults import FAULTS
from local.postgres.faults.fault import Fault

SETUPS: Final[tuple[Fault, ...]] = (
    replace(
        FAULTS["conflict"],
        name="muted_cause",
        description="A key conflict, whose cause (known from the log alone) is muted.",
        cause=None,
        probe_cause=None,
        parameters={"mute": '["apply_conflict"]'},
    ),
    replace(
        FAULTS["disabled"],
        name="muted_subscription",
        description="A disabled subscription that is muted by its name.",
        cause=None,
        probe_cause=None,
        parameters={"mute": '["orders_sub"]'},
    ),
)
