"""The deployed function with Chalice's test client: real HTTP to Parameter Store and to Slack."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError
from chalice.app import Chalice
from chalice.test import Client

from functions.catalogue import CATALOGUE
from functions.notify.event import InvalidEventError
from functions.notify.handler import blueprint
from sandbox.slack import UPLOAD, Failure, Workspace
from tests.integration.notify.conftest import (
    ALERTS,
    CHANNEL_PARAMETER,
    FOREIGN,
    RECEIPTS,
    TOKEN_PARAMETER,
    put,
)
from tests.unit.notify.logs import CONFLICT, conflict, row

GROUP = "/aws/rds/cluster/sample-cluster/postgresql"
FINDING = {
    "cause": "apply_error",
    "subscription": "orders_sub",
    "summary": "Subscription orders_sub is enabled, but applying fails.",
    "evidence": {"apply_error_count": 8, "worker_pid": None, "slot_name": "orders_sub"},
}
CLUSTER = {
    "cluster": "sample-cluster",
    "status": "unhealthy",
    "log_groups": [GROUP],
    "findings": [FINDING],
}
EXECUTION = {
    "id": "arn:aws:states:eu-west-1:123456789012:execution:ReplicationMonitor:4f1c",
    "started_at": "2026-11-22T23:35:00.123Z",
}


def notify(event: Any) -> Any:
    """Invoke the function as the deployed application registers it."""
    app = Chalice("logical-replication-monitor")
    app.register_blueprint(blueprint)
    with Client(app) as client:
        return client.lambda_.invoke("notify", event).payload


def complete(*messages: str) -> dict[str, Any]:
    return {"status": "Complete", "error": None, "results": [row(text) for text in messages]}


@pytest.mark.usefixtures("parameters")
def test_alert_with_snippet(workspace: Workspace) -> None:
    """The alert names what the log explains, errors.json is in its thread, the answer where."""
    event = {"cluster": CLUSTER, "query": complete(*conflict(0, 1)), "execution": EXECUTION}
    answer = notify(event | {"transition": "opened", "incident": None})
    (alert,) = workspace.messages(ALERTS)
    assert {"channel": ALERTS, "ts": alert.ts} == {key: answer[key] for key in ("channel", "ts")}
    assert (["apply_conflict"], "posted") == (answer["causes"], answer["snippet"])
    headline = CATALOGUE["apply_conflict"].headline
    assert f"🔴 sample-cluster: orders_sub {headline}" == alert.text
    (reply,) = workspace.thread(ALERTS, alert.ts)
    assert "Up to 5 errors in the last 30 minutes" == reply.text
    content = reply.files[0].content
    assert content is not None
    assert CONFLICT == json.loads(content)[0]["message"]
    assert b"O'Neil" not in content


@pytest.mark.usefixtures("parameters")
def test_remedy_and_runbook(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """The alert ends the search: SQL to run as it stands, and the runbook's entry."""
    monkeypatch.setenv("RUNBOOK_URL", "https://example.com/runbook.md")
    notify({"cluster": CLUSTER, "query": complete(*conflict(0, 1)), "execution": EXECUTION})
    blocks = json.dumps(workspace.messages(ALERTS)[0].blocks)
    assert "ALTER SUBSCRIPTION orders_sub SKIP (lsn = '0/17345B8');" in blocks
    assert "<https://example.com/runbook.md#apply_conflict|Runbook>" in blocks


@pytest.mark.usefixtures("parameters")
@pytest.mark.parametrize(
    "event", [{"cluster": "sample-cluster"}, {"cluster": {"cluster": "sample-cluster"}}]
)
def test_by_hand(workspace: Workspace, event: dict[str, Any]) -> None:
    """A name alone posts a test message without a snippet."""
    answer = notify(event)
    assert ([], "none") == (answer["causes"], answer["snippet"])
    assert "🔔" in workspace.messages(ALERTS)[0].text


@pytest.mark.usefixtures("parameters")
@pytest.mark.parametrize(
    ("query", "shown"),
    [
        (complete(), "No matching lines"),
        ({"status": "Failed"}, "the log query failed"),
        (
            {"error": {"Error": "CloudWatchLogs.ResourceNotFoundException", "Cause": "…"}},
            f"the log group {GROUP} does not exist",
        ),
        ({"error": "The log query did not finish within 60 s."}, "within 60 s"),
    ],
    ids=["nothing found", "failed", "no log group", "not in time"],
)
def test_alert_without_log_lines(workspace: Workspace, query: dict[str, Any], shown: str) -> None:
    """The alert is posted all the same and says why there are no lines."""
    assert "none" == notify({"cluster": CLUSTER, "query": query})["snippet"]
    (alert,) = workspace.messages(ALERTS)
    assert shown in json.dumps(alert.blocks, ensure_ascii=False)
    assert [] == workspace.thread(ALERTS, alert.ts)


@pytest.mark.usefixtures("parameters")
def test_a_failed_upload_is_reported_in_the_thread(workspace: Workspace) -> None:
    workspace.fail(UPLOAD, Failure.server_error(500))
    answer = notify({"cluster": CLUSTER, "query": complete(*conflict(0, 1))})
    assert "failed" == answer["snippet"]
    (reply,) = workspace.thread(ALERTS, answer["ts"])
    assert f"The error log could not be attached: HTTP 500. Look in {GROUP}." == reply.text


def test_the_cluster_s_own_channel(
    ssm: Any, workspace: Workspace, parameters: dict[str, str]
) -> None:
    own = CHANNEL_PARAMETER.replace("slack", "sample-cluster")
    put(ssm, {own: ALERTS, CHANNEL_PARAMETER: FOREIGN})
    assert FOREIGN != parameters[CHANNEL_PARAMETER]
    assert ALERTS == notify({"cluster": "sample-cluster"})["channel"]
    assert [] == workspace.messages(FOREIGN)


