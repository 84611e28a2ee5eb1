"""The role the files make: what it is granted, on either side, as often as they run; and undone."""

import re
from pathlib import Path

import pytest

from local.postgres.pair import DATABASE, Pair
from local.postgres.setups import SETUPS
from sandbox.postgres.server import Server
from tests.integration.database.administrator import Administrator, FileFailedError
from tests.integration.database.conftest import chief_of, superuser_of
from tests.integration.database.roles import (
    ATTRIBUTES,
    ROLE,
    attributes,
    database_acl,
    memberships,
    rights,
)

TEMPLATE = Path(__file__).parents[3] / "statemachine" / "template.yaml"

CONNECT_ALONE = [["pg_database", DATABASE, "a"]]

by_anybody = pytest.mark.parametrize(
    "administrator", [chief_of, superuser_of], indirect=True, ids=["as on RDS", "superuser"]
)


@by_anybody
@pytest.mark.parametrize("side", ["subscriber", "publisher"])
def test_the_role_has_two_grants(administrator: Administrator, side: str) -> None:
    """CONNECT and pg_read_all_stats, the latter neither to assume nor to hand on."""
    server = administrator.server
    for _ in range(2):
        administrator.run(f"monitoring_role_{side}", ROLE)
        assert [ATTRIBUTES] == attributes(server)
        assert [["pg_read_all_stats", options(server)]] == memberships(server)
        assert CONNECT_ALONE == rights(server)


def options(server: Server) -> dict[str, bool]:
    if server.version.startswith("15."):
        return {"admin_option": False}
    return {"admin_option": False, "inherit_option": True, "set_option": False}


def test_a_server_on_both_sides_keeps_what_either_needs(administrator: Administrator) -> None:
    administrator.run("monitoring_role_subscriber", ROLE)
    administrator.run("monitoring_role_publisher", ROLE)
    server = administrator.server
    assert [["pg_read_all_stats", options(server)]] == memberships(server)


def test_without_a_name_the_role_is_the_template_s(administrator: Administrator) -> None:
    """The default of the template's parameter DatabaseUser, in every file."""
    [name] = re.findall(
        r"^  DatabaseUser:\n(?:    .+\n)*?    Default: (.+)", TEMPLATE.read_text(), re.MULTILINE
    )
    server = administrator.server
    administrator.run("monitoring_role_subscriber", None)
    administrator.run("monitoring_role_publisher", None)
    administrator.run("monitoring_role_password", None, typed="made-up\nmade-up\n")
    [made] = attributes(server, name)
    administrator.run("monitoring_role_drop", None)
    assert {**ATTRIBUTES, "rolname": name} == made
    assert [] == attributes(server, name)


@pytest.mark.parametrize("power", ["SUPERUSER", "CREATEROLE", "CREATEDB", "REPLICATION"])
def test_a_role_with_powers_is_not_taken_over(administrator: Administrator, power: str) -> None:
    """A mistyped name does not give the monitor somebody else's rights; nothing is changed."""
    server = administrator.server
    server.sql(f"CREATE ROLE powerful NOLOGIN {power}")
    before = attributes(server, "powerful")
    try:
        with pytest.raises(FileFailedError, match="role powerful exists and is more than a"):
            administrator.run("monitoring_role_subscriber", "powerful")
        assert before == attributes(server, "powerful")
    finally:
        server.sql("DROP ROLE powerful")


@pytest.mark.parametrize(
    ("closed", "message"),
    [
        (
            "CONNECT",
            "cannot enter database elsewhere: run this file as a member of its owner, postgres",
        ),
        ("ALL", "permission denied for database elsewhere"),
    ],
)
def test_a_grant_that_fails_leaves_no_role_behind(
    pair: Pair, administrator: Administrator, closed: str, message: str
) -> None:
    """Of another's database; GRANT itself only warns while PUBLIC has TEMPORARY there."""
    setup = SETUPS["two_databases"]
    setup.break_(pair)
    try:
        pair.subscriber.sql(f"REVOKE {closed} ON DATABASE elsewhere FROM PUBLIC")
        with pytest.raises(FileFailedError, match=message):
            administrator.run("monitoring_role_subscriber", ROLE)
        assert [] == attributes(pair.subscriber)
    finally:
        setup.fix(pair)


def test_a_database_that_is_open_to_all_needs_no_grant(
    pair: Pair, administrator: Administrator
) -> None:
    """Though it is another's, who alone could grant anything."""
    setup = SETUPS["two_databases"]
    setup.break_(pair)
    try:
        administrator.run("monitoring_role_subscriber", ROLE)
        assert CONNECT_ALONE == rights(pair.subscriber)
    finally:
        setup.fix(pair)


@by_anybody
def test_nothing_is_left_of_a_dropped_role(administrator: Administrator) -> None:
    server = administrator.server
    before = database_acl(server)
    administrator.run("monitoring_role_subscriber", ROLE)
    for _ in range(2):
        administrator.run("monitoring_role_drop", ROLE)
        assert [] == attributes(server)
        assert before == database_acl(server)


def test_a_role_that_owns_something_is_not_dropped(administrator: Administrator) -> None:
    """Not by halves either: it can still connect."""
    server = administrator.server
    administrator.run("monitoring_role_subscriber", ROLE)
    quoted = ROLE.replace('"', '""')
    server.sql("CREATE TABLE public.mine ()", DATABASE)
    server.sql(f'ALTER TABLE public.mine OWNER TO "{quoted}"', DATABASE)
    try:
        with pytest.raises(FileFailedError, match="owner of table"):
            administrator.run("monitoring_role_drop", ROLE)
        assert CONNECT_ALONE[0] in rights(server)
    finally:
        server.sql("DROP TABLE public.mine", DATABASE)
