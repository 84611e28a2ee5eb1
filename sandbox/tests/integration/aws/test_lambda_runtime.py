"""Functions in real processes, invoked through the gateway as boto3 does."""

import base64
import json
import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from sandbox.aws import LocalAws
from sandbox.aws.executions import start_execution, wait_for_end
from sandbox.aws.lambda_runtime import FunctionConfig
from sandbox.patience import HANG_SECONDS
from sandbox.tests.integration.aws import functions_under_test
from sandbox.tests.integration.aws.machines import invoke, machine

CODE = Path(functions_under_test.__file__).parent


@pytest.fixture
def aws() -> Iterator[LocalAws]:
    with LocalAws() as aws:
        yield aws


def deploy(aws: LocalAws, handler: str, **settings: Any) -> None:
    config = {"timeout_seconds": HANG_SECONDS, "code_directory": CODE, **settings}
    aws.deploy(FunctionConfig(handler, f"functions_under_test.{handler}", **config))


def call(aws: LocalAws, function: str, event: Any = None, **options: Any) -> dict[str, Any]:
    response = aws.client("lambda").invoke(
        FunctionName=function, Payload=json.dumps(event), **options
    )
    return {**response, "Payload": json.loads(response["Payload"].read())}


def test_a_function_gets_its_event_context_and_environment(aws: LocalAws) -> None:
    deploy(aws, "echo", memory_mb=256, environment={"MINE": "yes", "TZ": "Asia/Tokyo"})
    answer = call(aws, "echo", {"a": "ü"})["Payload"]
    assert {"a": "ü"} == answer["event"]
    assert aws.function_arn("echo") == answer["arn"]
    assert 0 < answer["left_ms"] <= 1000 * HANG_SECONDS
    expected = {
        "AWS_LAMBDA_FUNCTION_NAME": "echo",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256",
        "AWS_REGION": aws.region,
        "AWS_ENDPOINT_URL": aws.endpoint_url,
        "LAMBDA_TASK_ROOT": str(CODE),
        "_HANDLER": "functions_under_test.echo",
        "MINE": "yes",
        "TZ": "Asia/Tokyo",
    }
    assert expected == {name: answer["environment"][name] for name in expected}
    assert "HOME" not in answer["environment"]


def test_a_process_is_reused_when_idle_and_joined_by_more_when_busy(
    aws: LocalAws, tmp_path: Path
) -> None:
    deploy(aws, "meet")
    with ThreadPoolExecutor(3) as pool:
        event = {"place": str(tmp_path), "processes": 3}
        answers = pool.map(lambda _: call(aws, "meet", event), range(3))
        at_once = {answer["Payload"] for answer in answers}
    again = call(aws, "meet", event)["Payload"]
    assert 3 == len(at_once)
    assert again in at_once
    assert [True, True, True, False] == [run.cold for run in aws.functions.invocations]


def test_more_than_the_reserved_concurrency_is_throttled(aws: LocalAws) -> None:
    deploy(aws, "wait", reserved_concurrency=0)
    client = aws.client("lambda")
    with pytest.raises(client.exceptions.TooManyRequestsException):
        call(aws, "wait", {"seconds": 0})


@pytest.mark.parametrize(
    ("handler", "event", "error", "message"),
    [
        ("fail", {}, "KeyError", "'no such key'"),
        ("wait", {"seconds": 60}, "Sandbox.Timedout", "Error: Task timed out after 1.00 seconds"),
        ("leave", {"code": 3}, "Runtime.ExitError", "Runtime exited with error: exit status 3"),
        ("leave", {"code": 0}, "Runtime.ExitError", "exited without providing a reason"),
        ("crash", {}, "Runtime.ExitError", "Runtime exited with error: signal: killed"),
        ("missing", {}, "Runtime.HandlerNotFound", "Handler 'missing' missing on module"),
        (
            "answer_at_length",
            {"bytes": 7_000_000},
            "Function.ResponseSizeTooLarge",
            "exceeded maximum allowed payload size (6291556 bytes)",
        ),
    ],
    ids=["raises", "time limit", "exits", "exits well", "killed", "no handler", "too long"],
)
def test_a_failing_function_says_why(
    aws: LocalAws, handler: str, event: Any, error: str, message: str
) -> None:
    """The next invocation is served by a process that works."""
    deploy(aws, handler, **({"timeout_seconds": 1} if "Timedout" in error else {}))
    for _ in range(2):
        response = call(aws, handler, event)
        assert "Unhandled" == response["FunctionError"]
        assert error == response["Payload"]["errorType"]
        assert message in response["Payload"]["errorMessage"]
    assert [error, error] == [run.error for run in aws.functions.invocations]


