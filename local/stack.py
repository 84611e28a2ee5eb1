"""The whole local stack: a pair of servers, AWS with the monitor deployed, Slack. Development only.

The subscriber is the cluster `sample-cluster`; the monitor reaches both servers by TLS, verified
in full.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from functions.check_replication.targets import side_of
from local.deployment import PARAMETER_PATH, deploy, functions, put_parameters
from local.incidents import forget_incidents, incidents
from local.postgres.pair import DATABASE, MONITOR, MONITOR_PASSWORD, Pair, start_pair
from sandbox.aws import Clock, LocalAws
from sandbox.aws.executions import StateVisit, start_execution, trace, wait_for_end
from sandbox.aws.lambda_runtime import FunctionConfig
from sandbox.logs.moto_events import MotoEvents
from sandbox.logs.queries import QueryService
from sandbox.logs.shipper import Shipper, cluster_log_group, instance_log_stream
from sandbox.patience import HANG_SECONDS
from sandbox.postgres.certificates import CertificateAuthority
from sandbox.postgres.tls import TlsFront
from sandbox.slack import Channel, SlackServer, Workspace
from sandbox.slack.threads import Thread, threads
from sandbox.slack.workspace import BOT_TOKEN

CLUSTER: Final = "sample-cluster"
HOST: Final = "localhost"

_APP: Final = "Replication Monitor"
_CHANNEL: Final = Channel("C0LOCAL0001", "replication-alerts")

_PATH: Final = f"{PARAMETER_PATH}{CLUSTER}/"


@dataclass(frozen=True, slots=True)
class Execution:
    """An execution that has ended; `problem` its error and cause, `output` JSON; empty if none."""

    arn: str
    status: str
    output: str
    problem: str
    visits: list[StateVisit]


@dataclass(frozen=True, slots=True)
class Stack:
    pair: Pair
    aws: LocalAws
    slack: SlackServer
    queries: QueryService
    shipper: Shipper
    state_machine: str
    functions: Mapping[str, FunctionConfig]

    @property
    def channel(self) -> str:
        """The id of the one Slack channel there is."""
        return next(iter(self.slack.workspace.channels))

    def threads(self) -> list[Thread]:
        """What is in Slack."""
        return threads(self.slack.workspace)

    def incidents(self) -> dict[str, dict[str, Any]]:
        """What the state machine keeps, by cluster."""
        return incidents(self.aws)

    def suspects(self) -> bool:
        """Whether an execution could not check a cluster and left it to the next one to report."""
        return any("unknown_runs" in incident for incident in self.incidents().values())

    def forget_incidents(self) -> None:
        """The next alert is that of a new incident, whatever was reported before."""
        forget_incidents(self.aws)

    def start(self, input_: Any = MappingProxyType({})) -> str:  # noqa: ANN401  any JSON is an input
        """Start an execution; its ARN."""
        document = dict(input_) if isinstance(input_, Mapping) else input_
        return start_execution(self.aws.client("stepfunctions"), self.state_machine, document)

    def finished(self, arn: str, timeout: float = HANG_SECONDS) -> Execution:
        """Wait for its end. Raises `ExecutionStillRunningError` after `timeout` seconds."""
        client = self.aws.client("stepfunctions")
        description = wait_for_end(client, arn, timeout)
        return Execution(
            arn=arn,
            status=description["status"],
            output=description.get("output", ""),
            problem=f"{description.get('error', '')} {description.get('cause', '')}".strip(),
            visits=trace(client, arn),
        )

    def running(self, arn: str) -> bool:
        description = self.aws.client("stepfunctions").describe_execution(executionArn=arn)
        return bool(description["status"] == "RUNNING")

    def visits(self, arn: str) -> list[StateVisit]:
        """The states an execution has been in so far."""
        return trace(self.aws.client("stepfunctions"), arn)

    def put_parameters(self, values: Mapping[str, str]) -> None:
        """Change parameters of the sample cluster, by their names below its path."""
        put_parameters(self.aws, {f"{CLUSTER}/{name}": value for name, value in values.items()})

    def parameters(self) -> dict[str, str]:
        """The sample cluster's parameters, by their names below its path, decrypted."""
        pages = self.aws.client("ssm").get_paginator("get_parameters_by_path")
        return {
            parameter["Name"].removeprefix(_PATH): parameter["Value"]
            for page in pages.paginate(Path=_PATH, Recursive=True, WithDecryption=True)
            for parameter in page["Parameters"]
        }

    @contextmanager
    def other_parameters(
        self, values: Mapping[str, str], *, without_publisher: bool = False
    ) -> Iterator[None]:
        """Change parameters as `put_parameters` does, and put them back at the end.

        Those of the publisher can be left out.
        """
        before = self.parameters()
        hidden = {name for name in before if without_publisher and side_of(name)} - values.keys()
        self._delete_parameters(hidden)
        self.put_parameters(values)
        try:
            yield
        finally:
            self.put_parameters(
                {name: before[name] for name in {*values, *hidden} if name in before}
            )
            self._delete_parameters(values.keys() - before.keys())

    def _delete_parameters(self, names: Iterable[str]) -> None:
        for name in names:
            self.aws.client("ssm").delete_parameter(Name=f"{_PATH}{name}")


