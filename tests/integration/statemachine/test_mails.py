"""What the topic hears by e-mail holds nothing secret and nothing of a row, whoever writes it."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from functions.notify.notification import Clients, send_notification
from functions.notify.receipts import Receipts
from sandbox.aws.fake_functions import FunctionError, in_turn
from sandbox.aws.moto_adapters import SimulatedClock
from tests.integration.statemachine.conftest import Machine, MakeMachine, cluster, report

SECRET = "Zq-hunter2"
TOKEN = f"xoxb-1\nxoxb-{SECRET}"
PATH = "/monitoring-logical-replication"
RECEIPTS = "Receipts"
START = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
FINDING = {
    "cause": "apply_error",
    "severity": "critical",
    "subscription": "orders_sub",
    "summary": f"The server says: Key (id)=({SECRET}) in postgres://u:{SECRET}@h/d",
    "evidence": {"error": f'invalid input syntax for type integer: "{SECRET}"'},
}
PLANTED = report(cluster() | {"findings": [FINDING]})


def mailed(made: Machine) -> list[tuple[str, str]]:
    """What was published when an execution had time to try Slack again and again."""
    for _ in range(14):
        made.minute()
    return made.published


@pytest.mark.parametrize(
    ("failure", "name"),
    [
        (FunctionError("ValueError", f"Invalid header value b'Bearer {TOKEN}'"), "ValueError"),
        (FunctionError("KeyError", f'{SECRET} "errorMessage" {{'), "KeyError"),
        (FunctionError("Sandbox.Timedout", f"Task timed out, {SECRET}"), "Sandbox.Timedout"),
        (FunctionError(f"an error {SECRET}", "x"), "an error without a name"),
        (FunctionError(f"x\n{SECRET}", "x"), "an error without a name"),
        ({"delivered": True, "text": SECRET * 30_000}, "States.DataLimitExceeded"),
    ],
    ids=["token", "no JSON", "time limit", "name", "lines", "too large"],
)
def test_a_notify_that_fails(machine: MakeMachine, failure: Any, name: str) -> None:
    """Names, ids and where to read on: its exception, and the findings' sentences, may hold any."""
    made = machine(lambda _: PLANTED, in_turn(failure), SimulatedClock(START))
    [(subject, text)] = mailed(made)
    assert "hunter2" not in subject + text
    assert "Replication opened: sample-cluster" == subject
    arn = made.notified[0]["execution"]["id"]
    for words in ("sample-cluster: opened\norders_sub apply_error\n", arn, f"failed ({name})"):
        assert words in text
    assert "/aws/rds/cluster/sample-cluster/postgresql" in text


def test_a_check_that_fails_with_a_notify_that_fails(machine: MakeMachine) -> None:
    check = in_turn(FunctionError("ClientError", f"password={SECRET} {SECRET}"))
    made = machine(check, in_turn(FunctionError("KeyError", SECRET)), clock=SimulatedClock(START))
    [(subject, text)] = mailed(made)
    assert "hunter2" not in subject + text
    assert "the monitor: opened\nmonitor_failed\n" in text


def notify(made: Callable[[], Machine]) -> Callable[[Any], dict[str, Any]]:
    """The real one, as far as Slack, where nobody listens."""

    def answer(event: Any) -> dict[str, Any]:
        aws = made().aws
        receipts = Receipts(aws.client("dynamodb"), RECEIPTS)
        there = Clients(aws.client("ssm"), receipts, "http://127.0.0.1:9/")
        return send_notification(event, datetime.now(UTC), there)

    return answer


@pytest.mark.parametrize(
    "parameters",
    [
        pytest.param({"bot-token": TOKEN, "channel-id": "C1"}, id="a line break in the token"),
        pytest.param({"bot-token": SECRET, "channel-id": "C1"}, id="a password as the token"),
        pytest.param({"bot-token": "xoxb-1", "channel-id": SECRET}, id="a password as the channel"),
        pytest.param({"bot-token": "xoxb-1", "channel-id": "C1"}, id="Slack cannot be reached"),
        pytest.param({}, id="no parameters"),
    ],
)
def test_an_alert_that_slack_does_not_take(
    machine: MakeMachine, parameters: dict[str, str]
) -> None:
    made: list[Machine] = []
    one = machine(lambda _: PLANTED, notify(lambda: made[0]), SimulatedClock(START))
    made.append(one)
    one.aws.create_table(RECEIPTS, "incident", "expires_at")
    for name, value in parameters.items():
        one.aws.client("ssm").put_parameter(
            Name=f"{PATH}/slack/{name}", Value=value, Type="SecureString"
        )
    [(subject, text)] = mailed(one)
    assert "hunter2" not in subject + text
    assert "orders_sub" in subject
    assert "Slack did not accept this alert: " in text


def test_several_findings(machine: MakeMachine) -> None:
    """Each on a line of its own."""
    other = FINDING | {"subscription": "b", "cause": "worker_down"}
    planted = report(cluster() | {"findings": [FINDING, other]})
    fails = in_turn(FunctionError("KeyError", SECRET))
    [(_, text)] = mailed(machine(lambda _: planted, fails, SimulatedClock(START)))
    assert "sample-cluster: opened\norders_sub apply_error\nb worker_down\nExecution: " in text


def test_a_recovery(machine: MakeMachine) -> None:
    fails = in_turn({"delivered": True, "sent": True, "channel": "C1", "ts": "1.1", "causes": [],
                     "explained": True}, FunctionError("KeyError", SECRET))  # fmt: skip
    reports = in_turn(PLANTED, report(cluster(status="healthy")))
    [(subject, text)] = mailed(machine(reports, fails, SimulatedClock(START)))
    assert "Replication resolved: sample-cluster" == subject
    assert "sample-cluster: resolved\nExecution: " in text
