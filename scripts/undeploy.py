"""Removes a stack and says what stays behind: `python -m scripts.undeploy STACK=… [YES=1]`."""

import json
import re
import shlex
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from boto3.session import Session
from botocore.exceptions import WaiterError
from rich.console import Console

from scripts import parameter_store, stacks
from scripts.account import identity, open_session
from scripts.arguments import is_yes, required
from scripts.deploy.deployment import upload_prefix
from scripts.errors import SetupError
from scripts.program import run, working
from scripts.stacks import Stack

KNOWN: Final = frozenset({"STACK", "REGION", "YES"})

_LOG_GROUPS: Final = (
    "/aws/lambda/{}-CheckReplication",
    "/aws/lambda/{}-Notify",
    "/aws/vendedlogs/states/{}-ReplicationMonitor",
)
_NAMES_A_CALL: Final = 10
"""SSM API, DeleteParameters: most names in one call."""


class NotDeletedError(SetupError):
    """The stack is still there; the message says why."""


@dataclass(frozen=True, slots=True)
class Leftovers:
    """What does not belong to the stack and stays: SSM parameters, uploads, late log groups."""

    stack: str
    region: str
    parameters: Sequence[str] = ()
    bucket: str | None = None
    log_groups: Sequence[str] = ()

    def lines(self) -> Iterator[str]:
        """What there is and how it is removed, commands ready to paste."""
        if self.parameters:
            yield "The parameters, of which another stack may make use:"
            for start in range(0, len(self.parameters), _NAMES_A_CALL):
                names = self.parameters[start : start + _NAMES_A_CALL]
                yield self._command("ssm", "delete-parameters", "--names", *names)
        if self.bucket:
            yield f"The bucket {self.bucket}, with what was uploaded for this stack:"
            place = f"s3://{self.bucket}/{upload_prefix(self.stack)}"
            yield self._command("s3", "rm", "--recursive", place)
        for group in self.log_groups:
            yield f"The log group {group}, written to while the stack went:"
            yield self._command("logs", "delete-log-group", "--log-group-name", group)
        yield "The role in each database:"
        yield "  psql -v role=<its name> -f database/monitoring_role_drop.sql"
        yield "The Slack app: delete it at https://api.slack.com/apps"

    def _command(self, *words: str) -> str:
        return "  " + shlex.join(["aws", *words, "--region", self.region])


def undeploy(name: str, session: Session, console: Console, *, confirmed: bool) -> None:
    """Delete the stack, wait for its end and print what it leaves. Raises `SetupError`."""
    stack = stacks.existing(session, name)
    console.print(f"Stack {name} in {identity(session)}: functions, incidents, alarms, schedule")
    if not confirmed:
        _confirm(name)
    bucket = _bucket(stack, session)
    with working(console, f"Deleting {name}; a function in a VPC can take half an hour"):
        _delete(stack, session)
    console.print(f"✔ {name} is deleted. What it leaves:")
    for line in _leftovers(stack, bucket, session).lines():
        console.print(line)


def bucket_of(template: str, stack: str) -> str | None:
    """The bucket that a deployed template takes its code from; None if it names none of ours."""
    found = re.search(rf"s3://([^/\"]+)/{re.escape(upload_prefix(stack))}", template)
    return found[1] if found else None


def _confirm(name: str) -> None:
    if not sys.stdin.isatty():
        raise NotDeletedError("there is no terminal to ask on: add YES=1 to delete without asking")
    try:
        typed = input("Type the stack's name to delete it: ").strip()
    except EOFError:
        typed = ""
    if typed != name:
        raise NotDeletedError("that is another name: nothing was deleted")


def _bucket(stack: Stack, session: Session) -> str | None:
    answer = session.client("cloudformation").get_template(
        StackName=stack.id, TemplateStage="Original"
    )
    body: object = answer["TemplateBody"]
    return bucket_of(body if isinstance(body, str) else json.dumps(body), stack.name)


def _delete(stack: Stack, session: Session) -> None:
    client = session.client("cloudformation")
    client.delete_stack(StackName=stack.id)
    try:
        # by its id, because a deleted stack has no name any more
        client.get_waiter("stack_delete_complete").wait(StackName=stack.id)
    except WaiterError as error:
        listed = "".join(f"\n  - {failure}" for failure in stacks.failures(session, stack.id))
        raise NotDeletedError(f"{stack.name} could not be deleted: {error}{listed}") from error


def _leftovers(stack: Stack, bucket: str | None, session: Session) -> Leftovers:
    path = f"{stack.parameters['SsmParameterPath']}/"
    groups = [group.format(stack.name) for group in _LOG_GROUPS]
    return Leftovers(
        stack=stack.name,
        region=session.region_name,
        parameters=sorted(parameter_store.read(session, path)),
        bucket=bucket,
        log_groups=[group for group in groups if _exists(group, session)],
    )


def _exists(group: str, session: Session) -> bool:
    answer = session.client("logs").describe_log_groups(logGroupNamePrefix=group)
    return any(found["logGroupName"] == group for found in answer["logGroups"])


def main(given: Mapping[str, str], console: Console) -> int:
    (stack,) = required(given, "STACK")
    undeploy(stack, open_session(given), console, confirmed=is_yes(given, "YES"))
    return 0


if __name__ == "__main__":
    sys.exit(run("undeploy", KNOWN, main))
