from operator import attrgetter

import pytest

from functions.check_replication.targets import (
    Login,
    Misconfigured,
    Target,
    by_cluster,
    target,
    unknown_names,
)

PATH = "/monitoring-logical-replication/"
REQUIRED = {"hostname": "db.example", "username": "monitor", "dbname": "shop"}
ARN = "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/rds/cluster/c/postgresql"


def configured(**parameters: str) -> Target | Misconfigured:
    values = REQUIRED | {name.replace("_", "-"): value for name, value in parameters.items()}
    return target("c", values, PATH)


def test_parameters_are_grouped_by_cluster_without_the_reserved_name() -> None:
    parameters = {
        f"{PATH}b/hostname": "b.example",
        f"{PATH}a/hostname": "a.example",
        f"{PATH}a/publisher/hostname": "p.example",
        f"{PATH}slack/bot-token": "token",
        f"{PATH}stray": "value",
    }
    expected = {
        "a": {"hostname": "a.example", "publisher/hostname": "p.example"},
        "b": {"hostname": "b.example"},
    }
    assert expected == by_cluster(parameters, PATH)


def test_the_defaults_are_those_of_the_readme() -> None:
    expected = Target(
        cluster="c",
        subscriber=Login(
            hostname="db.example",
            username="monitor",
            database="shop",
            password=None,
            port=5432,
            sslmode="verify-full",
        ),
        publishers={},
        max_lag_seconds=300.0,
        log_group="/aws/rds/cluster/c/postgresql",
        log_query=None,
        mute=(),
        remind_after_minutes=None,
        unknown_runs=None,
    )
    assert expected == configured()


@pytest.mark.parametrize(
    ("parameter", "value", "attribute", "expected"),
    [
        ("port", "6432", "subscriber.port", 6432),
        ("sslmode", "require", "subscriber.sslmode", "require"),
        ("max-lag-seconds", "0.5", "max_lag_seconds", 0.5),
        ("slot-inactive-minutes", "1500", "slot_inactive_minutes", 1500.0),
        ("slot-retained-bytes", "5e9", "slot_retained_bytes", 5e9),
        ("metrics", "subscriptions", "measures_subscriptions", True),
        ("metrics", "cluster", "measures_subscriptions", False),
        ("password", "secret", "subscriber.password", "secret"),
        ("log-query", "fields @message", "log_query", "fields @message"),
        ("mute", '["skip_pending", "s"]', "mute", ("skip_pending", "s")),
        ("remind-after-minutes", "15", "remind_after_minutes", 15),
        ("unknown-runs", " 1", "unknown_runs", 1),
        ("log-group", "/my/group", "log_group", "/my/group"),
        ("log-group", ARN, "log_group", ARN),
        ("log-group", f"{ARN}:*", "log_group", ARN),
        ("hostname", " db.example\n", "subscriber.hostname", "db.example"),
    ],
)
def test_a_parameter_is_read(parameter: str, value: str, attribute: str, expected: object) -> None:
    result = target("c", REQUIRED | {parameter: value}, PATH)
    assert isinstance(result, Target), result
    assert expected == attrgetter(attribute)(result)


@pytest.mark.parametrize(
    ("parameters", "problem"),
    [
        ({"hostname": ""}, f"parameter {PATH}c/hostname is empty"),
        ({"port": "54 32"}, f"parameter {PATH}c/port is not a whole number from 1 to 65535"),
        ({"port": "0"}, f"parameter {PATH}c/port is not a whole number"),
        ({"port": "70000"}, f"parameter {PATH}c/port is not a whole number"),
        ({"sslmode": "prefer"}, f"parameter {PATH}c/sslmode is not one of verify-full"),
        (
            {"max-lag-seconds": "soon"},
            f"parameter {PATH}c/max-lag-seconds is not a positive number",
        ),
        ({"max-lag-seconds": "nan"}, f"parameter {PATH}c/max-lag-seconds is not a positive number"),
        ({"max-lag-seconds": "-1"}, f"parameter {PATH}c/max-lag-seconds is not a positive number"),
        (
            {"log-group": "with space"},
            f"parameter {PATH}c/log-group is not a log group's name or ARN",
        ),
        (
            {"log-group": "arn:aws:s3:::bucket"},
            f"parameter {PATH}c/log-group is not a log group's name or ARN",
        ),
        ({"password": " "}, f"parameter {PATH}c/password is empty"),
        ({"mute": "skip_pending"}, f"parameter {PATH}c/mute is not a JSON list"),
        ({"mute": "[1]"}, f"parameter {PATH}c/mute is not a JSON list"),
        (
            {"remind-after-minutes": "soon"},
            f"parameter {PATH}c/remind-after-minutes is not a whole number",
        ),
        (
            {"unknown-runs": "0"},
            f"parameter {PATH}c/unknown-runs is not a whole number from 1 to 10",
        ),
        ({"log-query": " "}, f"parameter {PATH}c/log-query is not a query of 1 to"),
        ({"publisher/port": "5432"}, f"parameter {PATH}c/publisher/hostname is missing"),
        ({"publishers/eu/port": "1"}, f"parameter {PATH}c/publishers/eu/hostname is missing"),
        (
            {f"publisher/{name}": "x" for name in REQUIRED} | {"publisher/port": "x"},
            f"parameter {PATH}c/publisher/port is not a whole number",
        ),
    ],
)
def test_a_malformed_parameter_names_itself(parameters: dict[str, str], problem: str) -> None:
    result = target("c", REQUIRED | parameters, PATH)
    assert isinstance(result, Misconfigured), result
    assert any(reported.startswith(problem) for reported in result.problems), result.problems


