"""Questions, their judgement, and the document that answers them in a person's stead."""

import json

import pytest

from scripts.configure import rules
from scripts.configure.document import DocumentError, parse
from scripts.configure.questions import Answers, Questions
from scripts.configure.setting_up import Place
from scripts.parameter_store import Stored, is_secret, path_of

PATH = "/monitoring-logical-replication/"
LOGIN = {"hostname": "db.example", "username": "replication_monitor", "dbname": "shop"}
SLACK = {"bot-token": "xoxb-1", "channel-id": "C0123"}


class FakePerson:
    """Gives prepared answers by the name in the question; says Enter to all other questions."""

    def __init__(self, answers: dict[str, list[str]]) -> None:
        self._answers = answers
        self.shown: list[str] = []
        self.asked: list[str] = []
        self.secrets: list[str] = []

    def show(self, text: str) -> None:
        self.shown.append(text)

    def ask(self, question: str) -> str:
        self.asked.append(question)
        return self._next(question)

    def ask_secret(self, question: str) -> str:
        self.secrets.append(question)
        return self._next(question)

    def _next(self, question: str) -> str:
        for name, left in self._answers.items():
            if left and question.strip().startswith((f"{name}:", f"{name} ")):
                return left.pop(0)
        return ""


def stored(values: dict[str, str]) -> dict[str, Stored]:
    return {name: Stored(value, is_secret(name)) for name, value in values.items()}


def cluster_answers(person: FakePerson, before: dict[str, str]) -> Answers:
    return Questions(person, "shop", PATH).cluster_answers(stored(before))


def test_a_new_cluster_takes_four_answers() -> None:
    """Host, database and password have no default; the role's name is suggested."""
    person = FakePerson({"hostname": ["db.example"], "dbname": ["shop"], "password": ["s3cret"]})
    assert {**LOGIN, "password": "s3cret"} == cluster_answers(person, {})
    assert ["password [Enter for RDS IAM authentication]:"] == [
        line.strip() for line in person.secrets
    ]


def test_enter_keeps_everything() -> None:
    """Nothing is asked for twice, nothing is written anew."""
    assert {} == cluster_answers(FakePerson({}), {**LOGIN, "password": "encrypted", "port": "5433"})


def test_a_stored_secret_is_not_shown() -> None:
    person = FakePerson({})
    cluster_answers(person, {**LOGIN, "password": "encrypted"})
    assert "encrypted" not in "".join([*person.asked, *person.secrets, *person.shown])


def test_what_is_malformed_is_asked_for_again() -> None:
    """With the sentence of the function's own reading of the parameter."""
    person = FakePerson({"port": ["high", "5433"]})
    assert {"port": "5433"} == cluster_answers(person, {**LOGIN, "password": "encrypted"})
    assert any("port is not a whole number from 1 to 65535" in line for line in person.shown)


def test_what_is_required_is_asked_for_until_it_comes() -> None:
    person = FakePerson({"hostname": ["", "db.example"], "dbname": ["shop"], "password": ["x"]})
    assert "db.example" == cluster_answers(person, {})["hostname"]
    assert any("hostname is empty" in line for line in person.shown)


def test_no_password_means_iam_only_if_a_person_says_so() -> None:
    """A password that was merely forgotten is asked for again."""
    person = FakePerson({"password": ["", "s3cret"], "Log in by RDS IAM": ["n"]})
    assert {"password": "s3cret"} == cluster_answers(person, LOGIN)
    person = FakePerson({"Log in by RDS IAM": ["y"]})
    assert {} == cluster_answers(person, LOGIN)


def test_a_stored_password_can_be_given_up_for_iam() -> None:
    person = FakePerson({"Keep the stored password?": ["n"], "Log in by RDS IAM": ["y"]})
    assert {"password": None} == cluster_answers(person, {**LOGIN, "password": "encrypted"})


def test_the_publisher_is_asked_for_only_if_wanted() -> None:
    answers = {"publisher/hostname": ["pub.example"], "publisher/dbname": ["shop"]}
    secret = {"publisher/password": ["p"], "Check the publisher too?": ["y"]}
    given = cluster_answers(FakePerson({**answers, **secret}), {**LOGIN, "password": "encrypted"})
    assert {
        "publisher/hostname": "pub.example",
        "publisher/username": "replication_monitor",
        "publisher/dbname": "shop",
        "publisher/password": "p",
    } == given


def test_a_further_publisher_has_a_name() -> None:
    """Also where one is stored; a name that cannot stand in a parameter's is asked for again."""
    before = {**LOGIN, "password": "encrypted"} | {
        f"publisher/{name}": value for name, value in {**LOGIN, "password": "encrypted"}.items()
    }
    answers = {"Name of a further publisher": ["e/u", "eu"]}
    login = {"publishers/eu/hostname": ["eu.example"], "publishers/eu/dbname": ["shop"]}
    person = FakePerson({**answers, **login, "publishers/eu/password": ["p"]})
    assert {
        "publishers/eu/hostname": "eu.example",
        "publishers/eu/username": "replication_monitor",
        "publishers/eu/dbname": "shop",
        "publishers/eu/password": "p",
    } == cluster_answers(person, before)
    assert any("letters, digits" in line for line in person.shown)


