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


class MissingParameterError(Exception):
    """A parameter Notify cannot do without does not exist; the message names it."""


@dataclass(frozen=True, slots=True)
class SlackSettings:
    """The bot's token and the channel's id, each with the name of the parameter it came from."""

    token: str = field(repr=False)
    token_parameter: str
    channel: str
    channel_parameter: str


def slack_settings(cluster: str, ssm: "SSMClient") -> SlackSettings:
    """The cluster's own channel if it has one, else the one for all.

    Raises `MissingParameterError`, and botocore's errors if the parameters cannot be read.
    """
    path = parameter_path()
    token, shared = f"{path}slack/bot-token", f"{path}slack/channel-id"
    own = [f"{path}{cluster}/channel-id"] if _PARAMETER_NAME.fullmatch(cluster) else []
    response = ssm.get_parameters(Names=[token, shared, *own], WithDecryption=True)
    values = {one["Name"]: one["Value"].strip() for one in response["Parameters"]}
    channel = next((name for name in [*own, shared] if values.get(name)), shared)
    for name in (token, channel):
        if not values.get(name):
            raise MissingParameterError(f"the SSM parameter {name} is missing: create it")
    return SlackSettings(values[token], token, values[channel], channel)
