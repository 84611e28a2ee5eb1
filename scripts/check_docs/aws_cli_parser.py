"""Commands of the AWS CLI, parsed by itself and not run (see `aws_cli`).

Reads a JSON list of commands (lists of words, without `aws`) and prints a JSON list of what is
wrong with each, null for nothing. A process of its own, because importing awscli puts its botocore
in the place of ours.
"""

import json
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from typing import Any, Final

from awscli.argparser import CLIArgParser  # type: ignore[import-untyped]  # it has no types
from awscli.botocore import xform_name  # type: ignore[import-untyped]  # it has no types
from awscli.botocore.validate import ParamValidator  # type: ignore[import-untyped]  # it has no types
from awscli.clidriver import CLIDriver, create_clidriver  # type: ignore[import-untyped]  # it has no types
from awscli.customizations.commands import BasicCommand  # type: ignore[import-untyped]  # it has no types

_USAGE: Final = re.compile(r"^usage: .*<subcommand> help$", re.DOTALL | re.MULTILINE)
_PROGRAM: Final = re.compile(r"^\S+: error: ")
_CHOICES: Final = re.compile(r", valid choices are: .*?(?= Invalid choice: |$)")
_ADVICE: Final = re.compile(r"^.*install-cliv2\.html", re.DOTALL)


class NoRequestError(Exception):
    """The options exist, but what they amount to is no request of the operation."""


class MissingSubcommandError(Exception):
    """The command is a group of commands, and names none of them."""


def problem(words: list[str]) -> str | None:
    """What the AWS CLI says against a command, in one line."""
    driver = create_clidriver()
    _disarm(driver)
    told = StringIO()
    with redirect_stdout(StringIO()), redirect_stderr(told):
        try:
            status = driver.main(words)
        except SystemExit as end:
            status = end.code
    return None if status == 0 else _in_one_line(told.getvalue())


def _disarm(driver: CLIDriver) -> None:
    """Let every command end where it would begin to work."""

    def without_work(command_table: dict[str, Any], **_: object) -> None:
        for command in command_table.values():
            if isinstance(command, BasicCommand):
                command._run_main = _end_of(command)  # noqa: SLF001 - where all custom commands begin

    def judge(event_name: str, call_parameters: dict[str, Any], **_: object) -> int | Exception:
        service, operation = event_name.split(".")[1:]
        found = list(_problems(driver, service, operation, call_parameters))
        return NoRequestError(" ".join(found)) if found else 0

    events = driver.session.get_component("event_emitter")
    events.register_last("building-command-table", without_work)
    events.register_first("calling-command", judge)


def _end_of(command: BasicCommand) -> Callable[..., int]:
    def end(*_: object) -> int:
        if command.SUBCOMMANDS and command.NAME != "configure":
            raise MissingSubcommandError(f"a subcommand of {command.NAME} is missing")
        return 0

    return end


def _problems(
    driver: CLIDriver, service: str, operation: str, parameters: dict[str, Any]
) -> Iterator[str]:
    """What makes the parameters no request by the service's own model; nothing for a waiter."""
    command = driver._get_command_table().get(service)  # noqa: SLF001 - there is no public way
    if command is None:
        return
    model = command.service_model
    [name] = [one for one in model.operation_names if xform_name(one, "-") == operation]
    shape = model.operation_model(name).input_shape
    if shape is None:
        return
    request = {key: value for key, value in parameters.items() if key != "PaginationConfig"}
    report = ParamValidator().validate(request, shape)
    if report.has_errors():
        yield report.generate_report()
    for key, value in request.items():
        choices = getattr(shape.members.get(key), "enum", [])
        if choices and value not in choices:
            yield f"{key} is {value!r}, allowed are {', '.join(choices)}."


def _in_one_line(told: str) -> str:
    text = " ".join(_USAGE.sub("", _ADVICE.sub("", told)).split())
    return _CHOICES.sub("", _PROGRAM.sub("", text))


if __name__ == "__main__":
    # version 1 completes shortened options, version 2 refuses them
    CLIArgParser._get_option_tuples = lambda *_: []  # noqa: SLF001
    print(json.dumps([problem(words) for words in json.load(sys.stdin)]))  # noqa: T201 - its answer
