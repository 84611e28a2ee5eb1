"""From parameters to targets: which clusters to check, and how to reach them. Pure.

Names are those of the parameters below `<SSM_PARAMETER_PATH><cluster>/`.
"""

import math
import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

RESERVED_NAMES: Final = frozenset({"slack"})

_KNOWN: Final = frozenset(
    {"hostname", "port", "username", "dbname", "password", "sslmode"}
    | {"log-group", "max-lag-seconds", "channel-id", "mute"}
)
_PUBLISHER_PREFIX: Final = "publisher/"
_REQUIRED: Final = ("hostname", "username", "dbname")
_SSLMODES: Final = ("verify-full", "require", "disable")
_MAX_PORT: Final = 65_535

_LOG_GROUP_NAME: Final = re.compile(r"[\.\-_/#A-Za-z0-9]{1,512}")
"""CloudWatch Logs API, StartQuery: pattern and length of a log group name."""

_LOG_GROUP_ARN: Final = re.compile(
    r"arn:aws[a-z-]*:logs:[a-z0-9-]+:\d{12}:log-group:[\.\-_/#A-Za-z0-9]{1,512}"
)


@dataclass(frozen=True, slots=True)
class Target:
    """A subscriber to check. `password` None means RDS IAM authentication; lag is in seconds."""

    cluster: str
    hostname: str
    username: str
    database: str
    log_group: str
    password: str | None = field(default=None, repr=False)
    port: int = 5432
    sslmode: str = "verify-full"
    max_lag_seconds: float = 300.0


@dataclass(frozen=True, slots=True)
class Misconfigured:
    """A cluster that cannot be checked: `problems` are sentences, each naming its parameter."""

    cluster: str
    problems: tuple[str, ...]

    @property
    def log_group(self) -> str:
        return default_log_group(self.cluster)


def default_log_group(cluster: str) -> str:
    """Where RDS exports a cluster's PostgreSQL log."""
    return f"/aws/rds/cluster/{cluster}/postgresql"


def by_cluster(parameters: Mapping[str, str], path: str) -> dict[str, dict[str, str]]:
    """Group `{full name: value}` as `{cluster: {name: value}}`; reserved names are left out."""
    clusters: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for full_name, value in parameters.items():
        cluster, slash, name = full_name.removeprefix(path).partition("/")
        if slash and cluster not in RESERVED_NAMES:
            clusters[cluster][name] = value
    return dict(sorted(clusters.items()))


def unknown_names(parameters: Mapping[str, str]) -> list[str]:
    """Names of one cluster's parameters that mean nothing to the monitor, usually misspelt."""
    return sorted(name for name in parameters if name.removeprefix(_PUBLISHER_PREFIX) not in _KNOWN)


def target(cluster: str, parameters: Mapping[str, str], path: str) -> Target | Misconfigured:
    """Read one cluster's parameters; every problem is named, not only the first."""
    reader = _Reader(f"{path}{cluster}/", parameters)
    hostname, username, database = (reader.required(name) for name in _REQUIRED)
    result = Target(
        cluster=cluster,
        hostname=hostname,
        username=username,
        database=database,
        password=reader.password(),
        port=reader.port(),
        sslmode=reader.sslmode(),
        max_lag_seconds=reader.max_lag_seconds(),
        log_group=reader.log_group(default_log_group(cluster)),
    )
    if reader.problems:
        return Misconfigured(cluster, tuple(reader.problems))
    return result


class _Reader:
    """Reads values of one cluster and collects what is wrong with them."""

    def __init__(self, prefix: str, parameters: Mapping[str, str]) -> None:
        self._prefix = prefix
        self._parameters = parameters
        self.problems: list[str] = []

    def required(self, name: str) -> str:
        value = self._parameters.get(name, "").strip()
        if not value:
            state = "empty" if name in self._parameters else "missing"
            self.problems.append(f"parameter {self._prefix}{name} is {state}")
        return value

    def password(self) -> str | None:
        password = self._parameters.get("password")
        if password is not None and not password.strip():
            self.problems.append(
                f"parameter {self._prefix}password is empty: set it, or delete it to log in by "
                "RDS IAM authentication"
            )
        return password

    def port(self) -> int:
        value = self._parameters.get("port", "5432").strip()
        if value.isdecimal() and 1 <= int(value) <= _MAX_PORT:
            return int(value)
        self._malformed("port", value, f"a whole number from 1 to {_MAX_PORT}")
        return 0

    def sslmode(self) -> str:
        value = self._parameters.get("sslmode", "verify-full").strip()
        if value not in _SSLMODES:
            self._malformed("sslmode", value, f"one of {', '.join(_SSLMODES)}")
        return value

    def max_lag_seconds(self) -> float:
        value = self._parameters.get("max-lag-seconds", "300").strip()
        try:
            seconds = float(value)
        except ValueError:
            seconds = math.nan
        if not (math.isfinite(seconds) and seconds > 0):
            self._malformed("max-lag-seconds", value, "a positive number of seconds")
        return seconds

    def log_group(self, default: str) -> str:
        """A name or an ARN; the `:*` with which the console shows ARNs is taken off."""
        value = self._parameters.get("log-group", default).strip().removesuffix(":*")
        if not (_LOG_GROUP_NAME.fullmatch(value) or _LOG_GROUP_ARN.fullmatch(value)):
            self._malformed("log-group", value, "a log group's name or ARN")
        return value

    def _malformed(self, name: str, value: str, wanted: str) -> None:
        self.problems.append(f"parameter {self._prefix}{name} is {value[:100]!r}, not {wanted}")
