"""From parameters to targets: which clusters to check, and how to reach them. Pure.

Names are those of the parameters below `<SSM_PARAMETER_PATH><cluster>/`. Of a malformed one the
name is reported and what is wanted, never the value: it may be a password in the wrong place.
"""

import json
import math
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

RESERVED_NAMES: Final = frozenset({"slack"})

_OF_LOGIN: Final = frozenset({"hostname", "port", "username", "dbname", "password", "sslmode"})
_KNOWN: Final = frozenset(
    _OF_LOGIN
    | {"log-group", "log-query", "max-lag-seconds", "max-backlog-bytes", "channel-id", "mute"}
    | {
        "metrics",
        "remind-after-minutes",
        "unknown-runs",
        "slot-inactive-minutes",
        "slot-retained-bytes",
    }
)
_SIDE: Final = re.compile(r"(?:publisher|publishers/[^/]+)/")
"""What the names of a publisher's parameters begin with."""

_REQUIRED: Final = ("hostname", "username", "dbname")
_SSLMODES: Final = ("verify-full", "require", "disable")
_METRICS: Final = ("cluster", "subscriptions")
_DEFAULT_PORT: Final = 5432
_MAX_PORT: Final = 65_535
_MAX_REMIND_AFTER_MINUTES: Final = 7 * 24 * 60
_MAX_UNKNOWN_RUNS: Final = 10
_MAX_QUERY_CHARACTERS: Final = 10_000
"""CloudWatch Logs API, StartQuery: length of a query."""

_MAX_DIGITS: Final = 9
_HOSTNAME: Final = re.compile(r"(?=.{1,253}\Z)[\w:%-]{1,63}(?:\.[\w:%-]{1,63})*\.?", re.ASCII)
"""A host's name (RFC 1123, with the underscores that resolvers take) or address."""

_LOG_GROUP_NAME: Final = re.compile(r"[\.\-_/#A-Za-z0-9]{1,512}")
"""CloudWatch Logs API, StartQuery: pattern and length of a log group name."""

_LOG_GROUP_ARN: Final = re.compile(
    r"arn:aws[a-z-]*:logs:[a-z0-9-]+:\d{12}:log-group:[\.\-_/#A-Za-z0-9]{1,512}"
)


@dataclass(frozen=True, slots=True)
class Limits:
    """How far behind is too far: the age of the oldest change in seconds, bytes of WAL or None.

    And what nobody uses: for how many seconds, or with how many bytes of WAL kept for its slot.
    """

    lag_seconds: float = 300.0
    backlog_bytes: float | None = None
    slot_inactive_seconds: float = 3600.0
    slot_retained_bytes: float = 1e9


@dataclass(frozen=True, slots=True)
class Login:
    """How to reach a database. `password` None means RDS IAM authentication."""

    hostname: str
    username: str
    database: str
    password: str | None = field(default=None, repr=False)
    port: int = _DEFAULT_PORT
    sslmode: str = "verify-full"

    @property
    def address(self) -> str:
        return f"{self.hostname}:{self.port}"


@dataclass(frozen=True, slots=True)
class Target:
    """A cluster to check: its subscriber and, where configured, its publishers; lag is in seconds.

    `publishers` are by what their parameters' names begin with: `publisher`, `publishers/<name>`.
    `log_query` replaces the state machine's own query of the log group; `mute` are ids of causes
    and names of subscriptions. `remind_after_minutes` and `unknown_runs` are the state machine's
    (functions.report), None where its defaults hold.
    """

    cluster: str
    subscriber: Login
    log_group: str
    publishers: Mapping[str, Login] = field(default_factory=dict)
    max_lag_seconds: float = 300.0
    max_backlog_bytes: float | None = None
    slot_inactive_minutes: float = 60.0
    slot_retained_bytes: float = 1e9
    measures_subscriptions: bool = False
    log_query: str | None = None
    mute: tuple[str, ...] = ()
    remind_after_minutes: int | None = None
    unknown_runs: int | None = None

    @property
    def limits(self) -> Limits:
        return Limits(
            self.max_lag_seconds,
            self.max_backlog_bytes,
            self.slot_inactive_minutes * 60,
            self.slot_retained_bytes,
        )


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
    return sorted(name for name in parameters if not _is_known(name))


def _is_known(name: str) -> bool:
    side = side_of(name)
    return name.removeprefix(side) in (_OF_LOGIN if side else _KNOWN)


def side_of(name: str) -> str:
    """`publisher/`, `publishers/<name>/`, or nothing for a parameter of the subscriber's."""
    side = _SIDE.match(name)
    return "" if side is None else side[0]


def publisher_sides(names: Iterable[str]) -> list[str]:
    """What the names of each publisher's parameters begin with, by its `side_of`."""
    return sorted({side for name in names if (side := side_of(name))})


