"""What well-formed parameters are, by the reading of the functions themselves. Pure."""

import re
from collections.abc import Mapping
from typing import Final

from functions.check_replication.targets import (
    RESERVED_NAMES,
    Misconfigured,
    side_of,
    target,
    unknown_names,
)

SLACK: Final = "slack"
SLACK_NAMES: Final = ("bot-token", "channel-id")

_CLUSTER: Final = re.compile(r"[A-Za-z0-9_.-]+")
_TOKEN: Final = "xoxb-"  # noqa: S105 - what every bot's token begins with
_CHANNEL: Final = re.compile(r"[CGD][A-Z0-9]+")
_REQUIRED: Final = ("hostname", "username", "dbname")
_PUBLISHER_NAME: Final = re.compile(r"[A-Za-z0-9_.-]+")
"""What SSM allows between two slashes of a parameter's name."""

WITHOUT_PUBLISHER: Final = (
    "Without its publisher it cannot be seen how far the subscriber is behind: a backlog that is "
    "applied too slowly looks well."
)


def cluster_name_problem(cluster: str) -> str | None:
    if cluster in RESERVED_NAMES:
        return f"CLUSTER cannot be {cluster!r}: the name is reserved"
    if not _CLUSTER.fullmatch(cluster):
        return f"CLUSTER is {cluster!r}, not letters, digits, hyphens, dots and underscores"
    return None


def publisher_name_problem(name: str) -> str | None:
    if _PUBLISHER_NAME.fullmatch(name):
        return None
    return "a name has letters, digits, hyphens, dots and underscores only"


def cluster_problems(cluster: str, values: Mapping[str, str], path: str) -> list[str]:
    """All that is wrong with one cluster's parameters, by their names below `path`<cluster>/."""
    read = target(cluster, values, path)
    prefix = f"{path}{cluster}/"
    return [
        *(read.problems if isinstance(read, Misconfigured) else ()),
        *(f"parameter {prefix}{name} means nothing here" for name in unknown_names(values)),
        *_channel_problems(prefix, values),
    ]


def slack_problems(values: Mapping[str, str], path: str) -> list[str]:
    """All that is wrong with Slack's parameters, by their names; secrets are not checked."""
    prefix = f"{path}{SLACK}/"
    return [
        *(f"parameter {prefix}{name} is missing" for name in SLACK_NAMES if not values.get(name)),
        *(
            f"parameter {prefix}{name} means nothing here"
            for name in values
            if name not in SLACK_NAMES
        ),
        *_channel_problems(prefix, values),
    ]


def token_problem(token: str) -> str | None:
    """Of a token only the beginning is checked, which distinguishes a bot's from the others."""
    if token.startswith(_TOKEN):
        return None
    return f"this is not a bot's token: those begin with {_TOKEN}"


def is_channel(value: str) -> bool:
    """Whether it can be a channel's id; a name will not do, because files take an id."""
    return _CHANNEL.fullmatch(value.strip()) is not None


def missing(cluster: str, values: Mapping[str, object], slack: Mapping[str, object]) -> list[str]:
    """What a set-up cannot do without, as the names below the path of parameters."""
    return [
        *(f"{cluster}/{name}" for name in _REQUIRED if name not in values),
        *(f"{SLACK}/{name}" for name in SLACK_NAMES if name not in slack),
    ]


def answer_problem(owner: str, name: str, value: str, path: str) -> str | None:
    """What is wrong with one answer, whatever the others will be; None if nothing is.

    `owner` is the cluster's name, or `SLACK`.
    """
    sides = {"", side_of(name)}
    others = {f"{side}{required}": "any" for side in sides for required in _REQUIRED}
    return "; ".join(cluster_problems(owner, {**others, name: value}, path)) or None


def _channel_problems(prefix: str, values: Mapping[str, str]) -> list[str]:
    channel = values.get("channel-id")
    if channel is None or is_channel(channel):
        return []
    wanted = "a channel's id such as C0123456789, found at the end of its details in Slack"
    return [f"parameter {prefix}channel-id is not {wanted}"]
