"""AWS on this machine: moto, adapters, functions, log queries on one URL. Development only."""

import json
import logging
import os
from collections.abc import Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from operator import attrgetter
from typing import Any, Final, Self

from moto.core import DEFAULT_ACCOUNT_ID
from moto.core.config import default_user_config
from moto.moto_api._internal.models import moto_api_backend
from moto.sns.models import sns_backends

from sandbox.aws import cloudformation, moto_adapters
from sandbox.aws.boto_clients import ACCESS_KEY, BotoClients
from sandbox.aws.executions import stop_execution
from sandbox.aws.functions import Functions
from sandbox.aws.gateway import Gateway, Queries
from sandbox.aws.lambda_runtime import (
    FunctionConfig,
    LambdaRuntime,
    LogEvent,
    UploadedFunctions,
)
from sandbox.aws.moto_adapters import Clock

logging.getLogger("moto").addHandler(logging.NullHandler())

REGION: Final = "eu-west-1"
ACCOUNT: Final = DEFAULT_ACCOUNT_ID
_ROLE: Final = f"arn:aws:iam::{ACCOUNT}:role/local"


class LocalAws:
    """All of AWS that is emulated, on one free port of 127.0.0.1, inside a `with` block.

    It starts empty and leaves nothing behind. Without `functions`, those that are deployed run in
    processes of their own, `uploaded` being those made by Lambda's API; with them, nothing else can
    be invoked. Without `queries`, Logs Insights is moto's own. `without` names adapters to leave
    out, for tests that show why they are there. One at a time in a process: moto keeps its state in
    the process, and so does the address on which its interpreter finds AWS.
    """

    region = REGION
    account = ACCOUNT

    def __init__(
        self,
        functions: Functions | None = None,
        queries: Queries | None = None,
        clock: Clock | None = None,
        without: Collection[str] = (),
    ) -> None:
        self.clock = clock or Clock()
        self._without = without
        self.gateway = Gateway(queries)
        self._clients = BotoClients(self.endpoint_url)
        self._runtime = LambdaRuntime(REGION, ACCOUNT, self.endpoint_url, self._put_log_events)
        self.uploaded = UploadedFunctions(self._runtime, REGION, ACCOUNT)
        self.gateway.functions = functions or self.uploaded
        self._stack = ExitStack()

    @property
    def functions(self) -> Functions:
        return self.gateway.functions

    @property
    def endpoint_url(self) -> str:
        return self.gateway.url

    def __enter__(self) -> Self:
        moto_api_backend.reset()
        with ExitStack() as stack:
            stack.callback(moto_api_backend.reset)
            stack.enter_context(self.gateway)
            stack.enter_context(_interpreter_on(self.gateway.port))
            stack.enter_context(moto_adapters.install(self.endpoint_url, self.clock, self._without))
            stack.enter_context(cloudformation.install(self._clients))
            stack.callback(self._clients.close)
            stack.callback(self.uploaded.close)
            stack.callback(self._stop_executions)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def client(self, service: str, caller: str = ACCESS_KEY) -> Any:  # noqa: ANN401  as `BotoClients.client`
        """The boto3 client of `service`, one per service and caller; closed with this object."""
        return self._clients.client(service, self.region, caller)

    def deploy(self, function: FunctionConfig) -> str:
        """Make a function known to the runtime that runs real processes, and give its ARN."""
        return self._runtime.deploy(function)

    def function_arn(self, name: str) -> str:
        return f"arn:aws:lambda:{self.region}:{self.account}:function:{name}"

    def create_state_machine(self, name: str, definition: Mapping[str, Any] | str) -> str:
        """Create a state machine of type STANDARD and return its ARN."""
        text = definition if isinstance(definition, str) else json.dumps(definition)
        created = self.client("stepfunctions").create_state_machine(
            name=name, definition=text, roleArn=_ROLE
        )
        return str(created["stateMachineArn"])

    def create_table(self, name: str, key: str, ttl_attribute: str) -> None:
        """A DynamoDB table on demand whose key is a string."""
        dynamodb = self.client("dynamodb")
        dynamodb.create_table(
            TableName=name,
            KeySchema=[{"AttributeName": key, "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        ttl = {"Enabled": True, "AttributeName": ttl_attribute}
        dynamodb.update_time_to_live(TableName=name, TimeToLiveSpecification=ttl)

    def create_topic(self, name: str) -> str:
        """An SNS topic; its ARN."""
        return str(self.client("sns").create_topic(Name=name)["TopicArn"])

    def published(self, topic_arn: str) -> list[tuple[str, str]]:
        """Subject (empty if there is none) and message of what a topic got, in order."""
        topic = sns_backends[self.account][self.region].topics[topic_arn]
        return [(subject or "", message) for _, message, subject, *_ in topic.sent_notifications]

    def _stop_executions(self) -> None:
        states = self.client("stepfunctions")
        for machine in states.list_state_machines()["stateMachines"]:
            arn = machine["stateMachineArn"]
            running = states.list_executions(stateMachineArn=arn, statusFilter="RUNNING")
            for execution in running["executions"]:
                stop_execution(states, execution["executionArn"])

    def _put_log_events(self, group: str, stream: str, events: list[LogEvent]) -> None:
        logs = self.client("logs")
        with suppress(logs.exceptions.ResourceAlreadyExistsException):
            logs.create_log_group(logGroupName=group)
        with suppress(logs.exceptions.ResourceAlreadyExistsException):
            logs.create_log_stream(logGroupName=group, logStreamName=stream)
        logs.put_log_events(
            logGroupName=group,
            logStreamName=stream,
            logEvents=[
                {"timestamp": e.timestamp, "message": e.message}
                for e in sorted(events, key=attrgetter("timestamp"))
            ],
        )


@contextmanager
def _interpreter_on(port: int) -> Iterator[None]:
    """Make moto execute state machines, and find AWS on `port`."""
    settings = default_user_config["stepfunctions"]
    executes, moto_port = settings["execute_state_machine"], os.environ.get("MOTO_PORT")
    settings["execute_state_machine"] = True
    os.environ["MOTO_PORT"] = str(port)
    try:
        yield
    finally:
        settings["execute_state_machine"] = executes
        if moto_port is None:
            del os.environ["MOTO_PORT"]
        else:
            os.environ["MOTO_PORT"] = moto_port
