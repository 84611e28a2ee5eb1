"""What an error of the log means for a finding, in sentences. Pure."""

from collections.abc import Mapping
from typing import Final

from functions.catalogue import MAY_BE_ANOTHERS
from functions.notify.log.error import LogError
from functions.notify.text import one_line, shorten
from functions.report import Finding

TRANSIENT: Final = frozenset({"publisher_unreachable", "network_timeout", "slot_busy"})
"""Causes that pass by themselves: nothing in the data or the schema is wrong."""

LASTING: Final = frozenset(
    {"apply_conflict", "constraint_violation", "schema_mismatch", "permission_denied"}
)
"""Causes that come back at every attempt until somebody mends them."""

MAX_ERROR: Final = 200

_SENTENCES: Final[Mapping[str, str]] = {
    "apply_conflict": "{change} collides with a row that {table} of the subscriber already has.",
    "constraint_violation": "{change} is refused by a constraint or a trigger of {table} on the "
    "subscriber.",
    "schema_mismatch": "{change} does not fit {table} of the subscriber: {error}.",
    "permission_denied": "The subscription's owner lacks a right: {error}.",
    "publisher_unreachable": "The subscriber has no connection to the publisher: {error}.",
    "publisher_auth_failed": "The publisher refuses the subscriber's login: {error}.",
    "slot_missing": "The subscription's replication slot does not exist on the publisher.",
    "slot_lost": "The publisher has invalidated the subscription's replication slot: the WAL it "
    "needs is gone.",
    "slot_busy": "Another process on the publisher uses the subscription's replication slot.",
    "publication_missing": "A publication of the subscription does not exist on the publisher.",
    "worker_slots_exhausted": "The subscriber has no room for another logical replication worker.",
    "publisher_slots_exhausted": "The publisher has no free replication slot for the copy.",
    "network_timeout": "Nothing came from the publisher for wal_receiver_timeout, and the "
    "subscriber gave the connection up.",
}


def explained(finding: Finding, error: LogError, *, takes_over: bool) -> str:
    """The finding's summary with what the log adds, which comes first where it takes over."""
    if takes_over:
        known = finding.summary
        if error.cause == finding.cause:
            known = known.removesuffix(MAY_BE_ANOTHERS).rstrip()
        return f"{_sentence(error)} {known}"
    if finding.cause == "disabled_on_error":
        return f"{finding.summary} {_nature(error.cause)} {_sentence(error)}"
    if error.severity == "LOG":
        return finding.summary
    return f"{finding.summary} {_last_error(error)}"


def _nature(cause: str | None) -> str:
    if cause in TRANSIENT:
        return "The reason was a passing one, so enabling it should be enough."
    if cause in LASTING:
        return "The reason lasts: enabled again, it disables itself again until that is mended."
    return "The log tells the reason."


def _sentence(error: LogError) -> str:
    sentence = _SENTENCES.get(error.cause or "")
    if sentence is None:
        return _last_error(error)
    operation, table = error.facts.get("operation"), error.facts.get("table")
    return sentence.format(
        change=f"A replicated {operation or 'change'}",
        table=f"table {table}" if table else "the table",
        error=_words(error),
    )


def _last_error(error: LogError) -> str:
    return f"Its last error: {_words(error)}."


def _words(error: LogError) -> str:
    """The first line of the message; what follows is advice and detail."""
    return shorten(one_line(error.message.partition("\n")[0]), MAX_ERROR).rstrip(".")
