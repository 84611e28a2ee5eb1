import json
import subprocess
import sys
from collections.abc import Callable
from io import StringIO

import pytest
from boto3.session import Session
from rich.console import Console

from sandbox.aws import LocalAws
from scripts.configure.setting_up import NothingWrittenError, Order, set_up
from scripts.parameter_store import NotWrittenError
from tests.integration.scripts.conftest import PATH
from tests.integration.scripts.terminal import CONTROL_C, CONTROL_D, Terminal

CLUSTER = "shop"
LOGIN = {"hostname": "db.example", "username": "replication_monitor", "dbname": "shop"}
SLACK = {"bot-token": "xoxb-t0ken", "channel-id": "C0123"}
SECRET = "s3cret"

Put = Callable[[dict[str, str]], None]
Stored = Callable[[], dict[str, tuple[str, str]]]


def order(cluster: dict[str, object], slack: dict[str, object] | None = None) -> Order:
    return Order(CLUSTER, PATH, document=json.dumps({"cluster": cluster, "slack": slack or {}}))


def test_secrets_are_secure_strings(
    session: Session, console: Console, stored: Stored, printed: StringIO
) -> None:
    """And neither values nor secrets are printed, only names."""
    set_up(order({**LOGIN, "password": SECRET}, {**SLACK}), session, console)
    assert {
        "shop/hostname": ("String", "db.example"),
        "shop/username": ("String", "replication_monitor"),
        "shop/dbname": ("String", "shop"),
        "shop/password": ("SecureString", SECRET),
        "slack/bot-token": ("SecureString", "xoxb-t0ken"),
        "slack/channel-id": ("String", "C0123"),
    } == stored()
    assert f"written {PATH}shop/password" in printed.getvalue()
    assert SECRET not in printed.getvalue()
    assert "xoxb" not in printed.getvalue()


def test_what_is_not_named_stays_and_null_removes(
    session: Session, console: Console, put: Put, stored: Stored
) -> None:
    """A password that is removed makes way for RDS IAM authentication."""
    put({f"shop/{name}": value for name, value in {**LOGIN, "password": SECRET}.items()})
    put({f"slack/{name}": value for name, value in SLACK.items()})
    set_up(order({"password": None, "port": 5433}), session, console)
    after = stored()
    assert "shop/password" not in after
    assert (("String", "5433"), ("String", "db.example")) == (
        after["shop/port"],
        after["shop/hostname"],
    )


def test_the_own_key_encrypts(aws: LocalAws, session: Session, console: Console) -> None:
    key = aws.client("kms").create_key()["KeyMetadata"]["Arn"]
    document = json.dumps({"cluster": {**LOGIN, "password": SECRET}, "slack": SLACK})
    set_up(Order(CLUSTER, PATH, kms_key=key, document=document), session, console)
    described = aws.client("ssm").describe_parameters()["Parameters"]
    keys = {parameter["Name"].removeprefix(PATH): parameter.get("KeyId") for parameter in described}
    assert (key, key) == (keys["shop/password"], keys["slack/bot-token"])
    assert keys["shop/hostname"] is None


def test_a_secret_that_was_in_clear_becomes_secure(
    aws: LocalAws, session: Session, console: Console, stored: Stored
) -> None:
    """SSM overwrites a value but never a type."""
    aws.client("ssm").put_parameter(Name=f"{PATH}shop/password", Value="old", Type="String")
    set_up(order({**LOGIN, "password": SECRET}, {**SLACK}), session, console)
    assert ("SecureString", SECRET) == stored()["shop/password"]


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        pytest.param(
            ({**LOGIN, "port": "x"}, SLACK), "shop/port is not a whole number", id="malformed"
        ),
        pytest.param(({"hostname": "h"}, SLACK), "shop/username is missing", id="missing"),
        pytest.param((LOGIN, {}), "slack/bot-token is missing", id="no Slack"),
    ],
)
def test_nothing_is_written_unless_all_is_well_formed(
    session: Session,
    console: Console,
    stored: Stored,
    document: tuple[dict[str, object], dict[str, object]],
    problem: str,
) -> None:
    with pytest.raises(NothingWrittenError) as caught:
        set_up(order(*document), session, console)
    assert "nothing was written" in str(caught.value)
    assert problem in str(caught.value)
    assert {} == stored()


def test_a_refusal_of_ssm_is_told(
    aws: LocalAws, session: Session, console: Console, stored: Stored
) -> None:
    """Secrets go first: what lacks a permission lacks it before anything is written."""
    aws.gateway.fail("ssm", "PutParameter", status=400, code="AccessDeniedException")
    with pytest.raises(NotWrittenError) as caught:
        set_up(order({**LOGIN, "password": SECRET}, {**SLACK}), session, console)
    assert "you may not do PutParameter" in str(caught.value)
    assert f"nothing was written\n  not written: {PATH}shop/password" in str(caught.value)
    assert {} == stored()


