"""Which cause an error of a replication worker speaks of. Pure.

By SQLSTATE where the line prefix has it (`%e`) and the code says enough; else by the wording: both
stand in the causes' entries (`functions.catalogue.in_log`).
"""

import re
from typing import Final

from functions.catalogue import CATALOGUE, IN_READING_ORDER

_BY_SQLSTATE: Final = {
    code: cause.id for cause in IN_READING_ORDER for code in cause.in_log.sqlstates
}
_BY_WORDING: Final = tuple(
    (cause.id, re.compile(pattern, re.DOTALL))
    for cause in IN_READING_ORDER
    for pattern in cause.in_log.wordings
)
_RAISED_BELOW: Final = re.compile(r"PL/\w+ |SQL (?:function|statement|expression) ")
_OF_TRIGGERS: Final = next(
    cause.id for cause in IN_READING_ORDER if cause.in_log.raised_by_any_trigger
)


def log_cause(message: str, sqlstate: str | None, context: str) -> str | None:
    """The id of a cause, None if the error speaks of none; all three as the log has them."""
    cause = _by_sqlstate(sqlstate) or _by_wording(message)
    if _RAISED_BELOW.match(context) and not _is_raised_by_triggers_too(cause):
        return _OF_TRIGGERS
    return cause


def _by_sqlstate(sqlstate: str | None) -> str | None:
    """By the whole code, else by its class (first two characters)."""
    if sqlstate is None:
        return None
    return _BY_SQLSTATE.get(sqlstate) or _BY_SQLSTATE.get(sqlstate[:2])


def _by_wording(message: str) -> str | None:
    return next((cause for cause, pattern in _BY_WORDING if pattern.match(message)), None)


def _is_raised_by_triggers_too(cause: str | None) -> bool:
    return cause is not None and CATALOGUE[cause].in_log.raised_by_triggers_too
