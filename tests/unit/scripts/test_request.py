import re

import pytest

from scripts.account import Account
from scripts.arguments import ArgumentError
from scripts.deploy import schedule
from scripts.deploy.checks import bucket_problem
from scripts.deploy.deployment import CAPABILITY
from scripts.deploy.request import VARIABLES, declarations, read, silence_problem
from scripts.package import TEMPLATE

GIVEN = {"STACK": "shop", "BUCKET": "code"}
ACCOUNT = Account("123456789012", "arn:aws:iam::123456789012:user/me", "eu-west-1")


def test_every_parameter_of_the_template_has_a_variable() -> None:
    """Nobody needs to edit a file, or to find out about aws cloudformation deploy."""
    assert set(declarations()) == set(VARIABLES.values())


def test_only_what_was_given_is_passed_on() -> None:
    """An upgrade keeps the rest; an empty value sets a parameter back to nothing."""
    request = read({**GIVEN, "SUBNETS": "subnet-1, subnet-2", "EMAIL": ""})
    assert {"SubnetIds": "subnet-1,subnet-2", "AlertEmail": ""} == request.overrides


def test_given_goes_before_deployed_goes_before_default() -> None:
    request = read({**GIVEN, "RETENTION_DAYS": "7"})
    effective = request.effective({"LogRetentionDays": "90", "Architecture": "arm64"})
    shown = [effective[name] for name in ("LogRetentionDays", "Architecture", "ScheduleState")]
    assert ["7", "arm64", "ENABLED"] == shown


@pytest.mark.parametrize("name", ["shop", "Shop-2", "a" * 47])
def test_stack_names(name: str) -> None:
    assert name == read({**GIVEN, "STACK": name}).stack


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        ("STACK", "", "STACK is missing"),
        ("BUCKET", "", "BUCKET is missing"),
        ("STACK", "my_shop", "STACK is 'my_shop', not a letter followed by letters, digits"),
        ("STACK", "1shop", "STACK is '1shop'"),
        ("STACK", "shop\n", "STACK is 'shop\\n'"),
        ("STACK", "a" * 48, "STACK has 48 characters, not at most 47"),
        ("ARCHITECTURE", "arm", "ARCHITECTURE is 'arm', not one of x86_64, arm64"),
        ("RETENTION_DAYS", "2", "RETENTION_DAYS is '2', not one of 1, 3, 5"),
        ("EMAIL", "me", "EMAIL is 'me'; wanted is: one e-mail address"),
        ("KMS_KEY", "alias/x", "KMS_KEY is 'alias/x'; wanted is: the ARN of a key"),
        ("PARAMETER_PATH", "/x/", "PARAMETER_PATH is '/x/'; wanted is: starts with a slash"),
        ("LOG_GROUPS", "a b", "LOG_GROUPS is 'a b'; wanted is: of the form"),
        ("SCHEDULE", "every minute", "SCHEDULE is 'every minute', not such as 'rate(5 minutes)'"),
    ],
)
def test_malformed_values_are_refused(variable: str, value: str, message: str) -> None:
    """By the template's own rules, before anything is built or uploaded."""
    with pytest.raises(ArgumentError) as caught:
        read({**GIVEN, variable: value})
    assert message in str(caught.value)


def test_all_problems_are_told_at_once() -> None:
    with pytest.raises(ArgumentError, match=r"STACK is .*; EMAIL is .*"):
        read({**GIVEN, "STACK": "-", "EMAIL": "me"})


@pytest.mark.parametrize(
    ("expression", "seconds"),
    [
        ("rate(1 minute)", 180),
        ("rate(5 minutes)", 900),
        ("rate(2 hours)", 21_600),
        ("rate(1 day)", 259_200),
        ("cron(0/5 * * * ? *)", None),
        ("at(2026-11-23T10:00:00)", None),
    ],
)
def test_schedules(expression: str, seconds: int | None) -> None:
    assert (None, seconds) == (schedule.problem(expression), schedule.shortest_silence(expression))


@pytest.mark.parametrize(
    "expression",
    ["", "1 minute", "rate(0 minutes)", "rate(1 second)", "cron(* * * * *)", "at(now)"],
)
def test_what_is_no_schedule(expression: str) -> None:
    assert schedule.problem(expression) is not None


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        pytest.param({}, None, id="the defaults fit"),
        pytest.param({"SCHEDULE": "rate(10 minutes)"}, "SILENCE_SECONDS=1800", id="too slow"),
        pytest.param(
            {"SCHEDULE": "rate(10 minutes)", "SILENCE_SECONDS": "1800"}, None, id="both given"
        ),
        pytest.param(
            {"SCHEDULE": "rate(10 minutes)", "SCHEDULE_STATE": "DISABLED"}, None, id="no alarm"
        ),
        pytest.param({"SCHEDULE": "rate(1 day)"}, "check more often", id="beyond what there is"),
        pytest.param({"SCHEDULE": "cron(0 6 * * ? *)"}, None, id="cron is not judged"),
    ],
)
def test_the_alarm_for_silence_fits_the_schedule(
    given: dict[str, str], expected: str | None
) -> None:
    """An alarm that always rings would be muted, and with it the one that matters."""
    problem = silence_problem(read({**GIVEN, **given}).effective({}))
    assert (expected is None) == (problem is None)
    assert expected is None or expected in str(problem)


@pytest.mark.parametrize(
    ("status", "region", "expected"),
    [
        pytest.param(200, "eu-west-1", None, id="ours"),
        pytest.param(200, "", None, id="a region nobody named"),
        pytest.param(404, "", "the bucket code does not exist", id="none"),
        pytest.param(403, "eu-west-1", "is not account 123456789012's", id="another's"),
        pytest.param(
            200, "us-east-1", "is in region us-east-1, the stack goes to eu-west-1", id="far"
        ),
        pytest.param(403, "us-east-1", "is in region us-east-1", id="far and not ours"),
        pytest.param(500, "eu-west-1", "S3 answers HTTP 500", id="S3 broken"),
    ],
)
def test_buckets(status: int, region: str, expected: str | None) -> None:
    problem = bucket_problem("code", status, region, ACCOUNT)
    assert (expected is None) == (problem is None)
    assert expected is None or expected in str(problem)


def test_no_resource_of_iam_is_named() -> None:
    """So CAPABILITY_IAM is enough, and two stacks of one account do not collide."""
    names = re.findall(r"\b(?:Role|ManagedPolicy|User|Group)Name:", TEMPLATE.read_text())
    assert [] == names
    assert "CAPABILITY_IAM" == CAPABILITY