@pytest.mark.usefixtures("parameters")
def test_hostile_log_lines(workspace: Workspace) -> None:
    """A line that would ping, one of 200 KB and one that is no UTF-8: posted, and nobody pinged."""
    hostile = "<!channel> & <@U1> `x` \x00 \udcff 🔴 " + "x" * 200_000
    lines = [f"2026-11-22 23:34:08 UTC::@:[7]:ERROR:  {hostile}", hostile, "\t" + hostile]
    finding = FINDING | {"subscription": hostile, "summary": hostile}
    answer = notify(
        {"cluster": CLUSTER | {"findings": [finding] * 6}, "query": complete(*lines * 5)}
    )
    assert "posted" == answer["snippet"]
    assert [] == workspace.pings()


@pytest.mark.usefixtures("parameters", "dynamodb")
def test_a_check_that_failed(workspace: Workspace) -> None:
    """Notify decides about the monitor and is then invoked as for any cluster.

    What the failed function says is foreign text: nothing secret in it is posted, nobody pinged.
    """
    words = "<!channel> postgresql://watch:hunter2@db/shop failed, password=hunter2"
    cause = json.dumps({"errorMessage": words, "errorType": "OperationalError"})
    decided = notify(
        {
            "decide": {
                "error": "OperationalError",
                "cause": cause[:-5],
                "log_group": "/aws/lambda/check",
                "incidents": [],
                "input": {"shard": {"index": 1, "of": 4}, "force_notify": True},
                "execution": EXECUTION,
            }
        }
    )
    [cluster], [work] = decided["clusters"], decided["work"]
    assert ("the monitor (shard 1 of 4)", "opened") == (work["cluster"], work["transition"])
    assert [] == workspace.messages(ALERTS)

    event = {"cluster": cluster, "query": complete(), "execution": EXECUTION}
    assert notify(event | {key: work[key] for key in ("transition", "incident")})["delivered"]
    (alert,) = workspace.messages(ALERTS)
    shown = json.dumps(alert.blocks) + alert.text
    assert "CheckReplication failed and checked none of the clusters" in shown
    assert "the monitor (shard 1 of 4)" in alert.text
    assert "hunter2" not in shown
    assert [] == workspace.pings()


def problem(answer: dict[str, Any]) -> tuple[bool, str, bool, str]:
    return answer["delivered"], answer["error"], answer["refused"], answer["problem"]


def test_missing_parameter() -> None:
    shown = f"the SSM parameter {TOKEN_PARAMETER} is missing: create it"
    answer = notify({"cluster": "sample-cluster"})
    assert (False, "MissingParameterError", True, shown) == problem(answer)


@pytest.mark.usefixtures("parameters")
@pytest.mark.parametrize(
    "token", ["xoxb-1\nxoxb-s3cr3t", "s3cr3t", '{"s3cr3t": 1}', "xoxb-s3cr3t\u2028x"]
)
def test_malformed_token(ssm: Any, workspace: Workspace, token: str) -> None:
    """It is reported like a missing one, and its value nowhere."""
    put(ssm, {TOKEN_PARAMETER: token})
    answer = notify({"cluster": "sample-cluster"})
    delivered, error, refused, shown = problem(answer)
    assert (False, "MalformedParameterError", True) == (delivered, error, refused)
    assert f"the SSM parameter {TOKEN_PARAMETER} does not hold a token" in shown
    assert "s3cr3t" not in json.dumps(answer)
    assert {} == workspace.calls


@pytest.mark.usefixtures("parameters")
def test_slack_refuses(workspace: Workspace) -> None:
    """An alert nobody can see is no success: the answer has Slack's code and what to do."""
    workspace.token = "xoxb-another"
    delivered, error, refused, shown = problem(notify({"cluster": "sample-cluster"}))
    assert (False, "SlackRefusedError", True) == (delivered, error, refused)
    assert f"invalid_auth (the token in the SSM parameter {TOKEN_PARAMETER} is not valid" in shown


@pytest.mark.usefixtures("parameters")
def test_slack_is_down(workspace: Workspace) -> None:
    workspace.fail("chat.postMessage", Failure.server_error(502))
    expected = (False, "SlackUnavailableError", False, "Slack chat.postMessage: HTTP 502")
    assert expected == problem(notify({"cluster": "sample-cluster"}))


@pytest.mark.usefixtures("parameters")
def test_an_incident_leaves_a_receipt(dynamodb: Any, workspace: Workspace) -> None:
    """The same event again says nothing more."""
    incident = {"opened_at": "2026-11-22T23:34:08.000Z", "notifications": 0}
    event = {"cluster": CLUSTER, "transition": "opened", "incident": incident}
    answers = [notify(event) for _ in range(2)]
    assert answers[0] == answers[1]
    assert 1 == len(workspace.everything())
    (item,) = dynamodb.scan(TableName=RECEIPTS)["Items"]
    assert "sample-cluster 2026-11-22T23:34:08.000Z" == item["incident"]["S"]


@pytest.mark.usefixtures("parameters")
def test_without_the_table_of_receipts() -> None:
    """What was posted cannot be known: the state machine finds another way."""
    incident = {"opened_at": "2026-11-22T23:34:08.000Z"}
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        notify({"cluster": CLUSTER, "incident": incident})


@pytest.mark.parametrize("event", [{}, {"cluster": "c", "transition": "gone"}, []])
def test_wrong_event(event: Any) -> None:
    with pytest.raises(InvalidEventError):
        notify(event)
