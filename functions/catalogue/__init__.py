"""The catalogue of causes: every id a finding can carry, and what to tell a person about it.

The ids are a contract (reports, metrics, alerts and the runbook use them); the texts are not.
`cause`, `remedy` and `script` are the types, `evidence` says how each key of a finding's evidence
may stand in SQL and `quoting` how PostgreSQL quotes. The rest is data: `subscription`, `apply`,
`tables`, `connection` and `lag` for the subscriber, `publisher`, and `unknown`; `recipes` are
remedies that several causes share. All pure.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from functions.catalogue import apply, connection, lag, publisher, subscription, tables, unknown
from functions.catalogue.cause import Cause, Severity
from functions.catalogue.connection import MAY_BE_ANOTHERS
from functions.catalogue.remedy import FilledRemedy, Remedy
from functions.catalogue.script import FilledScript, Place, Script

__all__ = [
    "CATALOGUE",
    "COULD_NOT_BE_CHECKED",
    "MAY_BE_ANOTHERS",
    "SECTIONS",
    "Cause",
    "FilledRemedy",
    "FilledScript",
    "Place",
    "Remedy",
    "Script",
    "Severity",
]

SECTIONS: Final[Mapping[str, tuple[Cause, ...]]] = MappingProxyType(
    {
        "The subscription": subscription.CAUSES,
        "Applying changes": apply.CAUSES,
        "Lag": lag.CAUSES,
        "Tables": tables.CAUSES,
        "The connection to the publisher": connection.CAUSES,
        "The publisher": publisher.CAUSES,
        "Could not be checked": unknown.CAUSES,
    }
)
"""All causes, by what is affected."""

CATALOGUE: Final[dict[str, Cause]] = {
    cause.id: cause for causes in SECTIONS.values() for cause in causes
}

COULD_NOT_BE_CHECKED: Final = frozenset(cause.id for cause in unknown.CAUSES)
"""Those that say nothing of replication, only that nobody could find out."""
