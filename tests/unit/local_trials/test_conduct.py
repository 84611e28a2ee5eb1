from datetime import UTC, datetime, timedelta

from local.trials.conduct import seconds_in_real_time
from sandbox.aws.executions import StateVisit

BEGIN = datetime(2026, 11, 22, 23, 34, tzinfo=UTC)


def visit(name: str, type_: str, after: float, duration: float | None) -> StateVisit:
    return StateVisit(name, type_, BEGIN + timedelta(seconds=after), duration)


def test_waits_count_in_full_and_work_as_it_was() -> None:
    """A state machine that waits ten times as fast: 1 s of work, 0.5 s that stand for 5 s."""
    visits = [
        visit("CheckReplication", "Task", 0, 0.75),
        visit("NotifyPerCluster", "Map", 0.75, 0.75),
        visit("WaitForQuery", "Wait", 0.75, 0.5),
        visit("Notify", "Task", 1.25, 0.25),
        visit("Notified", "Succeed", 1.5, None),
    ]
    assert 6.0 == seconds_in_real_time(visits, speed=10)
