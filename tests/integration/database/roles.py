"""What a server says of the role that the tests make, under a name that needs quoting."""

from typing import Any

import pg8000.native

from local.postgres.pair import DATABASE
from sandbox.postgres.server import Server

ROLE = 'The "monitor" of replication\'s'

ATTRIBUTES = {
    "rolname": ROLE,
    "rolsuper": False,
    "rolinherit": True,
    "rolcreaterole": False,
    "rolcreatedb": False,
    "rolcanlogin": True,
    "rolreplication": False,
    "rolbypassrls": False,
    "rolconnlimit": -1,
    "rolpassword": "********",
    "rolvaliduntil": None,
    "rolconfig": ["default_transaction_read_only=on"],
}
"""Those it must have."""


def attributes(server: Server, role: str = ROLE) -> Any:
    query = "SELECT to_jsonb(pg_roles) - 'oid' FROM pg_roles WHERE rolname = :role"
    return [row[0] for row in server.sql(query, role=role)]


def memberships(server: Server) -> Any:
    """Names of the granted roles with the options of the grants, of which 15 has one."""
    return server.sql(
        """
        SELECT roleid::regrole::text, to_jsonb(granted) - '{oid,roleid,member,grantor}'::text[]
        FROM pg_auth_members AS granted
        WHERE member = to_regrole(quote_ident(:role)) ORDER BY 1
        """,
        role=ROLE,
    )


def rights(server: Server) -> Any:
    """What mentions the role in any database: class, database (if it is one), owner or ACL."""
    return server.sql(
        """
        SELECT classid::regclass::text, datname, deptype
        FROM pg_shdepend LEFT JOIN pg_database ON pg_database.oid = objid
        WHERE refclassid = 'pg_authid'::regclass AND refobjid = to_regrole(quote_ident(:role))
        ORDER BY 1, 2
        """,
        role=ROLE,
    )


def database_acl(server: Server) -> Any:
    query = """
        SELECT grantee, privilege_type, is_grantable
        FROM pg_database, aclexplode(datacl) WHERE datname = :name ORDER BY 1, 2
    """
    return server.sql(query, name=DATABASE)


def stored_password(server: Server) -> Any:
    [[stored]] = server.sql("SELECT rolpassword FROM pg_authid WHERE rolname = :role", role=ROLE)
    return stored


def logs_in(server: Server, password: str) -> bool:
    try:
        server.connect(user=ROLE, password=password, database=DATABASE).close()
    except pg8000.native.DatabaseError as error:
        if error.args[0]["C"] == "28P01":
            return False
        raise
    return True