def target(cluster: str, parameters: Mapping[str, str], path: str) -> Target | Misconfigured:
    """Read one cluster's parameters; every problem is named, not only the first."""
    reader = _Reader(f"{path}{cluster}/", parameters)
    result = Target(
        cluster=cluster,
        subscriber=reader.login(),
        publishers=reader.publishers(),
        max_lag_seconds=reader.positive("max-lag-seconds", "seconds") or 300.0,
        max_backlog_bytes=reader.positive("max-backlog-bytes", "bytes"),
        slot_inactive_minutes=reader.positive("slot-inactive-minutes", "minutes") or 60.0,
        slot_retained_bytes=reader.positive("slot-retained-bytes", "bytes") or 1e9,
        measures_subscriptions=reader.measures_subscriptions(),
        log_group=reader.log_group(default_log_group(cluster)),
        log_query=reader.log_query(),
        mute=reader.mute(),
        remind_after_minutes=reader.whole("remind-after-minutes", _MAX_REMIND_AFTER_MINUTES),
        unknown_runs=reader.whole("unknown-runs", _MAX_UNKNOWN_RUNS),
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

    def login(self, side: str = "") -> Login:
        """`side` is what the names of the login's parameters begin with (`side_of`)."""
        hostname, username, database = (self._required(side + name) for name in _REQUIRED)
        if hostname and not _HOSTNAME.fullmatch(hostname):
            self._malformed(f"{side}hostname", "a host's name or address")
        return Login(
            hostname=hostname,
            username=username,
            database=database,
            password=self._password(f"{side}password"),
            port=self.whole(f"{side}port", _MAX_PORT) or _DEFAULT_PORT,
            sslmode=self._sslmode(f"{side}sslmode"),
        )

    def publishers(self) -> dict[str, Login]:
        """Each of which any parameter exists."""
        return {side.rstrip("/"): self.login(side) for side in publisher_sides(self._parameters)}

    def log_query(self) -> str | None:
        query = self._parameters.get("log-query")
        if query is not None and not 0 < len(query.strip()) <= _MAX_QUERY_CHARACTERS:
            self._malformed("log-query", f"a query of 1 to {_MAX_QUERY_CHARACTERS} characters")
        return query

    def measures_subscriptions(self) -> bool:
        value = self._parameters.get("metrics", _METRICS[0]).strip()
        if value not in _METRICS:
            self._malformed("metrics", f"one of {', '.join(_METRICS)}")
        return value == _METRICS[1]

    def mute(self) -> tuple[str, ...]:
        try:
            names = json.loads(self._parameters.get("mute", "[]"))
        except (ValueError, RecursionError):
            names = None
        if isinstance(names, list) and all(isinstance(name, str) for name in names):
            return tuple(names)
        self._malformed("mute", 'a JSON list of names, for example ["skip_pending"]')
        return ()

    def whole(self, name: str, most: int) -> int | None:
        """A whole number from 1 to `most`; None where the parameter does not exist."""
        value = self._parameters.get(name, "").strip()
        if value.isdecimal() and len(value) <= _MAX_DIGITS and 1 <= int(value) <= most:
            return int(value)
        if name in self._parameters:
            self._malformed(name, f"a whole number from 1 to {most}")
        return None

    def _required(self, name: str) -> str:
        value = self._parameters.get(name, "").strip()
        if not value:
            state = "empty" if name in self._parameters else "missing"
            self.problems.append(f"parameter {self._prefix}{name} is {state}")
        return value

    def _password(self, name: str) -> str | None:
        password = self._parameters.get(name)
        if password is not None and not password.strip():
            self.problems.append(
                f"parameter {self._prefix}{name} is empty: set it, or delete it to log in by RDS "
                "IAM authentication"
            )
        return password

    def _sslmode(self, name: str) -> str:
        value = self._parameters.get(name, "verify-full").strip()
        if value not in _SSLMODES:
            self._malformed(name, f"one of {', '.join(_SSLMODES)}")
        return value

    def positive(self, name: str, unit: str) -> float | None:
        """None where it is not set."""
        if name not in self._parameters:
            return None
        try:
            value = float(self._parameters[name].strip())
        except ValueError:
            value = math.nan
        if not (math.isfinite(value) and value > 0):
            self._malformed(name, f"a positive number of {unit}")
        return value

    def log_group(self, default: str) -> str:
        """A name or an ARN; the `:*` with which the console shows ARNs is taken off."""
        value = self._parameters.get("log-group", default).strip().removesuffix(":*")
        if not (_LOG_GROUP_NAME.fullmatch(value) or _LOG_GROUP_ARN.fullmatch(value)):
            self._malformed("log-group", "a log group's name or ARN")
        return value

    def _malformed(self, name: str, wanted: str) -> None:
        self.problems.append(f"parameter {self._prefix}{name} is not {wanted}")
