"""Which cause an error of a replication worker speaks of. Pure.

By SQLSTATE where the line prefix has it (`%e`) and the code says enough; else by the wording, which
is English on RDS and that of PostgreSQL 13 to 18. What the publisher answered keeps its words but
not its code: such errors come as 08006 or 08P01.
"""

import re
from typing import Final

_BY_SQLSTATE: Final = {
    "23505": "apply_conflict",
    "23": "constraint_violation",
    "P0": "constraint_violation",
    "42501": "permission_denied",
    "22": "schema_mismatch",
}
"""By the whole code, else by its class (first two characters)."""

_REMOTE: Final = r"(?:could not [^:\n]+(?: \"[^\n]*\")?: (?:ERROR|FATAL):  )?"
_REFUSED_LOGIN: Final = (
    r"(?:could not connect to the publisher|invalid connection string).*(?:"
    r"authentication failed|no pg_hba\.conf entry|pg_hba\.conf rejects|no password supplied|"
    r'role "[^\n]*" does not exist|is not permitted to log in|permission denied|'
    r"must be superuser or replication role|certificate)"
)
_BY_WORDING: Final = tuple(
    (cause, re.compile(pattern, re.DOTALL))
    for cause, pattern in (
        ("worker_slots_exhausted", r"out of (?:logical replication|background) worker slots"),
        ("publisher_slots_exhausted", rf"{_REMOTE}all replication slots are in use"),
        ("slot_busy", rf'{_REMOTE}replication slot "\w+" is active for PID'),
        ("slot_lost", rf"{_REMOTE}can no longer (?:access|get changes from) replication slot"),
        ("slot_lost", rf"{_REMOTE}cannot read from logical replication slot"),
        ("slot_lost", rf"{_REMOTE}requested WAL segment \w+ has already been removed"),
        ("slot_missing", rf'{_REMOTE}replication slot "\w+" does not exist'),
        ("publication_missing", rf'{_REMOTE}publication "[^\n]*" does not exist'),
        ("publication_missing", r"skipped loading publication"),
        ("network_timeout", r"terminating logical replication worker due to timeout"),
        ("publisher_auth_failed", rf"(?:[a-z ]+ worker for [^\n]*)?{_REFUSED_LOGIN}"),
        ("permission_denied", r"permission denied for |must be owner of "),
        ("permission_denied", r"password is required|password or GSSAPI delegated credentials"),
        ("permission_denied", r'role "[^\n]*" cannot SET ROLE to '),
        ("permission_denied", r"user \"[^\n]*\" cannot replicate into relation with row-level"),
        ("publisher_unreachable", r"(?:[a-z ]+ worker for [^\n]*)?could not connect to the publ"),
        ("publisher_unreachable", r"could not (?:receive|send|start WAL|identify)"),
        ("schema_mismatch", r"logical replication target relation "),
        ("schema_mismatch", r"invalid input (?:syntax|value) for |value too long for type "),
        ("schema_mismatch", r'value "[^\n]*" is out of range for type |\w+ out of range\Z'),
        ("apply_conflict", r"conflict detected on relation |duplicate key value violates unique"),
        (
            "constraint_violation",
            r"[^\n]* violates (?:[\w ]+ )?(?:not-null|check|foreign key|excl)",
        ),
    )
)
_RAISED_BELOW: Final = re.compile(r"PL/\w+ |SQL (?:function|statement|expression) ")


def log_cause(message: str, sqlstate: str | None, context: str) -> str | None:
    """The id of a cause, None if the error speaks of none; all three as the log has them."""
    cause = _by_sqlstate(sqlstate) or _by_wording(message)
    if _RAISED_BELOW.match(context) and cause != "permission_denied":
        return "constraint_violation"  # by a trigger
    return cause


def _by_sqlstate(sqlstate: str | None) -> str | None:
    if sqlstate is None:
        return None
    return _BY_SQLSTATE.get(sqlstate) or _BY_SQLSTATE.get(sqlstate[:2])


def _by_wording(message: str) -> str | None:
    return next((cause for cause, pattern in _BY_WORDING if pattern.match(message)), None)
