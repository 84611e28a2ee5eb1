"""Outcomes, and the checks that only compare what is known."""

import pytest
from botocore.exceptions import ClientError

from scripts.configure import rules
from scripts.parameter_store import Stored
from scripts.preflight import parameters
from scripts.preflight.logs import LogGroup, matches
from scripts.preflight.outcome import Outcome, Verdict, attempt, failed, hint, passed, summary

PATH = "/monitoring/"
GOOD = {
    "shop/hostname": "h",
    "shop/username": "replication_monitor",
    "shop/dbname": "d",
    "slack/bot-token": "encrypted",
    "slack/channel-id": "C0123",
}


def stored(values: dict[str, str], *in_clear: str) -> dict[str, Stored]:
    return {
        f"{PATH}{name}": Stored(
            value, name.endswith(("password", "bot-token")) and name not in in_clear
        )
        for name, value in values.items()
    }


def check(
    values: dict[str, Stored], only: str | None = None, iam_user: str | None = None
) -> list[tuple[Verdict, str]]:
    found = parameters.check(values, PATH, only, iam_user)
    return [(outcome.verdict, outcome.sentence) for outcome in found]


def test_an_outcome_is_its_sign_its_sentence_and_its_fix() -> None:
    assert "✘ it is broken\n    fix it" == str(failed("it is broken", "fix it"))
    assert "✔ it works" == str(passed("it works"))


def test_a_check_that_cannot_be_made_is_no_success() -> None:
    """What was found out before counts; what AWS then refuses is said with its reason."""

    def check_() -> list[Outcome]:
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "DescribeVpcs")

    (outcome,) = attempt("the network", check_)
    assert Verdict.NOT_MADE is outcome.verdict
    assert "the network could not be checked: you may not do DescribeVpcs: no" == outcome.sentence


def test_summary() -> None:
    outcomes = [passed("a"), passed("b"), failed("c", "d"), hint("e")]
    assert "2 passed, 1 failed, 0 could not be checked" == summary(outcomes)


def test_well_formed_parameters_pass() -> None:
    assert [
        (
            Verdict.PASSED,
            "shop: the parameters are well-formed; it logs in by RDS IAM authentication",
        ),
        (Verdict.HINT, f"shop: {rules.WITHOUT_PUBLISHER}"),
        (Verdict.PASSED, "Slack: the parameters are well-formed"),
    ] == check(stored(GOOD))


def test_with_a_publisher_the_backlog_is_seen() -> None:
    login = {name: GOOD[f"shop/{name}"] for name in ("hostname", "username", "dbname")}
    publisher = {f"shop/publishers/eu/{name}": value for name, value in login.items()}
    assert Verdict.HINT not in {verdict for verdict, _ in check(stored(GOOD | publisher))}


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        pytest.param({**GOOD, "shop/port": "x"}, "shop/port is not a whole number", id="malformed"),
        pytest.param({**GOOD, "shop/hots": "x"}, "shop/hots means nothing here", id="misspelt"),
        pytest.param({"slack/bot-token": "t"}, "no cluster has parameters", id="no cluster"),
        pytest.param({"shop/hostname": "h"}, "slack/bot-token is missing", id="no Slack"),
    ],
)
def test_problems_fail(values: dict[str, str], sentence: str) -> None:
    failures = [said for verdict, said in check(stored(values)) if verdict is Verdict.FAILED]
    assert any(sentence in said for said in failures), failures


def test_a_cluster_that_was_asked_for_must_exist() -> None:
    expected = (Verdict.FAILED, f"other has no parameters below {PATH}")
    assert expected == check(stored(GOOD), "other")[0]


def test_a_secret_in_clear_fails() -> None:
    """Its type is String: everybody who may read parameters reads it."""
    values = stored({**GOOD, "shop/password": "p"}, "shop/password")
    assert (Verdict.FAILED, f"{PATH}shop/password is stored in clear") in check(values)


@pytest.mark.parametrize(
    ("values", "allowed", "fails"),
    [
        pytest.param(GOOD, "replication_monitor", False, id="the role of the stack"),
        pytest.param(GOOD, "someone", True, id="another role"),
        pytest.param({**GOOD, "shop/password": "p"}, "someone", False, id="by password"),
        pytest.param(GOOD, None, False, id="no stack"),
    ],
)
def test_iam_authentication_is_granted_to_one_role(
    values: dict[str, str], allowed: str | None, *, fails: bool
) -> None:
    verdicts = [verdict for verdict, _ in check(stored(values), iam_user=allowed)]
    assert fails is (Verdict.FAILED in verdicts)


def test_every_channel_in_use_is_looked_at_once() -> None:
    """The shared one and each cluster's own; a malformed one has failed already."""
    own = {"shop/channel-id": "C9", "blog/channel-id": "C0123", "news/channel-id": "#x"}
    values = stored({**GOOD, **own})
    expected = {"C9": f"{PATH}shop/channel-id", "C0123": f"{PATH}slack/channel-id"}
    assert expected == parameters.channels(values, PATH, None)
    assert {"C0123"} == set(parameters.channels(values, PATH, "blog"))


@pytest.mark.parametrize(
    ("name", "pattern", "expected"),
    [
        ("/aws/rds/cluster/shop/postgresql", "/aws/rds/cluster/*/postgresql", True),
        ("/aws/rds/cluster/shop/postgresql", "/aws/rds/cluster/shop/postgresql", True),
        ("/aws/rds/cluster/shop/upgrade", "/aws/rds/cluster/*/postgresql", False),
        ("/a.b", "/a?b", False),
        ("/axb", "/a.b", False),
        ("anything", "*", True),
    ],
)
def test_patterns_of_log_groups(name: str, pattern: str, *, expected: bool) -> None:
    assert expected is matches(name, pattern)


def test_a_log_group_by_its_arn() -> None:
    group = LogGroup.parse("arn:aws:logs:us-east-1:111122223333:log-group:/own/group")
    assert LogGroup("/own/group", "us-east-1", "111122223333") == group
    assert group.is_elsewhere("eu-west-1", "111122223333")
    assert not group.is_elsewhere("us-east-1", "111122223333")
    assert not LogGroup.parse("/own/group").is_elsewhere("us-east-1", "111122223333")
