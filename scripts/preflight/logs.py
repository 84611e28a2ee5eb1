"""Whether the databases' log groups are there, and open to the monitor."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Self

from boto3.session import Session

from scripts.preflight.outcome import Outcome, failed, hint, not_made, passed

_ARN: Final = re.compile(
    r"arn:[^:]+:logs:(?P<region>[^:]+):(?P<account>\d+):log-group:(?P<name>.+)"
)


@dataclass(frozen=True, slots=True)
class LogGroup:
    """A log group's name, and its region and account where its ARN has them."""

    name: str
    region: str | None = None
    account: str | None = None

    @classmethod
    def parse(cls, reference: str) -> Self:
        """From a name or an ARN."""
        arn = _ARN.fullmatch(reference)
        return cls(arn["name"], arn["region"], arn["account"]) if arn else cls(reference)

    def is_elsewhere(self, region: str, account: str) -> bool:
        return (self.region or region, self.account or account) != (region, account)


def check(
    cluster: str, reference: str, allowed: str | None, account: str, session: Session
) -> Iterator[Outcome]:
    """`reference` is the group's name or ARN, `allowed` the stack's pattern of names."""
    group = LogGroup.parse(reference)
    if allowed is not None and not matches(group.name, allowed):
        yield failed(
            f"{cluster}: the stack may query {allowed} only, not the log group {group.name}",
            f"make deploy … LOG_GROUPS='{group.name}'",
        )
    if group.is_elsewhere(session.region_name, account):
        why = f"it is in account {group.account}, region {group.region}"
        yield not_made(f"{cluster}: the log group {group.name}", why)
        return
    yield from _described(cluster, group.name, session)


def matches(name: str, pattern: str) -> bool:
    """As in IAM policies, `*` stands for any characters and nothing else is special."""
    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), name) is not None


def _described(cluster: str, name: str, session: Session) -> Iterator[Outcome]:
    answer = session.client("logs").describe_log_groups(logGroupNamePrefix=name)
    found = [group for group in answer["logGroups"] if group["logGroupName"] == name]
    if not found:  # groups come sorted by name: the one that is its own prefix would come first
        yield failed(
            f"{cluster}: the log group {name} does not exist in region {session.region_name}",
            f"export the log: aws rds modify-db-cluster --db-cluster-identifier {cluster} "
            "--cloudwatch-logs-export-configuration EnableLogTypes=postgresql; "
            "or set the parameter log-group",
        )
        return
    days = found[0].get("retentionInDays")
    yield passed(f"{cluster}: the log group {name} exists{f', kept {days} days' if days else ''}")
    if not days:
        yield hint(
            f"{cluster}: the log group {name} is kept, and paid for, for ever",
            f"aws logs put-retention-policy --log-group-name {name} --retention-in-days 30",
        )
