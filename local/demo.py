"""The main job from start to finish, on real servers, step by step. Development only.

One outage from its first sign to its end, in one Slack thread. Every step says what it expects;
the demo fails at the first that comes out otherwise.
"""

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.markup import escape
from rich.rule import Rule

from functions.catalogue import CATALOGUE
from local.postgres.faults import FAULTS, Fault
from local.stack import Execution, Stack, start_stack
from local.trace_table import lambdas_during_poll, trace_table
from sandbox.slack.render import message
from sandbox.slack.threads import Thread

_FIRST: Final = FAULTS["conflict"]
_SECOND: Final = FAULTS["table_not_refreshed"]
_POLL_SECONDS: Final = 0.2
_BETWEEN_EXECUTIONS_SECONDS: Final = 10
_MOST_EXECUTIONS_UNTIL_OVER: Final = 6
"""A failure is over when it has been quiet for twice as long as it ever was between two errors."""


class UnexpectedError(Exception):
    """A step of the demo did not come out as it was said to."""


def run(console: Console) -> None:
    """Play the whole story. Raises `UnexpectedError`, and whatever a part of the stack raises."""
    started = time.monotonic()
    steps = Steps(console)
    with tempfile.TemporaryDirectory(prefix="demo-") as directory:
        steps.begin("Start: publisher, subscriber, AWS, Slack")
        with start_stack(
            Path(directory), announce=lambda what: console.print(f"  {what} …")
        ) as stack:
            demo = Demo(stack, steps)
            demo.find_all_well("All is well: an execution finds nothing to notify")
            demo.break_it("Break it: a real key conflict", _FIRST)
            demo.open_incident("An execution notices, asks the log and notifies Slack")
            demo.find_nothing_new("Still broken: the next execution has nothing new to notify")
            demo.break_it("Break something else on top", _SECOND)
            demo.report_change("An execution reports what changed, in the same thread")
            demo.fix_all("Fix both")
            demo.report_recovery("An execution reports the recovery, and the message turns green")
            demo.find_all_well("All is well again, and no incident is open")
            steps.begin("Stop")
    steps.done(f"everything stopped; {time.monotonic() - started:.0f} s in all")


