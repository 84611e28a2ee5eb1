"""The role's ways to log in: a password that nobody but its owner learns, or RDS IAM."""

from collections.abc import Iterator

import pytest

from local.postgres.pair import Pair
from tests.integration.database.administrator import Administrator, FileFailedError
from tests.integration.database.conftest import CHIEF, superuser_of
from tests.integration.database.roles import ROLE, logs_in, memberships, stored_password

PASSWORD = "made-up: 'ü' \\ \" $$ %s"


@pytest.fixture
def administrator(administrator: Administrator) -> Administrator:
    """One who has made the role, as yet without a way to log in."""
    administrator.run("monitoring_role_publisher", ROLE)
    return administrator


@pytest.fixture
def rds_iam(pair: Pair) -> Iterator[None]:
    """A stand-in for the role of Amazon RDS, which the administrator may grant."""
    pair.subscriber.sql("CREATE ROLE rds_iam")
    pair.subscriber.sql(f"GRANT rds_iam TO {CHIEF} WITH ADMIN OPTION")
    yield
    pair.subscriber.sql("DROP ROLE rds_iam")


def set_password(administrator: Administrator, *typed: str) -> str:
    lines = "".join(f"{line}\n" for line in typed)
    return administrator.run("monitoring_role_password", ROLE, lines)


def is_for_iam(administrator: Administrator) -> bool:
    return "rds_iam" in [name for name, _ in memberships(administrator.server)]


def test_the_password_stays_with_the_one_who_typed_it(administrator: Administrator) -> None:
    """The server gets, and logs, a SCRAM verifier; even one that stores MD5 by default."""
    server = administrator.server
    server.configure(log_statement="all", password_encryption="md5")
    try:
        with server.logs("PASSWORD 'SCRAM-SHA-256$"):
            said = set_password(administrator, PASSWORD, PASSWORD)
    finally:
        server.configure(log_statement=None, password_encryption=None)
    assert stored_password(server).startswith("SCRAM-SHA-256$")
    assert logs_in(server, PASSWORD)
    beginning = PASSWORD.partition("'")[0]
    assert beginning not in said
    assert beginning not in server.log_path.read_text()


def test_a_password_can_be_changed(administrator: Administrator) -> None:
    set_password(administrator, PASSWORD, PASSWORD)
    set_password(administrator, "another", "another")
    assert not logs_in(administrator.server, PASSWORD)
    assert logs_in(administrator.server, "another")


def test_making_the_role_again_keeps_its_password(administrator: Administrator) -> None:
    set_password(administrator, PASSWORD, PASSWORD)
    administrator.run("monitoring_role_subscriber", ROLE)
    assert logs_in(administrator.server, PASSWORD)


def test_a_mistyped_password_changes_nothing(administrator: Administrator) -> None:
    with pytest.raises(FileFailedError, match="Passwords didn't match"):
        set_password(administrator, PASSWORD, "another")
    assert None is stored_password(administrator.server)


@pytest.mark.usefixtures("rds_iam")
def test_a_role_for_iam_has_no_password(administrator: Administrator) -> None:
    """It loses the one it had: IAM's tokens are to be the only way in."""
    set_password(administrator, PASSWORD, PASSWORD)
    for _ in range(2):
        administrator.run("monitoring_role_rds_iam", ROLE)
        assert None is stored_password(administrator.server)
        assert is_for_iam(administrator)


@pytest.mark.usefixtures("rds_iam")
def test_a_password_ends_iam(administrator: Administrator) -> None:
    """RDS lets no member of rds_iam log in with a password."""
    administrator.run("monitoring_role_rds_iam", ROLE)
    set_password(administrator, PASSWORD, PASSWORD)
    assert not is_for_iam(administrator)
    assert logs_in(administrator.server, PASSWORD)


@pytest.mark.usefixtures("rds_iam")
def test_a_password_ends_iam_whoever_granted_it(administrator: Administrator) -> None:
    """From 16 on REVOKE only warns, unless it names the one who granted."""
    administrator.run("monitoring_role_rds_iam", ROLE)
    set_password(superuser_of(administrator.server), PASSWORD, PASSWORD)
    assert not is_for_iam(administrator)


def test_without_rds_the_role_keeps_its_password(administrator: Administrator) -> None:
    set_password(administrator, PASSWORD, PASSWORD)
    with pytest.raises(FileFailedError, match='role "rds_iam" does not exist'):
        administrator.run("monitoring_role_rds_iam", ROLE)
    assert logs_in(administrator.server, PASSWORD)


@pytest.mark.usefixtures("rds_iam")
@pytest.mark.parametrize("file", ["monitoring_role_password", "monitoring_role_rds_iam"])
def test_a_role_that_does_not_exist_gets_no_login(administrator: Administrator, file: str) -> None:
    with pytest.raises(FileFailedError, match='role "nobody" does not exist'):
        administrator.run(file, "nobody", f"{PASSWORD}\n{PASSWORD}\n")