def test_an_unknown_function_is_not_found(aws: LocalAws) -> None:
    client = aws.client("lambda")
    with pytest.raises(client.exceptions.ResourceNotFoundException, match="function:nobody"):
        client.invoke(FunctionName=aws.function_arn("nobody"))


def test_a_function_is_found_by_name_or_arn(aws: LocalAws) -> None:
    deploy(aws, "wait")
    arn = aws.function_arn("wait")
    for name in ("wait", arn, f"{arn}:$LATEST", f"{aws.account}:function:wait"):
        assert 200 == call(aws, name, {"seconds": 0})["StatusCode"]


def test_an_event_is_accepted_at_once_and_run(aws: LocalAws) -> None:
    deploy(aws, "wait")
    client = aws.client("lambda")
    dry = client.invoke(FunctionName="wait", InvocationType="DryRun")
    event = client.invoke(FunctionName="wait", InvocationType="Event", Payload=b'{"seconds": 0}')
    assert (204, 202) == (dry["StatusCode"], event["StatusCode"])
    wait_until(lambda: bool(aws.functions.invocations), "the event was not run")
    assert ["wait"] == [run.function for run in aws.functions.invocations]


def test_the_log_reads_as_lambdas_does(aws: LocalAws) -> None:
    """In CloudWatch Logs and in the invocation's own tail; a traceback is one event."""
    deploy(aws, "echo", memory_mb=512)
    deploy(aws, "fail")
    tail = base64.b64decode(call(aws, "echo", LogType="Tail")["LogResult"]).decode()
    call(aws, "fail")
    (run, _) = aws.functions.invocations
    messages = logged(aws, "echo")
    assert messages == tail.splitlines()
    assert f"START RequestId: {run.request_id} Version: $LATEST" == messages[0]
    assert ["module imported", "to stdout: ü", "to stderr"] == messages[1:4]
    assert f"\t{run.request_id}\tto the logger" in messages[4]
    assert f"END RequestId: {run.request_id}" == messages[5]
    assert "\tMemory Size: 512 MB\tMax Memory Used: " in messages[6]
    assert "\tInit Duration: " in messages[6]
    (error,) = [message for message in logged(aws, "fail") if "KeyError" in message]
    assert "Traceback (most recent call last):\n" in error


def test_a_time_limit_is_in_the_log(aws: LocalAws) -> None:
    deploy(aws, "wait", timeout_seconds=0.5)
    call(aws, "wait", {"seconds": 60})
    messages = logged(aws, "wait")
    assert messages[-3].endswith("Task timed out after 0.50 seconds")
    assert messages[-1].endswith("\tStatus: timeout")


def test_a_state_machine_runs_a_real_function(aws: LocalAws) -> None:
    deploy(aws, "fail")
    client = aws.client("stepfunctions")
    task = invoke(aws.function_arn("fail"))
    arn = aws.create_state_machine("machine", machine(Work=task))
    ended = wait_for_end(client, start_execution(client, arn, {}))
    assert "KeyError" == ended["error"]


def test_new_code_takes_the_place_of_the_old(aws: LocalAws, tmp_path: Path) -> None:
    for version in (1, 2):
        code = tmp_path / str(version)
        code.mkdir()
        (code / "shop.py").write_text(f"def handler(event, context):\n    return {version}\n")
        aws.deploy(FunctionConfig("shop", "shop.handler", code))
        assert version == call(aws, "shop")["Payload"]


def test_no_process_is_left_behind(tmp_path: Path) -> None:
    """Neither an idle one nor one in the middle of its work."""
    written = tmp_path / "pid"
    with LocalAws() as aws, ThreadPoolExecutor(2) as pool:
        deploy(aws, "wait")
        idle = max(pool.map(lambda _: call(aws, "wait", {"seconds": 0.5})["Payload"], range(2)))
        event = json.dumps({"seconds": 60, "pid_file": str(written)})
        aws.client("lambda").invoke(FunctionName="wait", InvocationType="Event", Payload=event)
        wait_until(
            lambda: written.exists() and written.read_text() != "", "the function did not begin"
        )
        busy = int(written.read_text())
    for pid in (idle, busy):
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def wait_until(condition: Callable[[], bool], failure: str) -> None:
    deadline = time.monotonic() + HANG_SECONDS
    while not condition():
        assert time.monotonic() < deadline, failure
        time.sleep(0.02)


def logged(aws: LocalAws, function: str) -> list[str]:
    events = aws.client("logs").filter_log_events(logGroupName=f"/aws/lambda/{function}")["events"]
    return [event["message"] for event in events]
