"""What StartQuery and the other query actions accept, checked as AWS checks it. Development only.

Lengths, patterns and ranges are those of the service's API model.
"""

import re
import reprlib
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

from sandbox.logs.errors import InvalidParameterError
from sandbox.logs.insights import MAX_ROWS

MAX_LOG_GROUPS: Final = 50
MAX_QUERY_CHARACTERS: Final = 10_000

_NAME: Final = r"[\.\-_/#A-Za-z0-9]+"
_IDENTIFIER: Final = r"[\w#+=/:,.@-]*"
_GROUP_PARAMETERS: Final = ("logGroupName", "logGroupNames", "logGroupIdentifiers")
_PARAMETERS: Final = {*_GROUP_PARAMETERS, "startTime", "endTime", "queryString", "limit"}


@dataclass(frozen=True, slots=True)
class StartQueryRequest:
    """`log_groups` holds names or ARNs; times are epoch milliseconds, both inclusive."""

    log_groups: tuple[str, ...]
    start_time: int
    end_time: int
    query: str
    limit: int

    @classmethod
    def from_json(cls, request: Mapping[str, Any]) -> Self:
        """Raises InvalidParameterError, also for what only the real service supports."""
        _refuse_unknown(request, {*_PARAMETERS, "queryLanguage"})
        if request.get("queryLanguage", "CWLI") != "CWLI":
            raise InvalidParameterError("only queryLanguage CWLI is supported here")
        start, end = (_whole_number(key, request.get(key), 0) for key in ("startTime", "endTime"))
        if start > end:
            raise InvalidParameterError(f"startTime {start} is after endTime {end}")
        return cls(
            log_groups=_log_groups(request),
            start_time=start * 1000,
            end_time=end * 1000,
            query=_string("queryString", request.get("queryString"), 0, MAX_QUERY_CHARACTERS),
            limit=_whole_number("limit", request.get("limit", MAX_ROWS), 1, MAX_ROWS),
        )


def query_id(request: Mapping[str, Any]) -> str:
    """The one parameter of GetQueryResults and StopQuery; paging is not supported here."""
    _refuse_unknown(request, {"queryId"})
    return _string("queryId", request.get("queryId"), 1, 256)


def _log_groups(request: Mapping[str, Any]) -> tuple[str, ...]:
    given = [key for key in _GROUP_PARAMETERS if key in request]
    if len(given) != 1:
        raise InvalidParameterError(
            f"exactly one of {', '.join(_GROUP_PARAMETERS)} is wanted, got {given or 'none'}"
        )
    key = given[0]
    if key == "logGroupName":
        return (_log_group(key, request[key]),)
    groups = request[key]
    if not isinstance(groups, list) or not 1 <= len(groups) <= MAX_LOG_GROUPS:
        raise _invalid(key, groups, f"Member must be a list of 1 to {MAX_LOG_GROUPS}")
    return tuple(dict.fromkeys(_log_group(key, group) for group in groups))


def _log_group(key: str, value: object) -> str:
    is_name = key != "logGroupIdentifiers"
    pattern, most = (_NAME, 512) if is_name else (_IDENTIFIER, 2048)
    if not isinstance(value, str) or not 1 <= len(value) <= most:
        raise _invalid(key, value, f"Member must have length between 1 and {most}")
    if not re.fullmatch(pattern, value, re.ASCII):
        raise _invalid(key, value, f"Member must satisfy regular expression pattern: {pattern}")
    return value


def _string(key: str, value: object, least: int, most: int) -> str:
    if not isinstance(value, str) or not least <= len(value) <= most:
        raise _invalid(key, value, f"Member must be a string of {least} to {most} characters")
    return value


def _whole_number(key: str, value: object, least: int, most: int = sys.maxsize) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise _invalid(key, value, f"Member must be a whole number from {least} to {most}")
    return value


def _refuse_unknown(request: Mapping[str, Any], known: set[str]) -> None:
    if unknown := sorted(request.keys() - known):
        raise InvalidParameterError(f"not supported here: {', '.join(unknown)}")


def _invalid(key: str, value: object, constraint: str) -> InvalidParameterError:
    return InvalidParameterError(
        f"1 validation error detected: Value {reprlib.repr(value)} at '{key}' failed to satisfy "
        f"constraint: {constraint}"
    )