@pytest.mark.usefixtures("environment")
def test_without_a_terminal_it_says_what_is_missing(put: Put, stored: Stored) -> None:
    """It must not wait for an answer that cannot come."""
    put({"shop/hostname": "h", "slack/channel-id": "C0123"})
    done = subprocess.run(
        [sys.executable, "-m", "scripts.configure", f"CLUSTER={CLUSTER}"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert 1 == done.returncode
    assert "missing so far: shop/username, shop/dbname, slack/bot-token" in done.stderr
    assert {"shop/hostname", "slack/channel-id"} == set(stored())


@pytest.mark.usefixtures("environment")
def test_a_document_comes_by_standard_input(stored: Stored) -> None:
    document = json.dumps({"cluster": {**LOGIN, "password": SECRET}, "slack": SLACK})
    done = subprocess.run(
        [sys.executable, "-m", "scripts.configure", f"CLUSTER={CLUSTER}", "STDIN=1"],
        input=document,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (0, "") == (done.returncode, done.stderr)
    assert SECRET not in done.stdout
    assert ("SecureString", SECRET) == stored()["shop/password"]


def answer_up_to_password(terminal: Terminal) -> None:
    for question, answer in (
        ("hostname: ", "db.example"),
        ("port [5432]: ", ""),
        ("dbname: ", "shop"),
        ("username [replication_monitor]: ", ""),
    ):
        terminal.expect(question)
        terminal.type(f"{answer}\n")
    terminal.expect("password [Enter for RDS IAM authentication]: ")


@pytest.mark.usefixtures("environment")
def test_what_is_secret_is_never_displayed(stored: Stored) -> None:
    """A whole set-up by a person: what is typed at a secret's prompt is not echoed."""
    with Terminal("scripts.configure", f"CLUSTER={CLUSTER}") as terminal:
        answer_up_to_password(terminal)
        terminal.type(f"{SECRET}\n")
        for question, answer in (
            ("log-group [/aws/rds/cluster/shop/postgresql]: ", ""),
            ("channel-id [that of all clusters]: ", ""),
            ("Check the publisher too? [y/N] ", ""),
            ("bot-token: ", SLACK["bot-token"]),
            ("channel-id: ", "C0123"),
            ("Do it? [Y/n] ", "y"),
        ):
            terminal.expect(question)
            terminal.type(f"{answer}\n")
        assert 0 == terminal.exit_status(), terminal.shown
    assert "db.example" in terminal.shown
    assert SECRET not in terminal.shown
    assert SLACK["bot-token"] not in terminal.shown
    after = stored()
    assert (SECRET, SLACK["bot-token"]) == (
        after["shop/password"][1],
        after["slack/bot-token"][1],
    )


@pytest.mark.usefixtures("environment")
@pytest.mark.parametrize("key", [CONTROL_C, CONTROL_D], ids=["Ctrl-C", "Ctrl-D"])
def test_an_interrupt_writes_nothing(stored: Stored, key: str) -> None:
    with Terminal("scripts.configure", f"CLUSTER={CLUSTER}") as terminal:
        answer_up_to_password(terminal)
        terminal.type(key)
        assert 1 == terminal.exit_status(), terminal.shown
    assert "configure: interrupted, nothing was written" in terminal.shown
    assert {} == stored()


@pytest.mark.usefixtures("environment")
def test_a_no_at_the_end_writes_nothing(put: Put, stored: Stored) -> None:
    put({f"shop/{name}": value for name, value in {**LOGIN, "password": SECRET}.items()})
    put({f"slack/{name}": value for name, value in SLACK.items()})
    before = stored()
    with Terminal("scripts.configure", f"CLUSTER={CLUSTER}") as terminal:
        terminal.expect("hostname [db.example]: ")
        terminal.type("other.example\n")
        terminal.type("\n" * 3)
        terminal.expect("password [stored; Enter keeps it]: ")
        terminal.type("\n")
        terminal.expect("Keep the stored password? [Y/n] ")
        terminal.type("\n" * 4)
        terminal.expect("bot-token [stored; Enter keeps it]: ")
        terminal.type("\n")
        terminal.expect("channel-id [C0123]: ")
        terminal.type("\n")
        terminal.expect("Do it? [Y/n] ")
        terminal.type("n\n")
        assert 1 == terminal.exit_status(), terminal.shown
    assert f"write {PATH}shop/hostname" in terminal.shown
    assert before == stored()
