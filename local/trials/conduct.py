"""One trial: break replication, execute the state machine, ask the baseline, fix.

Development only.
"""

import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

from local.postgres.faults import Fault
from local.stack import CLUSTER, Execution, Stack, start_stack
from local.trials import baseline
from local.trials.trial import Trial
from sandbox.aws import Clock
from sandbox.aws.executions import StateVisit

SPEED: Final = 10
"""How much faster the state machine waits in a trial."""

RUNS: Final = 4
"""Of a fault: each must find it, and none report it again."""

QUIET_RUNS: Final = 10
"""Of a healthy set-up."""

SETTINGS: Final = {"wal_retrieve_retry_interval": "500ms"}
"""For both servers: workers restart ten times as often."""

_BASELINE_SECONDS: Final = 5
"""Without an answer for so long, the baseline counts as hung; its own code would wait for ever."""


class ExecutionFailedError(Exception):
    """The execution did not succeed, so nothing was reported; it says the error and cause."""


@contextmanager
def open_stack(version: str, announce: Callable[[str], None]) -> Iterator[Callable[[Fault], Trial]]:
    """A stack of this version to conduct trials on; `announce` gets what is being done."""
    with (
        tempfile.TemporaryDirectory(prefix="faults-") as directory,
        start_stack(Path(directory), version, SETTINGS, announce, Clock(speed=SPEED)) as stack,
    ):

        def conducted(fault: Fault) -> Trial:
            announce(f"PostgreSQL {version}, {fault.name}: {fault.description}")
            return conduct(fault, stack, version)

        yield conducted


def conduct(fault: Fault, stack: Stack, version: str) -> Trial:
    """Check, break, check several times, fix, check again: each check remembers the one before.

    Nothing was reported before, nor before the check after the fix, so that all there is to report
    is. What goes wrong on the way becomes the trial's `problem`.
    """
    trial = Trial(fault.name, version, fault.cause)
    try:
        stack.forget_incidents()
        _finished(stack, stack.start())
        parameters = stack.other_parameters(
            fault.parameters, without_publisher=fault.without_publisher
        )
        with parameters, ExitStack() as fixing:
            fixing.callback(fault.fix, stack.pair)
            fault.break_(stack.pair)
            trial = _observed(trial, stack, fault.pause_seconds)
        stack.forget_incidents()
        return replace(trial, residue=_residue(stack))
    except Exception as error:  # noqa: BLE001  whatever one fault raises, the others go on
        return replace(trial, problem=f"{type(error).__name__}: {error}")


def _observed(trial: Trial, stack: Stack, pause_seconds: float) -> Trial:
    """With what the monitor has reported in the end, and the baseline says at the beginning."""
    stack.shipper.flush()
    arn = stack.start()
    verdict = _ask_baseline(stack)
    executions = [_finished(stack, arn)]
    for _ in range(1, RUNS if trial.expected else QUIET_RUNS):
        time.sleep(pause_seconds)
        stack.shipper.flush()
        executions.append(_finished(stack, stack.start()))
    telling = next((each for each in executions if _has_notified(each)), executions[0])
    return replace(
        trial,
        reported=_reported(stack),
        alerts=_alerts(stack),
        seconds=seconds_in_real_time(telling.visits, SPEED),
        baseline=verdict,
    )


def _residue(stack: Stack) -> tuple[str, ...]:
    """What is reported, or by the execution after the one that only suspects."""
    _finished(stack, stack.start())
    if stack.suspects():
        _finished(stack, stack.start())
    return _reported(stack)


def _reported(stack: Stack) -> tuple[str, ...]:
    """The causes of the incident that is open."""
    incident = stack.incidents().get(CLUSTER, {})
    return tuple(incident.get("causes", ())) if incident.get("status") == "open" else ()


def _alerts(stack: Stack) -> int:
    """Messages of incidents, open or over; of those whose causes are all muted there are none."""
    reported = (incident for incident in stack.incidents().values() if incident.get("causes"))
    return sum(int(incident["notifications"]) for incident in reported)


def _has_notified(execution: Execution) -> bool:
    return any(visit.name == "Notify" for visit in execution.visits)


def _finished(stack: Stack, arn: str) -> Execution:
    execution = stack.finished(arn)
    if execution.status != "SUCCEEDED":
        raise ExecutionFailedError(f"{execution.status} {execution.problem}")
    return execution


def _ask_baseline(stack: Stack) -> baseline.BaselineVerdict:
    parameters = stack.parameters()
    return baseline.check(
        lambda: stack.pair.subscriber.connect(
            user=parameters["username"],
            password=parameters["password"],
            database=parameters["dbname"],
            timeout_seconds=_BASELINE_SECONDS,
        ),
        _max_lag_seconds(parameters),
    )


def _max_lag_seconds(parameters: Mapping[str, str]) -> float:
    """The monitor's limit for the baseline too, which has one of its own in its code."""
    try:
        return float(parameters["max-lag-seconds"])
    except (KeyError, ValueError):
        return baseline.DEFAULT_MAX_LAG_SECONDS


def seconds_in_real_time(visits: Iterable[StateVisit], speed: float) -> float:
    """From the first state's begin to the last one's end, had its waits taken their full time."""
    visits = tuple(visits)
    stays = [(visit.entered_at, visit.duration_seconds or 0.0) for visit in visits]
    begin = min(entered for entered, _ in stays)
    end = max((entered - begin).total_seconds() + seconds for entered, seconds in stays)
    waited = sum(visit.duration_seconds or 0.0 for visit in visits if visit.type == "Wait")
    return end + waited * (speed - 1)
