"""The way from a request to a stack."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from boto3.session import Session
from rich.console import Console

from scripts import stacks
from scripts.account import Account, identity
from scripts.deploy.aws_cli import AwsCli, AwsCliError
from scripts.deploy.checks import check
from scripts.deploy.request import Request
from scripts.errors import SetupError
from scripts.package import PackagingError
from scripts.program import working

CAPABILITY: Final = "CAPABILITY_IAM"
"""The template has roles and names none of them. CAPABILITY_AUTO_EXPAND is for macros without a
change set; `aws cloudformation deploy` makes one."""

Build = Callable[[], Path]
"""Fills a directory with sam.json and what it refers to, and gives its path."""


class DeploymentError(SetupError):
    """CloudFormation did not do it; the message has the reasons of the resources that failed."""


def deploy(request: Request, session: Session, build: Build, console: Console) -> None:
    """Check, build, upload, deploy, and print the outputs.

    Raises `SetupError` and botocore's errors; before the upload nothing has been changed.
    """
    account, cli = identity(session), AwsCli(session.region_name)
    console.print(f"Stack {request.stack} in {account}")
    with working(console, "Checking bucket, network and stack"):
        check(request, account, session)
    with working(console, "Building the package"):
        directory = _built(build)
    with working(console, f"Uploading to s3://{request.bucket}/{upload_prefix(request.stack)}"):
        template = _upload(request, directory, cli)
    with working(console, "Deploying, which takes CloudFormation some minutes"):
        _deploy(request, template, session, cli)
    _announce(request, account, session, console)


def upload_prefix(stack: str) -> str:
    """Where in the bucket a stack's uploads are; nothing else is below it."""
    return f"logical-replication-monitor/{stack}/"


def _built(build: Build) -> Path:
    try:
        return build()
    except PackagingError as error:
        raise DeploymentError(f"{error}; nothing was uploaded") from error


def _upload(request: Request, directory: Path, cli: AwsCli) -> Path:
    """The template that names what was uploaded."""
    template = directory / "deployed.json"
    cli.run(
        *("cloudformation", "package", "--use-json"),
        *("--template-file", str(directory / "sam.json")),
        *_upload_place(request),
        *("--output-template-file", str(template)),
    )
    return template


def _upload_place(request: Request) -> tuple[str, ...]:
    prefix = upload_prefix(request.stack).removesuffix("/")
    return "--s3-bucket", request.bucket, "--s3-prefix", prefix


def _deploy(request: Request, template: Path, session: Session, cli: AwsCli) -> None:
    overrides = [f"{name}={value}" for name, value in sorted(request.overrides.items())]
    try:
        cli.run(
            *("cloudformation", "deploy", "--no-fail-on-empty-changeset"),
            *("--template-file", str(template), "--stack-name", request.stack),
            *_upload_place(request),  # the template exceeds the 51,200 bytes of a direct call
            *("--capabilities", CAPABILITY),
            *(("--parameter-overrides", *overrides) if overrides else ()),
        )
    except AwsCliError as error:
        raise DeploymentError(_explained(str(error), request.stack, session)) from error


def _explained(problem: str, name: str, session: Session) -> str:
    stack = stacks.find(session, name)
    failed = stacks.failures(session, stack.id) if stack is not None else []
    lines = [f"\n  - {line}" for line in failed]
    state = f"\nThe stack is now {stack.status}." if stack is not None else ""
    return f"{problem}{''.join(lines)}{state}"


def _announce(request: Request, account: Account, session: Session, console: Console) -> None:
    stack = stacks.existing(session, request.stack)
    console.print(f"\n{stack.name} is {stack.status}")
    for name, value in sorted(stack.outputs.items()):
        console.print(f"  {name}: {value}")
    if request.overrides.get("AlertEmail"):
        console.print("\nAWS has sent a mail: confirm the subscription in it.")
    path = stack.parameters["SsmParameterPath"]
    where = f"REGION={account.region} PARAMETER_PATH={path}"
    console.print(
        "\nNext:\n"
        f"  make configure CLUSTER=<cluster> {where}\n"
        f"  make preflight STACK={stack.name} REGION={account.region}\n"
        f"  make drill STACK={stack.name} REGION={account.region}"
    )
