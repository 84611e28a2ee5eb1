"""The deployed function with Chalice's test client: real HTTP to Parameter Store and to Slack."""

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from chalice.app import Chalice
from chalice.test import Client
from moto.server import ThreadedMotoServer

from functions.catalogue import CATALOGUE
from functions.notify.event import InvalidEventError
from functions.notify.handler import blueprint
from functions.notify.settings import MissingParameterError
from functions.notify.slack_errors import SlackRefusedError, SlackUnavailableError
from local.slack import UPLOAD, Failure, SlackServer, Workspace
from tests.integration.notify.conftest import (
    ALERTS,
    CHANNEL_PARAMETER,
    FOREIGN,
    TOKEN_PARAMETER,
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


@pytest.fixture(scope="module")
def aws() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(autouse=True)
def environment(aws: str, server: SlackServer, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "AWS_ENDPOINT_URL": aws,
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "SLACK_BASE_URL": server.base_url,
    }.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def parameters(environment: None, workspace: Workspace) -> Iterator[dict[str, str]]:  # noqa: ARG001 - it must be set first
    """The parameters of a first set-up, in moto's Parameter Store as long as the test runs."""
    values = {TOKEN_PARAMETER: workspace.token, CHANNEL_PARAMETER: ALERTS}
    put(values)
    yield values
    ssm = boto3.client("ssm")
    found = ssm.get_parameters_by_path(Path="/monitoring-logical-replication", Recursive=True)
    ssm.delete_parameters(Names=[one["Name"] for one in found["Parameters"]])
    ssm.close()


def put(values: dict[str, str]) -> None:
    ssm = boto3.client("ssm")
    for name, value in values.items():
        ssm.put_parameter(Name=name, Value=value, Type="SecureString", Overwrite=True)
    ssm.close()


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
    """The alert names what the log tells, errors.json is in its thread, the answer says where."""
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
    ("query", "told"),
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
def test_alert_without_log_lines(workspace: Workspace, query: dict[str, Any], told: str) -> None:
    """The alert is posted all the same and says why there are no lines."""
    assert "none" == notify({"cluster": CLUSTER, "query": query})["snippet"]
    (alert,) = workspace.messages(ALERTS)
    assert told in json.dumps(alert.blocks, ensure_ascii=False)
    assert [] == workspace.thread(ALERTS, alert.ts)


@pytest.mark.usefixtures("parameters")
def test_a_failed_upload_is_told_in_the_thread(workspace: Workspace) -> None:
    workspace.fail(UPLOAD, Failure.server_error(500))
    answer = notify({"cluster": CLUSTER, "query": complete(*conflict(0, 1))})
    assert "failed" == answer["snippet"]
    (reply,) = workspace.thread(ALERTS, answer["ts"])
    assert f"The error log could not be attached: HTTP 500. Look in {GROUP}." == reply.text


def test_the_cluster_s_own_channel(workspace: Workspace, parameters: dict[str, str]) -> None:
    put({CHANNEL_PARAMETER.replace("slack", "sample-cluster"): ALERTS, CHANNEL_PARAMETER: FOREIGN})
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
        {"cluster": CLUSTER | {"findings": [finding] * 60}, "query": complete(*lines * 50)}
    )
    assert "posted" == answer["snippet"]
    assert [] == workspace.pings()


def test_missing_parameter() -> None:
    with pytest.raises(MissingParameterError, match=TOKEN_PARAMETER):
        notify({"cluster": "sample-cluster"})


@pytest.mark.usefixtures("parameters")
def test_slack_refuses(workspace: Workspace) -> None:
    """An alert nobody can see is no success: the function fails with Slack's code."""
    workspace.token = "xoxb-another"
    with pytest.raises(SlackRefusedError, match="invalid_auth"):
        notify({"cluster": "sample-cluster"})


@pytest.mark.usefixtures("parameters")
def test_slack_is_down(workspace: Workspace) -> None:
    workspace.fail("chat.postMessage", Failure.server_error(502))
    with pytest.raises(SlackUnavailableError, match="HTTP 502"):
        notify({"cluster": "sample-cluster"})


@pytest.mark.parametrize("event", [{}, {"cluster": "c", "transition": "gone"}, []])
def test_wrong_event(event: Any) -> None:
    with pytest.raises(InvalidEventError):
        notify(event)