def test_other_parameters_are_named_and_kept() -> None:
    person = FakePerson({})
    before = {**LOGIN, "password": "encrypted", "mute": "[]", "max-lag-seconds": "60"}
    assert {} == cluster_answers(person, before)
    assert "\nAlso stored, and kept: max-lag-seconds, mute" in person.shown


def test_slack_takes_a_bots_token_and_a_channels_id() -> None:
    """Another kind of token, or a channel's name, is asked for again."""
    person = FakePerson({"bot-token": ["xoxp-1", "xoxb-1"], "channel-id": ["#alerts", "C0123"]})
    assert SLACK == Questions(person, "shop", PATH).slack_answers({})
    assert any("xoxb-" in line for line in person.shown)
    assert any(f"{PATH}slack/channel-id is not a channel's id" in line for line in person.shown)


@pytest.mark.parametrize(
    ("answers", "expected"),
    [(["y"], True), (["no"], False), ([""], True), (["what", "n"], False)],
)
def test_confirmation(answers: list[str], *, expected: bool) -> None:
    questions = Questions(FakePerson({"Do it?": answers}), "shop", PATH)
    assert expected is questions.confirms("Do it?", default=True)


@pytest.mark.parametrize(
    ("cluster", "well_formed"),
    [("shop-1", True), ("slack", False), ("a/b", False), ("", False), ("a b", False)],
)
def test_cluster_names(cluster: str, *, well_formed: bool) -> None:
    assert well_formed is (rules.cluster_name_problem(cluster) is None)


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        pytest.param({**LOGIN, "port": "x"}, "shop/port is not a whole number", id="malformed"),
        pytest.param({"hostname": "h"}, "shop/username is missing", id="missing"),
        pytest.param({**LOGIN, "host": "h"}, "shop/host means nothing here", id="unknown"),
        pytest.param(
            {**LOGIN, "channel-id": "#a"}, "shop/channel-id is not a channel's id", id="channel"
        ),
        pytest.param({**LOGIN, "publisher/port": "1"}, "publisher/hostname is missing", id="half"),
    ],
)
def test_cluster_problems(values: dict[str, str], problem: str) -> None:
    assert problem in "\n".join(rules.cluster_problems("shop", values, PATH))


def test_what_is_missing_is_named() -> None:
    expected = ["shop/dbname", "slack/bot-token", "slack/channel-id"]
    assert expected == rules.missing("shop", {"hostname": 1, "username": 1}, {})


def test_a_document_answers_like_a_person() -> None:
    """Numbers are taken as they are written, null removes."""
    document = {"cluster": {**LOGIN, "port": 5433, "password": None}, "slack": SLACK}
    cluster, slack = parse(json.dumps(document))
    assert {**LOGIN, "port": "5433", "password": None} == cluster
    assert SLACK == slack


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is not JSON"),
        ('{"cluster": {"password": "s3cret" "x"}}', "is not JSON (line 1, column 35)"),
        ("[]", "is not a JSON object"),
        ('{"clusters": {"password": "s3cret"}}', "has the keys clusters"),
        ('{"cluster": ["s3cret"]}', "cluster in standard input is not a JSON object"),
        ('{"cluster": {"password": ["s3cret"]}}', "cluster/password in standard input is not"),
        ('{"cluster": {"port": true}}', "cluster/port in standard input is not a string"),
        ('{"slack": {"bot-token": "s3cret"}}', "slack/bot-token: this is not a bot's token"),
    ],
)
def test_a_wrong_document_is_refused_without_its_secrets(text: str, message: str) -> None:
    with pytest.raises(DocumentError) as caught:
        parse(text)
    assert message in str(caught.value)
    assert "s3cret" not in str(caught.value)


def place(values: dict[str, str]) -> Place:
    return Place("shop", PATH, stored({f"{PATH}{name}": one for name, one in values.items()}))


def test_answers_are_judged_together_with_what_is_stored() -> None:
    """A second cluster needs no second token; a removal may leave too little."""
    slack = {f"slack/{name}": value for name, value in SLACK.items()}
    assert [] == place(slack).problems((dict(LOGIN), {}))
    removal = place({**slack, **{f"shop/{name}": "x" for name in LOGIN}})
    assert [f"parameter {PATH}shop/dbname is missing"] == removal.problems(({"dbname": None}, {}))


def test_changes_have_full_names_and_remove_only_what_is_there() -> None:
    here = place({"shop/port": "1"})
    answers: Answers = {"port": None, "password": None, "hostname": "h"}
    assert {f"{PATH}shop/port": None, f"{PATH}shop/hostname": "h"} == here.changes((answers, {}))


@pytest.mark.parametrize(
    ("given", "expected"), [("", PATH), ("/own/path", "/own/path/"), ("/own/path/", "/own/path/")]
)
def test_parameter_paths(given: str, expected: str) -> None:
    assert expected == path_of({"PARAMETER_PATH": given})