class Steps:
    """Numbered headings on the terminal, and below each what came of it."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self._numbers = count(1)

    def begin(self, title: str) -> None:
        self.console.print(Rule(f"{next(self._numbers)}  {title}", align="left"))

    def expect(self, what: str, expected: object, actual: object) -> None:
        if expected != actual:
            raise UnexpectedError(f"{what}: expected {expected!r}, but saw {actual!r}")
        self.done(what)

    def expect_text(self, what: str, part: str, text: str) -> None:
        if part not in text:
            raise UnexpectedError(f"{what}: expected {part!r} in {text!r}")
        self.done(what)

    def done(self, what: str) -> None:
        self.console.print(f"[green]✔[/] {escape(what)}")


class Demo:
    """The steps, each on the same running stack."""

    def __init__(self, stack: Stack, steps: Steps) -> None:
        self._stack = stack
        self._steps = steps
        self._console = steps.console

    def find_all_well(self, title: str) -> None:
        self._steps.begin(title)
        with self._nothing_posted():
            execution = self._execute()
        path = ["ReadIncidents", "CheckReplication", "Remember", "AnythingToNotify", "Healthy"]
        self._steps.expect("it ends in Healthy, after five states", path, _path(execution))
        open_ = [
            incident
            for incident in self._stack.incidents().values()
            if incident["status"] == "open"
        ]
        self._steps.expect("no incident is open", [], open_)

    def break_it(self, title: str, fault: Fault) -> None:
        self._steps.begin(title)
        self._console.print(f"  {fault.description}")
        with self._console.status("waiting for the damage"):
            fault.break_(self._stack.pair)
            self._stack.shipper.flush()
        self._steps.done("the damage is done, and the log is in CloudWatch")

    def open_incident(self, title: str) -> None:
        self._steps.begin(title)
        execution = self._execute()
        self._expect_no_lambda_while_polling(execution)
        thread = self._only_thread()
        self._console.print(thread.drawn())
        files = [file.name for reply in thread.replies for file in reply.files]
        self._steps.expect("one message is posted, and it is red", "🔴", thread.first.text[:1])
        self._steps.expect("errors.json is in its thread", ["errors.json"], files)
        notification = thread.first.text
        self._steps.expect_text("a phone shows the subscription", "orders_sub", notification)
        self._steps.expect_text("and the cause", _headline(_FIRST), notification)
        self._steps.expect("text of the log pings nobody", [], self._stack.slack.workspace.pings())

    def find_nothing_new(self, title: str) -> None:
        self._steps.begin(title)
        with self._nothing_posted():
            execution = self._execute()
        self._steps.expect("it ends in NothingNew", "NothingNew", _path(execution)[-1])

    def report_change(self, title: str) -> None:
        self._steps.begin(title)
        before = len(self._only_thread().replies)
        self._execute()
        thread = self._only_thread()
        news = thread.replies[before:]
        for reply in news:
            self._console.print(message(reply), "")
        self._steps.expect_text("the first message names both", "and 1 more", thread.first.text)
        self._steps.expect_text("a reply names what is new", _headline(_SECOND), news[0].text)

    def fix_all(self, title: str) -> None:
        self._steps.begin(title)
        with self._console.status("waiting until replication has caught up"):
            for fault in (_FIRST, _SECOND):
                fault.fix(self._stack.pair)
        self._steps.done("the subscriber has every order of the publisher")

    def report_recovery(self, title: str) -> None:
        self._steps.begin(title)
        self._execute()
        for _ in range(_MOST_EXECUTIONS_UNTIL_OVER):
            if self._only_thread().first.text[:1] == "🟢":
                break
            self._steps.done("it has not been quiet for long enough to be called over")
            with self._console.status("waiting for the next execution"):
                time.sleep(_BETWEEN_EXECUTIONS_SECONDS)
            self._execute()
        thread = self._only_thread()
        self._console.print(thread.drawn())
        sign, last = thread.first.text[:1], thread.replies[-1].text
        self._steps.expect("it is still one message, and now it is green", "🟢", sign)
        self._steps.expect_text("the last reply reports the recovery", "Recovered after", last)

    def _only_thread(self) -> Thread:
        found = self._stack.threads()
        if len(found) != 1:
            raise UnexpectedError(f"one message was expected in the channel, not {len(found)}")
        return found[0]

    def _execute(self) -> Execution:
        """Start an execution, show the state it is in while it runs, and where it has been."""
        arn = self._stack.start()
        with self._console.status("the execution begins") as status:
            while not (visits := self._stack.visits(arn)) or self._stack.running(arn):
                status.update(
                    f"the execution is in {visits[-1].name if visits else 'no state yet'}"
                )
                time.sleep(_POLL_SECONDS)
        execution = self._stack.finished(arn)
        self._console.print(trace_table(execution.visits))
        self._steps.expect("the execution succeeds", "SUCCEEDED", execution.status)
        return execution

    @contextmanager
    def _nothing_posted(self) -> Iterator[None]:
        before = self._stack.threads()
        yield
        self._steps.expect("nothing is posted to Slack", before, self._stack.threads())

    def _expect_no_lambda_while_polling(self, execution: Execution) -> None:
        polled = lambdas_during_poll(execution.visits, self._stack.aws.functions.invocations)
        if polled is None:
            raise UnexpectedError("the log query was not polled")
        begin, end, running = polled
        seconds = f"{(end - begin).total_seconds():.1f} s"
        self._steps.expect(f"no Lambda runs while the log query does ({seconds})", [], running)


def _path(execution: Execution) -> list[str]:
    return [visit.name for visit in execution.visits]


def _headline(fault: Fault) -> str:
    return CATALOGUE[str(fault.cause)].headline
