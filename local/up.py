"""`make local`: the stack stays up and takes commands until Ctrl-C. Development only."""

import json
import signal
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

from rich.console import Console, Group, RenderableType
from rich.markup import escape

from local.control import Command, CommandError, serve
from local.postgres.faults import FAULTS, Fault
from local.postgres.pair import Pair
from local.stack import CLUSTER, Stack, start_stack
from local.trace_table import trace_table
from sandbox.aws.executions import ExecutionStillRunningError
from sandbox.postgres.waiting import DeadlinePassedError

_WIDTH: Final = 110


def run(console: Console) -> None:
    """Start the stack, say how to use it, and stop it when interrupted."""
    with tempfile.TemporaryDirectory(prefix="local-") as directory:
        try:
            with (
                start_stack(
                    Path(directory), announce=lambda what: console.print(f"{what} …")
                ) as stack,
                serve(_commands(stack)),
            ):
                console.print(_usage(stack))
                signal.pause()
        except KeyboardInterrupt:
            console.print("stopping …")
    console.print("stopped")


def _commands(stack: Stack) -> dict[str, Command]:
    return {
        "break": lambda name: _on_pair(name, "broken", lambda fault: fault.break_, stack.pair),
        "fix": lambda name: _on_pair(name, "fixed", lambda fault: fault.fix, stack.pair),
        "run": lambda input_: _run(stack, input_),
    }


def _on_pair(
    name: str, done: str, choose: Callable[[Fault], Callable[[Pair], None]], pair: Pair
) -> str:
    fault = FAULTS.get(name)
    if fault is None:
        raise CommandError(f"there is no fault {name!r}, only: {', '.join(FAULTS)}")
    try:
        choose(fault)(pair)
    except DeadlinePassedError as error:
        raise CommandError(str(error)) from error
    return f"{done}: {fault.name} ({fault.description} The cause to expect: {fault.cause})"


def _run(stack: Stack, input_: str) -> str:
    """Execute once; the states it went through and the threads with news in them, with colours."""
    before = stack.threads()
    try:
        arn = stack.start(json.loads(input_ or "{}"))
    except json.JSONDecodeError as error:
        raise CommandError(f"the input is not JSON: {error}") from error
    try:
        execution = stack.finished(arn)
    except ExecutionStillRunningError as error:
        raise CommandError(str(error)) from error
    news = [thread.drawn() for thread in stack.threads() if thread not in before]
    return _rendered(
        trace_table(execution.visits),
        f"[bold]{execution.status}[/] {escape(execution.problem)}",
        *news,
        "" if news else "Nothing new was posted to Slack.",
    )


def _rendered(*parts: RenderableType) -> str:
    console = Console(width=_WIDTH, force_terminal=True)
    with console.capture() as capture:
        console.print(Group(*parts))
    return capture.get()


def _usage(stack: Stack) -> Group:
    machine = stack.state_machine
    lines = {
        "AWS": f"{stack.aws.endpoint_url}  (region {stack.aws.region}, any credentials)",
        "state machine": machine,
        "Slack": f"{stack.slack.base_url}  (posted: {stack.slack.workspace.url}/_control/messages)",
        "subscriber": f"{stack.pair.subscriber.host}:{stack.pair.subscriber.port}, the cluster "
        f"{CLUSTER}; log {stack.pair.subscriber.log_path}",
        "publisher": f"{stack.pair.publisher.host}:{stack.pair.publisher.port}",
    }
    return Group(
        "",
        *(f"[bold]{name:<14}[/] {escape(text)}" for name, text in lines.items()),
        "\nIn another terminal, in this folder:",
        "  .venv/bin/python -m local run                          start an execution, see it end",
        "  .venv/bin/python -m local run '{\"force_notify\": true}'  a drill",
        "  .venv/bin/python -m local break conflict               and fix conflict",
        "  What cannot be checked is reported by the second execution in a row, else by the first.",
        f"  faults: {', '.join(FAULTS)}",
        f"  aws --endpoint-url {stack.aws.endpoint_url} stepfunctions start-execution "
        f"--state-machine-arn {machine}",
        "\nCtrl-C stops everything.",
    )
