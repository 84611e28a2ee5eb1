"""The whole monitor on a simulated clock; only what it sees of a cluster is made up.

The deployed definition in moto's interpreter, the real Notify in this process, DynamoDB, SSM and
SNS by moto, Slack's stand-in over HTTP.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from functions.incidents.monitor import decide_failed_check
from functions.notify.notification import Clients, send_notification
from functions.notify.receipts import Receipts
from local.deployment import RECEIPTS, deploy, functions, put_parameters
from local.incidents import forget_incidents, incidents
from sandbox.aws import FakeFunctions, LocalAws, SimulatedClock
from sandbox.aws.executions import start_execution
from sandbox.aws.killing import killed_after
from sandbox.logs.queries import QueryService
from sandbox.slack import Failure, Message, SlackServer, Workspace
from sandbox.slack.threads import Thread, threads
from sandbox.slack.web_api import METHODS
from tests.integration.incidents.world import CLUSTER, Outage, World

BAD_GATEWAY = Failure.server_error(502)
FOR_EVER = 10_000
MAIL = "e-mail"


@dataclass(frozen=True, slots=True)
class Heard:
    """A post, an update, a reply, a broadcast in Slack, or an e-mail by its subject; and when."""

    at: datetime
    kind: str
    text: str


class RecordedWorkspace(Workspace):
    """Keeps in `heard` all it got, oldest first."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        super().__init__(clock=lambda: now().timestamp())
        self.heard: list[Heard] = []
        self._now = now

    def post(self, draft: Message) -> Message:
        reply = "broadcast" if draft.is_broadcast else "reply"
        self._hear(reply if draft.thread_ts else "post", draft.text)
        return super().post(draft)

    def revise(self, message: Message) -> Message:
        self._hear("update", message.text)
        return super().revise(message)

    def forget(self) -> None:
        for message in self.everything():
            self.delete(message)
        self.heard.clear()

    def _hear(self, kind: str, text: str) -> None:
        self.heard.append(Heard(self._now(), kind, text))


@dataclass(frozen=True)
class Monitor:
    """Executes when `minute` is called; `machine` is the state machine as it is deployed."""

    aws: LocalAws
    clock: SimulatedClock
    queries: QueryService
    world: World
    workspace: RecordedWorkspace
    machine: str
    topic: str

    def minute(self, machine: str | None = None) -> str:
        """Start an execution and let a minute pass; its ARN. It may still be running then."""
        begun, mails = self.clock.now(), len(self.mails)
        arn = start_execution(self._states, machine or self.machine, {})
        self.clock.run(timedelta(minutes=1))
        heard = [Heard(begun, MAIL, str(subject)) for subject, _ in self.mails[mails:]]
        self.workspace.heard.extend(heard)
        return arn

    def start_over(self) -> None:
        """As if nothing had happened so far; the clock goes on."""
        forget_incidents(self.aws)
        self.world.forget()
        self.workspace.forget()
        self.slack_works()

    def minutes(self, number: int) -> list[str]:
        return [self.minute() for _ in range(number)]

    @property
    def mails(self) -> list[tuple[str, str]]:
        """Subject and text of what was published to the topic."""
        return self.aws.published(self.topic)

    @property
    def mailed(self) -> int:
        """How many e-mails were heard of."""
        return sum(heard.kind == MAIL for heard in self.workspace.heard)

    @property
    def incident(self) -> dict[str, Any]:
        """The item of the one cluster there is, empty if there is none."""
        return incidents(self.aws).get(CLUSTER, {})

    @property
    def threads(self) -> list[Thread]:
        return threads(self.workspace)

    def status(self, execution: str) -> str:
        return str(self._states.describe_execution(executionArn=execution)["status"])

    def is_quiet(self, execution: str) -> bool:
        """Whether it ended with nothing to notify: then it gives no list of what became of it."""
        output = self._states.describe_execution(executionArn=execution).get("output", "[]")
        return not isinstance(json.loads(output), list)

    def killed_after(self, state: str) -> str:
        """A state machine whose executions die as soon as they leave a state."""
        described = self._states.describe_state_machine(stateMachineArn=self.machine)
        definition = killed_after(json.loads(described["definition"]), state)
        return self.aws.create_state_machine(f"KilledAfter{state}", definition)

    def slack_fails(self, failure: Failure = BAD_GATEWAY) -> None:
        for method in METHODS:
            self.workspace.fail(method, failure, times=FOR_EVER)

    def slack_works(self) -> None:
        self.workspace.failures.clear()

    @property
    def _states(self) -> Any:
        return self.aws.client("stepfunctions")


@contextmanager
def start_monitor(start: datetime, outages: Iterable[Outage] = ()) -> Iterator[Monitor]:
    """The monitor of one cluster that suffers these outages; its clock stands at `start`."""
    clock = SimulatedClock(start)
    world = World(clock.now, outages)
    queries = QueryService(world.log, clock=lambda: clock.now().timestamp())
    workspace = RecordedWorkspace(clock.now)

    def notify(event: dict[str, Any]) -> dict[str, Any]:
        if "decide" in event:
            return decide_failed_check(event["decide"], clock.now())
        receipts = Receipts(aws.client("dynamodb"), RECEIPTS)
        around = Clients(aws.client("ssm"), receipts, slack.base_url)
        return send_notification(event, clock.now(), around)

    fakes = FakeFunctions({"CheckReplication": world.check, "Notify": notify})
    with SlackServer(workspace) as slack, LocalAws(fakes, queries, clock) as aws:
        channel = next(iter(workspace.channels))
        put_parameters(aws, {"slack/bot-token": workspace.token, "slack/channel-id": channel})
        machine = deploy(aws, functions({}))
        (topic,) = aws.client("sns").list_topics()["Topics"]
        yield Monitor(aws, clock, queries, world, workspace, machine, topic["TopicArn"])
