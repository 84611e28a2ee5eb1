"""The catalogue of causes: every id a finding can carry, and what to say to a person about it.

The ids are a contract (reports, metrics, alerts and the runbook use them); the texts are not.
All that is known of a cause stands in its entry. `cause`, `in_log`, `remedy` and `script` are the
types, `evidence` says what each key of a finding's evidence means, how it is shown and how it may
stand in SQL, and `quoting` how PostgreSQL quotes. The rest is data: `subscription`, `apply`,
`ended`, `silent`, `tables`, `connection`, `slot` and `lag` for the subscriber, `publisher`, and
`unknown`; `recipes` are remedies that several causes share. All pure.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from functions.catalogue import (
    apply,
    connection,
    ended,
    lag,
    publisher,
    silent,
    subscription,
    tables,
    unknown,
)
from functions.catalogue.cause import Cause, Severity
from functions.catalogue.in_log import NOT_LOGGED, READ_LAST, Errors, Explained, InLog, Nature
from functions.catalogue.remedy import FilledRemedy, Remedy
from functions.catalogue.script import FilledScript, Place, Script
from functions.catalogue.slot import MAY_BE_ANOTHERS

__all__ = [
    "CATALOGUE",
    "COULD_NOT_BE_CHECKED",
    "IN_READING_ORDER",
    "MAY_BE_ANOTHERS",
    "NOT_LOGGED",
    "SECTIONS",
    "Cause",
    "Errors",
    "Explained",
    "FilledRemedy",
    "FilledScript",
    "InLog",
    "Nature",
    "Place",
    "Remedy",
    "Script",
    "Severity",
    "problem_of",
]

SECTIONS: Final[Mapping[str, tuple[Cause, ...]]] = MappingProxyType(
    {
        "The subscription": subscription.CAUSES,
        "Applying changes": (*apply.CAUSES, *ended.CAUSES, *silent.CAUSES),
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


def problem_of(cause: str) -> str:
    """What a cause is an aspect of; one that this version does not know stands for itself."""
    return (CATALOGUE[cause].problem if cause in CATALOGUE else None) or cause


IN_READING_ORDER: Final = (
    *(cause for cause in CATALOGUE.values() if cause.id not in READ_LAST),
    *(CATALOGUE[cause] for cause in READ_LAST),
)
"""All causes, in the order in which a message of the log is compared with their words."""
