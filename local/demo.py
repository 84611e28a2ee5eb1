"""The main job from start to finish, on real servers, told step by step. Development only.

Every step says what it expects; the demo fails at the first that comes out otherwise.
"""

import tempfile
import time
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.markup import escape
from rich.rule import Rule

from local.postgres.faults import FAULTS
from local.slack.render import conversation
from local.slack.workspace import Message
from local.stack import Execution, Stack, start_stack
from local.trace_table import lambdas_during_poll, trace_table

_HEALTHY: Final = ["CheckReplication", "AnythingToSay", "Healthy"]
_LOOK_SECONDS: Final = 0.2


class UnexpectedError(Exception):
    """A step of the demo did not come out as it was said to."""


def run(console: Console) -> None:
    """Play the whole story. Raises `UnexpectedError`, and whatever a part of the stack raises."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="demo-") as directory:
        console.print(Rule("1  Start: publisher, subscriber, AWS, Slack", align="left"))
        with start_stack(Path(directory), tell=lambda what: console.print(f"  {what} …")) as stack:
            demo = Demo(stack, console)
            demo.find_all_well("2  All is well: an execution finds nothing to say")
            demo.break_it()
            demo.alert()
            demo.show_slack()
            demo.mend_it()
            demo.find_all_well("6  All is well again")
            console.print(Rule("7  Stop", align="left"))
    console.print(f"[green]✔[/] everything stopped; {time.monotonic() - started:.0f} s in all")


class Demo:
    """The steps, each on the same running stack."""

    def __init__(self, stack: Stack, console: Console) -> None:
        self._stack = stack
        self._console = console
        self._fault = FAULTS["conflict"]

    @property
    def messages(self) -> list[Message]:
        return self._stack.slack.workspace.messages(self._stack.channel)

    def find_all_well(self, title: str) -> None:
        before = len(self.messages)
        self._console.print(Rule(title, align="left"))
        execution = self._execute()
        path = [visit.name for visit in execution.visits]
        self._expect("the execution succeeds", "SUCCEEDED", execution.status)
        self._expect("it ends in Healthy, after three states", _HEALTHY, path)
        self._expect("Slack hears nothing", before, len(self.messages))

    def break_it(self) -> None:
        self._console.print(Rule("3  Break it: a real key conflict", align="left"))
        self._console.print(f"  {self._fault.description}")
        with self._console.status("waiting for the apply worker to fail"):
            self._fault.break_(self._stack.pair)
        self._done("the apply worker fails, restarts and fails again")

    def alert(self) -> None:
        self._console.print(
            Rule("4  An execution notices, asks the log and tells Slack", align="left")
        )
        execution = self._execute()
        self._expect("the execution succeeds", "SUCCEEDED", execution.status)
        polled = lambdas_during_poll(execution.visits, self._stack.aws.functions.invocations)
        if polled is None:
            raise UnexpectedError("the log query was not polled")
        begin, end, running = polled
        seconds = (end - begin).total_seconds()
        self._expect(f"no Lambda runs while the log query does ({seconds:.1f} s)", [], running)
        self._expect("one message is posted", 1, len(self.messages))

    def show_slack(self) -> None:
        workspace, (message,) = self._stack.slack.workspace, self.messages
        thread = workspace.thread(message.channel, message.ts)
        name = workspace.channels[message.channel].name
        self._console.print(conversation(name, message, thread))
        files = [file.name for reply in thread for file in reply.files]
        self._expect("errors.json is in its thread", ["errors.json"], files)
        named = "orders_sub" if "orders_sub" in message.text else message.text
        self._expect("a phone's notification names the subscription", "orders_sub", named)
        self._expect("text of the log pings nobody", [], workspace.pings())

    def mend_it(self) -> None:
        self._console.print(Rule("5  Mend it: delete the local row", align="left"))
        with self._console.status("waiting until replication has caught up"):
            self._fault.mend(self._stack.pair)
        self._done("the subscriber has every order of the publisher")

    def _execute(self) -> Execution:
        """Start an execution, tell the state it is in while it runs, show where it has been."""
        arn = self._stack.start()
        with self._console.status("the execution begins") as status:
            while not (visits := self._stack.visits(arn)) or self._stack.running(arn):
                status.update(
                    f"the execution is in {visits[-1].name if visits else 'no state yet'}"
                )
                time.sleep(_LOOK_SECONDS)
        execution = self._stack.finished(arn)
        self._console.print(trace_table(execution.visits))
        return execution

    def _expect(self, what: str, expected: object, actual: object) -> None:
        if expected != actual:
            raise UnexpectedError(f"{what}: expected {expected!r}, but saw {actual!r}")
        self._done(what)

    def _done(self, what: str) -> None:
        self._console.print(f"[green]✔[/] {escape(what)}")
