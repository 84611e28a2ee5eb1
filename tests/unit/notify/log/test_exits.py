"""What the postmaster says of workers' ends, where they said nothing themselves."""

import pytest

from functions.notify.log.distinct_errors import distinct_errors
from functions.notify.log.events import log_events
from functions.notify.log.root_cause import refine
from functions.report import ClusterReport, Finding, Status
from tests.unit.notify.logs import conflict, line, row

STARTED = 'logical replication apply worker for subscription "{}" has started'
EXITED = 'background worker "logical replication apply worker" (PID {}) exited with exit code 1'
KILLED = 'background worker "logical replication apply worker" (PID 7) was terminated by signal 9'
DOWN = (Finding("worker_down", "a is down.", "a"), Finding("worker_down", "b is down.", "b"))


def postmaster(text: str, second: int = 0) -> str:
    return line("LOG", text, second, pid=1)


def refined(*lines: str) -> dict[str | None, Finding]:
    errors = distinct_errors(log_events(map(row, lines)))
    cluster = ClusterReport("c", Status.UNHEALTHY, findings=DOWN)
    return {finding.subscription: finding for finding in refine(cluster, errors).findings}


def test_an_exit_explains_its_own_subscription_by_the_pid() -> None:
    found = refined(
        line("LOG", STARTED.format("a"), 0, pid=5),
        line("LOG", STARTED.format("b"), 0, pid=6),
        postmaster(EXITED.format(5), 3),
        line("LOG", STARTED.format("a"), 8, pid=7),
        postmaster(EXITED.format(7), 11),
    )
    expected = "logical replication apply worker exited with exit code 1"
    assert (expected, 2) == tuple(found["a"].evidence[key] for key in ("error", "error_times"))
    assert f"a is down. Its last error: {expected}." == found["a"].summary
    assert {} == found["b"].evidence


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param([postmaster(EXITED.format(5), 1)], id="whose it was is not known"),
        pytest.param([line("LOG", STARTED.format("a"), 0, pid=5)], id="no exit"),
        pytest.param(
            [
                line("LOG", STARTED.format("a"), 0, pid=5),
                line("LOG", EXITED.format(5), 1, who="10.0.0.9(51000):app@shop"),
            ],
            id="a session's words",
        ),
    ],
)
def test_what_explains_nothing(lines: list[str]) -> None:
    assert {name: {} for name in "ab"} == {
        name: finding.evidence for name, finding in refined(*lines).items()
    }


def test_where_the_worker_said_why_its_exit_is_no_error() -> None:
    lines = [*conflict(0, pid=5), postmaster(EXITED.format(5))]
    assert 1 == len(distinct_errors(log_events(map(row, lines))))


def test_a_crash_concerns_every_subscription() -> None:
    found = refined(
        line("LOG", STARTED.format("a"), 0, pid=7),
        line("LOG", STARTED.format("b"), 0, pid=8),
        postmaster(KILLED, 3),
    )
    assert {"server_crashed"} == {finding.cause for finding in found.values()}


def test_a_worker_s_own_error_says_more_than_a_crash() -> None:
    found = refined(
        line("LOG", STARTED.format("a"), 0, pid=7),
        *conflict(2, pid=7),
        postmaster("client backend (PID 9) was terminated by signal 9: Killed", 3),
    )
    assert ("apply_conflict", "server_crashed") == (found["a"].cause, found["b"].cause)
