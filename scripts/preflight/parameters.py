"""Whether every cluster's parameters are there and well-formed. Pure."""

from collections.abc import Iterator, Mapping

from functions.check_replication.targets import by_cluster, publisher_sides
from scripts.configure import rules
from scripts.parameter_store import Stored, is_secret
from scripts.preflight.outcome import Outcome, failed, hint, passed


def clusters(stored: Mapping[str, Stored], path: str) -> dict[str, dict[str, str]]:
    """`{cluster: {name: value}}`, secure values encrypted."""
    return by_cluster({name: parameter.value for name, parameter in stored.items()}, path)


def check(
    stored: Mapping[str, Stored], path: str, only: str | None, iam_user: str | None
) -> Iterator[Outcome]:
    """Slack's parameters, and those of one cluster or of all.

    `iam_user` is the only role the stack lets log in by RDS IAM authentication, None if unknown.
    """
    found = clusters(stored, path)
    for cluster in [only] if only else found:
        yield from _cluster(cluster, found.get(cluster, {}), path, iam_user)
    if not only and not found:
        yield failed(f"no cluster has parameters below {path}", "make configure CLUSTER=<cluster>")
    yield from _slack(stored, path)
    yield from _in_clear(stored, path, only)


def _cluster(
    cluster: str, values: Mapping[str, str], path: str, iam_user: str | None
) -> Iterator[Outcome]:
    fix = f"make configure CLUSTER={cluster}"
    if not values:
        yield failed(f"{cluster} has no parameters below {path}", fix)
        return
    problems = rules.cluster_problems(cluster, values, path)
    yield from (failed(f"{cluster}: {problem}", fix) for problem in problems)
    if problems:
        return
    way = "a password" if "password" in values else "RDS IAM authentication"
    yield passed(f"{cluster}: the parameters are well-formed; it logs in by {way}")
    yield from _iam_user(cluster, values, iam_user)
    if not publisher_sides(values):
        yield hint(f"{cluster}: {rules.WITHOUT_PUBLISHER}", fix)


def _iam_user(cluster: str, values: Mapping[str, str], allowed: str | None) -> Iterator[Outcome]:
    """rds-db:connect is granted for one role's name only."""
    if allowed is None:
        return
    for side in ("", *publisher_sides(values)):
        user = values.get(f"{side}username")
        if user is not None and f"{side}password" not in values and user.strip() != allowed:
            yield failed(
                f"{cluster}: {side}username is {user}, but the stack allows RDS IAM "
                f"authentication as {allowed} only",
                f"use that role, or make deploy … DATABASE_USER={user}",
            )


def _slack(stored: Mapping[str, Stored], path: str) -> Iterator[Outcome]:
    prefix = f"{path}{rules.SLACK}/"
    values = {
        name.removeprefix(prefix): parameter.value
        for name, parameter in stored.items()
        if name.startswith(prefix)
    }
    problems = rules.slack_problems(values, path)
    yield from (
        failed(f"Slack: {problem}", "make configure CLUSTER=<cluster>") for problem in problems
    )
    if not problems:
        yield passed("Slack: the parameters are well-formed")


def _in_clear(stored: Mapping[str, Stored], path: str, only: str | None) -> Iterator[Outcome]:
    owners = {only, rules.SLACK}
    for name, parameter in sorted(stored.items()):
        owner = name.removeprefix(path).partition("/")[0]
        if is_secret(name) and not parameter.is_secure and (only is None or owner in owners):
            yield failed(
                f"{name} is stored in clear",
                "make configure writes it anew as SecureString; then change the secret itself",
            )


def channels(stored: Mapping[str, Stored], path: str, only: str | None) -> dict[str, str]:
    """Slack's well-formed channel ids, each with the parameter that holds it."""
    owners = [rules.SLACK, *([only] if only else clusters(stored, path))]
    names = [f"{path}{owner}/channel-id" for owner in owners]
    return {
        stored[name].value.strip(): name
        for name in reversed(names)
        if name in stored and rules.is_channel(stored[name].value)
    }
