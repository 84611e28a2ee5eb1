"""Real faults, real Lambdas in processes of their own, the deployed definition, Slack over HTTP."""

import json
from dataclasses import replace

import pytest

from functions.catalogue import CATALOGUE
from local.deployment import PARAMETER_PATH
from local.postgres.faults import FAULTS
from local.postgres.pair import DATABASE, MONITOR_PASSWORD, REPLICATOR_PASSWORD
from local.stack import CLUSTER, Stack
from sandbox.slack import UPLOAD, Failure
from sandbox.slack.workspace import BOT_TOKEN, Channel, Message
from tests.e2e.conftest import alert, broken, execute, text_of

HOSTILE_NAME = "<!channel> & *bold* `code` 😀 'x\"; DROP"


def headline(cause: str) -> str:
    return CATALOGUE[cause].headline


def thread(stack: Stack, message: Message) -> list[Message]:
    return stack.slack.workspace.thread(message.channel, message.ts)


def in_slack(stack: Stack) -> list[str]:
    """Every version of every message, and the files."""
    workspace = stack.slack.workspace
    versions = [
        text_of(version)
        for message in workspace.everything()
        for version in (*message.history, message)
    ]
    return versions + [(file.content or b"").decode() for file in workspace.files]


def everything_written(stack: Stack) -> str:
    """Slack, every log of a Lambda, and the history of every execution."""
    logs, states = stack.aws.client("logs"), stack.aws.client("stepfunctions")
    written = in_slack(stack)
    groups = logs.describe_log_groups(logGroupNamePrefix="/aws/lambda/")["logGroups"]
    for group in groups:
        pages = logs.get_paginator("filter_log_events").paginate(logGroupName=group["logGroupName"])
        written += [event["message"] for page in pages for event in page["events"]]
    for execution in states.list_executions(stateMachineArn=stack.state_machine)["executions"]:
        arn = execution["executionArn"]
        pages = states.get_paginator("get_execution_history").paginate(executionArn=arn)
        written += [json.dumps(event, default=str) for page in pages for event in page["events"]]
    return "\n".join(written)


def test_a_conflict_is_told_with_its_error_in_the_thread(stack: Stack) -> None:
    with broken(stack, "conflict"):
        _, message = alert(stack)
    (reply,) = thread(stack, message)
    (file,) = reply.files
    errors = json.loads(file.content or b"")
    assert f"sample-cluster: orders_sub {headline('apply_conflict')}" in message.text
    assert "Up to 5 errors in the last 30 minutes" == reply.text
    assert ("errors.json", "json") == (file.name, file.snippet_type)
    assert 'conflict detected on relation "public.orders"' in errors[0]["message"]
    assert "finished at" in errors[0]["context"]


def test_neither_secrets_nor_row_values_are_written_anywhere(stack: Stack) -> None:
    with broken(stack, "conflict"):
        execute(stack)
    with broken(stack, "wrong_password"):
        execute(stack)
    written = everything_written(stack)
    assert "conflict detected" in written
    assert "refused the login of <username>" in written
    for secret in (MONITOR_PASSWORD, REPLICATOR_PASSWORD, BOT_TOKEN):
        assert secret not in written
    slack = "\n".join(in_slack(stack))
    assert "a local customer of the subscriber" not in slack


@pytest.mark.parametrize("fault", ["subscription_dropped", "subscriber_down"])
def test_an_alert_leads_with_the_fault_s_cause(stack: Stack, fault: str) -> None:
    with broken(stack, fault):
        execution, message = alert(stack)
    (notified,) = json.loads(execution.output)
    assert FAULTS[fault].cause == notified["causes"][0]
    assert headline(notified["causes"][0]) in message.text


def test_a_hostile_name_is_shown_and_pings_nobody(stack: Stack) -> None:
    subscriber = stack.pair.subscriber
    quoted = '"' + HOSTILE_NAME.replace('"', '""') + '"'
    subscriber.sql(
        f"CREATE SUBSCRIPTION {quoted} CONNECTION '{stack.pair.connection_string()}' "
        "PUBLICATION orders_pub WITH (connect = false)",
        DATABASE,
    )
    try:
        _, message = alert(stack)
    finally:
        subscriber.sql(f"ALTER SUBSCRIPTION {quoted} SET (slot_name = NONE)", DATABASE)
        subscriber.sql(f"DROP SUBSCRIPTION {quoted}", DATABASE)
    assert "&lt;!channel&gt; &amp; *bold*" in message.text
    assert [] == stack.slack.workspace.pings()


def test_a_log_line_with_a_mention_pings_nobody(stack: Stack) -> None:
    """The publisher's text reaches the subscriber's log by an error of the apply worker."""
    subscriber = stack.pair.subscriber
    subscriber.sql(
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ "
        "BEGIN RAISE EXCEPTION '<!channel> & 😀 <@U123> %', repeat('x', 200000); END $$",
        DATABASE,
    )
    subscriber.sql(
        "CREATE TRIGGER refuse BEFORE INSERT ON public.orders "
        "FOR EACH ROW EXECUTE FUNCTION refuse()",
        DATABASE,
    )
    subscriber.sql("ALTER TABLE public.orders ENABLE ALWAYS TRIGGER refuse", DATABASE)
    try:
        stack.pair.place_order()
        _, message = alert(stack)
    finally:
        subscriber.sql("DROP FUNCTION refuse() CASCADE", DATABASE)
        stack.pair.wait_until_replicated()
    assert headline("constraint_violation") in message.text
    assert "&lt;!channel&gt; &amp; 😀" in text_of(message)
    assert [] == stack.slack.workspace.pings()