SECRET = "Zq-hunter2"
MISPLACED = (
    *("port", "sslmode", "max-lag-seconds", "mute", "remind-after-minutes", "unknown-runs"),
    *("max-backlog-bytes", "slot-inactive-minutes", "slot-retained-bytes", "metrics"),
    *("publisher/port", "publisher/sslmode"),
)


@pytest.mark.parametrize("name", MISPLACED)
@pytest.mark.parametrize(
    "value",
    [SECRET, f"{SECRET}\n{SECRET}", f'"{SECRET}"', f'{{"password": "{SECRET}"}}', "[" * 4000],
)
def test_the_value_of_a_malformed_parameter_is_never_told(name: str, value: str) -> None:
    """It may be the password, in the wrong place."""
    publisher = {f"publisher/{key}": required for key, required in REQUIRED.items()}
    result = target("c", REQUIRED | publisher | {name: value}, PATH)
    assert isinstance(result, Misconfigured), result
    assert 1 == len(result.problems)
    assert result.problems[0].startswith(f"parameter {PATH}c/{name} is not ")
    assert "hunter2" not in repr(result)
    assert "[[" not in repr(result)


@pytest.mark.parametrize("name", ["hostname", "publisher/hostname", "log-group"])
@pytest.mark.parametrize(
    "value",
    [f"{SECRET}!", f"p@ss{SECRET}", f"{SECRET} x", f"postgres://u:{SECRET}@h/d", f"{SECRET}\nx"],
)
def test_what_can_be_no_host_and_no_log_group_is_never_told(name: str, value: str) -> None:
    publisher = {f"publisher/{key}": required for key, required in REQUIRED.items()}
    result = target("c", REQUIRED | publisher | {name: value}, PATH)
    assert isinstance(result, Misconfigured), result
    assert "hunter2" not in repr(result)


@pytest.mark.parametrize(
    "value",
    ["db.example", "DB-1.example.", "10.0.0.1", "::1", "fe80::1%eth0", "localhost", "my_db.local"],
)
def test_hosts(value: str) -> None:
    result = configured(hostname=value)
    assert isinstance(result, Target), result
    assert value == result.subscriber.hostname


@pytest.mark.parametrize(
    "value", ["a..b", ".a", "x" * 64, f"{'x.' * 127}xx", "h:5432/d", "é.example"]
)
def test_no_hosts(value: str) -> None:
    """Those that the resolver would not even look up: its errors are of many kinds."""
    assert isinstance(configured(hostname=value), Misconfigured)


@pytest.mark.parametrize("name", ["port", "unknown-runs", "remind-after-minutes"])
@pytest.mark.parametrize("value", ["1" * 5_000, "9" * 10, "²", "1.0", "+1", "1_0"])
def test_numbers_that_are_none(name: str, value: str) -> None:
    """Python refuses to read more than 4,300 digits, with an exception."""
    assert isinstance(target("c", REQUIRED | {name: value}, PATH), Misconfigured)


def test_every_problem_is_named_at_once() -> None:
    result = target("c", {"port": "x"}, PATH)
    expected = (
        f"parameter {PATH}c/hostname is missing",
        f"parameter {PATH}c/username is missing",
        f"parameter {PATH}c/dbname is missing",
        f"parameter {PATH}c/port is not a whole number from 1 to 65535",
    )
    assert isinstance(result, Misconfigured)
    assert expected == result.problems


def test_a_publisher_is_read_like_a_subscriber() -> None:
    parameters = {f"publisher/{name}": f"p-{value}" for name, value in REQUIRED.items()}
    result = target("c", REQUIRED | parameters | {"publisher/sslmode": "require"}, PATH)
    assert isinstance(result, Target), result
    expected = Login("p-db.example", "p-monitor", "p-shop", sslmode="require")
    assert expected == result.publishers["publisher"]


def test_further_publishers_have_names_of_the_person_s_choice() -> None:
    sides = {"publisher": "a.example", "publishers/eu": "b.example", "publishers/us": "c.example"}
    parameters = {
        f"{side}/{name}": host if name == "hostname" else value
        for side, host in sides.items()
        for name, value in REQUIRED.items()
    }
    result = target("c", REQUIRED | parameters, PATH)
    assert isinstance(result, Target), result
    assert sides == {name: login.hostname for name, login in result.publishers.items()}
    assert [] == unknown_names(parameters)


def test_the_password_is_not_in_the_representation() -> None:
    assert "hunter2" not in repr(configured(password="hunter2"))


def test_misspelt_names_are_found() -> None:
    """Nor does what is a cluster's mean anything below a publisher."""
    known = dict.fromkeys(("publisher/hostname", "publishers/eu/port"), "1")
    unknown = (
        "max-lag-second",
        "publisher/mute",
        "publisher/x",
        "publishers/eu",
        "publishers/eu/x",
    )
    assert list(unknown) == unknown_names(REQUIRED | known | dict.fromkeys(unknown, "1"))