@contextmanager
def start_stack(
    directory: Path,
    version: str = "18",
    settings: Mapping[str, str] = MappingProxyType({}),
    announce: Callable[[str], None] = lambda _: None,
    clock: Clock | None = None,
) -> Iterator[Stack]:
    """Start everything, and stop it at the end; `announce` gets what is being done.

    `clock` runs the state machine's waits and retries, in real time by default.

    `version` is the major version of both servers, `settings` go into their postgresql.conf;
    `directory` takes logs and certificates.
    """
    with ExitStack() as stack:
        announce(f"starting two PostgreSQL {version} servers and their replication")
        pair = stack.enter_context(start_pair(directory, version, version, settings))
        announce("starting AWS and Slack stand-ins")
        authority = CertificateAuthority(directory)
        certificate = authority.issue(HOST)
        subscriber = stack.enter_context(TlsFront(pair.subscriber.port, certificate))
        publisher = stack.enter_context(TlsFront(pair.publisher.port, certificate))
        queries = QueryService(MotoEvents(LocalAws.account, LocalAws.region))
        aws = stack.enter_context(LocalAws(queries=queries, clock=clock))
        slack = stack.enter_context(SlackServer(Workspace(app=_APP, channels=[_CHANNEL])))
        shipper = stack.enter_context(_shipper(aws, pair))
        announce("deploying the monitor")
        put_parameters(aws, _database_parameters(subscriber))
        put_parameters(aws, _database_parameters(publisher, "publisher/"))
        put_parameters(aws, _slack_parameters(slack))
        deployed = functions(
            {
                "SLACK_BASE_URL": slack.base_url,
                "SSL_CERT_FILE": str(authority.certificate_path),
            }
        )
        state_machine = deploy(aws, deployed)
        yield Stack(pair, aws, slack, queries, shipper, state_machine, deployed)


def _shipper(aws: LocalAws, pair: Pair) -> Shipper:
    return Shipper(
        pair.subscriber.log_path,
        cluster_log_group(CLUSTER),
        instance_log_stream(f"{CLUSTER}-instance-1"),
        aws.client("logs"),
    )


def _database_parameters(front: TlsFront, prefix: str = "") -> dict[str, str]:
    values = {
        "hostname": HOST,
        "port": str(front.port),
        "username": MONITOR,
        "dbname": DATABASE,
        "password": MONITOR_PASSWORD,
    }
    return {f"{CLUSTER}/{prefix}{name}": value for name, value in values.items()}


def _slack_parameters(slack: SlackServer) -> dict[str, str]:
    channel = next(iter(slack.workspace.channels))
    return {"slack/bot-token": BOT_TOKEN, "slack/channel-id": channel}