def test_a_missing_log_group_is_told_by_name(stack: Stack) -> None:
    stack.put_parameters({"log-group": "/no/such/group"})
    with broken(stack, "disabled"):
        _, message = alert(stack)
    assert "the log group /no/such/group does not exist" in text_of(message)


def test_a_drill_tells_of_a_healthy_cluster(stack: Stack) -> None:
    execution, (message,) = execute(stack, {"force_notify": True})
    assert "SUCCEEDED" == execution.status, execution.problem
    assert "🔔 sample-cluster (test): replication is healthy" == message.text


def test_an_unknown_cluster_is_told_by_name(stack: Stack) -> None:
    _, message = alert(stack, {"clusters": ["typo"]})
    assert "typo could not be checked: the monitor's configuration is wrong" in message.text
    assert f"{PARAMETER_PATH}typo/" in text_of(message)


def test_a_missing_parameter_is_told_by_name(stack: Stack) -> None:
    name = f"{PARAMETER_PATH}{CLUSTER}/username"
    stack.aws.client("ssm").delete_parameter(Name=name)
    _, message = alert(stack)
    assert f"parameter {name} is missing" in text_of(message)


def test_an_empty_parameter_path_is_told_until_it_is_filled(stack: Stack) -> None:
    before = stack.parameters()
    for name in before:
        stack.aws.client("ssm").delete_parameter(Name=f"{PARAMETER_PATH}{CLUSTER}/{name}")
    _, message = alert(stack)
    assert "the monitor could not be checked" in message.text
    assert f"no cluster has parameters below {PARAMETER_PATH}" in text_of(message)
    stack.put_parameters(before)
    execute(stack)
    again = stack.slack.workspace.message(message.channel, message.ts)
    assert "🟢 the monitor can be checked again" == again.text


def test_a_wrong_token_fails_the_execution_and_is_not_shown(stack: Stack) -> None:
    stack.slack.workspace.token = "xoxb-another"
    execution, messages = execute(stack, {"force_notify": True})
    assert ("FAILED", []) == (execution.status, messages)
    for part in ("AlertLost", CLUSTER, "invalid_auth", f"{PARAMETER_PATH}slack/bot-token"):
        assert part in execution.problem
    assert BOT_TOKEN not in execution.problem


def test_a_channel_without_the_bot_fails_the_execution_and_says_how_to_invite_it(
    stack: Stack,
) -> None:
    workspace = stack.slack.workspace
    workspace.channels = {stack.channel: Channel(stack.channel, "alerts", is_member=False)}
    execution, messages = execute(stack, {"force_notify": True})
    assert ("FAILED", []) == (execution.status, messages)
    for part in ("not_in_channel", "/invite", stack.channel):
        assert part in execution.problem


def test_a_snippet_that_cannot_be_uploaded_is_told_in_the_thread(stack: Stack) -> None:
    stack.slack.workspace.fail(UPLOAD, Failure.server_error(500), times=10)
    with broken(stack, "conflict"):
        execution, message = alert(stack)
    (reply,) = thread(stack, message)
    assert ("SUCCEEDED", "failed") == (execution.status, json.loads(execution.output)[0]["snippet"])
    assert "The error log could not be attached: HTTP 500" in reply.text


def test_slack_s_outage_is_waited_out_and_the_alert_posted_once(stack: Stack) -> None:
    stack.slack.workspace.fail("chat.postMessage", Failure.server_error(503), times=3)
    with broken(stack, "disabled"):
        execution, _ = alert(stack)
    assert "WaitForSlack" in [visit.name for visit in execution.visits]


def test_a_check_that_is_cut_off_is_told_with_the_function_s_own_log(stack: Stack) -> None:
    """A time limit of a second, and a database that does not answer for ten."""
    deployed = stack.functions["CheckReplication"]
    stack.aws.deploy(replace(deployed, timeout_seconds=1))
    try:
        with broken(stack, "subscriber_frozen"):
            _, message = alert(stack)
    finally:
        stack.aws.deploy(deployed)
    (reply,) = thread(stack, message)
    assert "monitor could not be checked: the monitor itself failed" in message.text
    assert "timed out after 1.00 seconds" in (reply.files[0].content or b"").decode()


def test_a_muted_cause_is_silent_and_shown_by_a_drill(stack: Stack) -> None:
    """The probe says apply_error here; only the log has the cause that is muted."""
    stack.put_parameters({"mute": '["apply_conflict"]'})
    with broken(stack, "conflict"):
        execution, messages = execute(stack)
        _, (drill,) = execute(stack, {"force_notify": True})
    assert ("SUCCEEDED", []) == (execution.status, messages), execution.problem
    assert "Muted: orders_sub apply_conflict." in text_of(drill)
    stack.put_parameters({"mute": '["orders_sub"]'})
    with broken(stack, "disabled"):
        _, messages = execute(stack)
        _, (message,) = execute(stack, {"force_notify": True})
    assert [] == messages
    assert "Muted: orders_sub subscription_disabled." in text_of(message)
