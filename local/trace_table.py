"""An execution's states as a table for the terminal. Development only."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from rich.table import Table
from rich.text import Text

from sandbox.aws.executions import StateVisit
from sandbox.aws.functions import Invocation

POLL: Final = ("WaitForQuery", "GetQueryResults", "QueryFinished")
LAMBDAS: Final = ("CheckReplication", "Notify")
_REMARKS: Final = {
    **dict.fromkeys(LAMBDAS, "Lambda"),
    "ReadIncidents": "one read: incidents and memory",
    "Remember": "one small write for the next check",
    "Claim": "a conditional write: one execution notifies",
}


def trace_table(visits: Sequence[StateVisit]) -> Table:
    """One row per stay in a state, with its duration in seconds and what it stands for."""
    table = Table(show_edge=False, pad_edge=False, header_style="bold")
    table.add_column("entered")
    table.add_column("state")
    table.add_column("seconds", justify="right")
    table.add_column("")
    polls = 0
    for visit in visits:
        polls += visit.name == "WaitForQuery"
        seconds = "" if visit.duration_seconds is None else f"{visit.duration_seconds:.3f}"
        table.add_row(
            f"{visit.entered_at:%H:%M:%S}",
            Text(f"{'  ' if visit.map_index is not None else ''}{visit.name}", _style(visit)),
            seconds,
            Text(visit.error or _remark(visit, polls), style="red" if visit.error else "dim"),
        )
    return table


def lambdas_during_poll(
    visits: Sequence[StateVisit], invocations: Sequence[Invocation]
) -> tuple[datetime, datetime, list[str]] | None:
    """(first wait, last answer, functions that ran in between); None if nothing was polled."""
    polling = [visit for visit in visits if visit.name in POLL]
    if not polling:
        return None
    begin, end = polling[0].entered_at, polling[-1].entered_at
    running = [
        invocation.function
        for invocation in invocations
        if invocation.started_at < end and begin < invocation.ended_at
    ]
    return begin, end, running


def _style(visit: StateVisit) -> str:
    if visit.name in POLL:
        return "cyan"
    return "bold" if visit.name in LAMBDAS else ""


def _remark(visit: StateVisit, polls: int) -> str:
    if visit.name == "WaitForQuery":
        return f"poll {polls}: no Lambda runs"
    return _REMARKS.get(visit.name, "")
