"""All checks, in the order in which their fixes make sense."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from boto3.session import Session

from functions.check_replication.targets import Misconfigured, target
from functions.notify.settings import SlackSettings, token_problem
from scripts import parameter_store, stacks
from scripts.account import Account
from scripts.arguments import members
from scripts.parameter_store import Stored
from scripts.preflight import logs, network, parameters
from scripts.preflight.outcome import Outcome, attempt, failed, not_made, passed
from scripts.preflight.slack import SlackCheck
from scripts.stacks import Stack, StackError

_CONFIGURE = "make configure CLUSTER=<cluster>"


@dataclass(frozen=True, slots=True)
class Subject:
    """What to check. `log_groups` and `iam_user` are what the stack allows, None if unknown."""

    path: str
    cluster: str | None = None
    subnets: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    log_groups: str | None = None
    iam_user: str | None = None

    @classmethod
    def of_stack(cls, stack: Stack, cluster: str | None) -> "Subject":
        return cls(
            path=f"{stack.parameters['SsmParameterPath']}/",
            cluster=cluster,
            subnets=tuple(members(stack.parameters.get("SubnetIds", ""))),
            groups=tuple(members(stack.parameters.get("SecurityGroupIds", ""))),
            log_groups=stack.parameters.get("DatabaseLogGroups"),
            iam_user=stack.parameters.get("DatabaseUser"),
        )


class Inspection:
    """The checks in one account and region; what does not answer is said to be unchecked."""

    def __init__(self, session: Session, account: Account, slack_url: str) -> None:
        self._session = session
        self._account = account
        self._slack_url = slack_url

    def of_stack(self, name: str, cluster: str | None) -> Iterator[Outcome]:
        """The stack, and all that its parameters point to."""
        try:
            stack = stacks.existing(self._session, name)
        except StackError as error:
            yield failed(str(error), f"make deploy STACK={name} BUCKET=…")
            return
        if obstacle := stacks.obstacle(stack):
            yield failed(obstacle, f"see its events: {_events(name)}")
        else:
            yield passed(f"the stack {name} is {stack.status}")
        yield from self.of_subject(Subject.of_stack(stack, cluster))

    def of_subject(self, subject: Subject) -> Iterator[Outcome]:
        yield from attempt("the parameters", partial(self._parameters, subject))
        yield from attempt(
            "the network", partial(network.check, subject.subnets, subject.groups, self._session)
        )

    def _parameters(self, subject: Subject) -> Iterator[Outcome]:
        stored = parameter_store.read(self._session, subject.path)
        yield from parameters.check(stored, subject.path, subject.cluster, subject.iam_user)
        yield from self._logs(stored, subject)
        yield from attempt("Slack", partial(self._slack, stored, subject))

    def _logs(self, stored: Mapping[str, Stored], subject: Subject) -> Iterator[Outcome]:
        for cluster, values in parameters.clusters(stored, subject.path).items():
            read = target(cluster, values, subject.path)
            if subject.cluster not in {None, cluster} or isinstance(read, Misconfigured):
                continue
            check = partial(logs.check, cluster, read.log_group, subject.log_groups)
            yield from attempt(
                f"{cluster}: the log group {read.log_group}",
                partial(check, self._account.id, self._session),
            )

    def _slack(self, stored: Mapping[str, Stored], subject: Subject) -> Iterator[Outcome]:
        token_parameter = f"{subject.path}slack/bot-token"
        channels = parameters.channels(stored, subject.path, subject.cluster)
        if token_parameter not in stored:
            yield not_made("Slack: the token", f"there is no parameter {token_parameter}")
            return
        answer = self._session.client("ssm").get_parameter(
            Name=token_parameter, WithDecryption=True
        )
        token = str(answer["Parameter"]["Value"]).strip()
        if (wrong := token_problem(token)) is not None:
            yield failed(f"Slack: the parameter {token_parameter} {wrong}", _CONFIGURE)
            return
        settings = SlackSettings(token, token_parameter, "", f"{subject.path}slack/channel-id")
        yield from SlackCheck(settings, channels, self._slack_url).outcomes()


def _events(stack: str) -> str:
    return f"aws cloudformation describe-stack-events --stack-name {stack}"
