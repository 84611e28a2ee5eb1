"""Where to post and with which token: parameters of SSM Parameter Store.

They are read by name, so that Notify never holds (nor needs the right to read) the passwords of
databases, and at every invocation, so that a new token works at once.
"""

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from functions.parameters import parameter_path

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient

_PARAMETER_NAME = re.compile(r"[A-Za-z0-9_.-]+")
_TOKEN = re.compile(r"(?:(?:xoxe\.)?xox[a-z]|xapp)-[A-Za-z0-9-]+")
_CHANNEL = re.compile(r"[CDGU][A-Z0-9]+")


class ParameterError(Exception):
    """Notify cannot do without a parameter; the message names it and never holds its value."""


class MissingParameterError(ParameterError):
    """It does not exist, or is empty."""


class MalformedParameterError(ParameterError):
    """It cannot be what it must be: with it, Slack's client would fail and repeat its value."""


@dataclass(frozen=True, slots=True)
class SlackSettings:
    """The bot's token and the channel's id, each with the name of the parameter it came from."""

    token: str = field(repr=False)
    token_parameter: str
    channel: str
    channel_parameter: str


def slack_settings(cluster: str, ssm: "SSMClient") -> SlackSettings:
    """The cluster's own channel if it has one, else the one for all.

    Raises `ParameterError`, and botocore's errors if the parameters cannot be read.
    """
    path = parameter_path()
    token, shared = f"{path}slack/bot-token", f"{path}slack/channel-id"
    own = [f"{path}{cluster}/channel-id"] if _PARAMETER_NAME.fullmatch(cluster) else []
    response = ssm.get_parameters(Names=[token, shared, *own], WithDecryption=True)
    values = {parameter["Name"]: parameter["Value"].strip() for parameter in response["Parameters"]}
    channel = next((name for name in [*own, shared] if values.get(name)), shared)
    for name in (token, channel):
        if not values.get(name):
            raise MissingParameterError(f"the SSM parameter {name} is missing: create it")
    if (wrong := token_problem(values[token])) is not None:
        raise MalformedParameterError(f"the SSM parameter {token} {wrong}")
    if not _CHANNEL.fullmatch(values[channel]):
        raise MalformedParameterError(
            f"the SSM parameter {channel} does not hold a channel's id: put one there, such as "
            "C0123456789, found at the end of the channel's details in Slack"
        )
    return SlackSettings(values[token], token, values[channel], channel)


def token_problem(token: str) -> str | None:
    """What is wrong with a token by its form, without the token; None if Slack may accept it."""
    if _TOKEN.fullmatch(token):
        return None
    return (
        "does not hold a token of Slack's: put the bot's there, which begins with xoxb- and has "
        "neither spaces nor line breaks"
    )
