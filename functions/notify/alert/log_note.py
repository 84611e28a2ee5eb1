"""What the alert says about the log: what was found, or why nothing was and what to do. Pure."""

from collections.abc import Mapping, Sequence
from typing import Final

from functions.notify.event import LogQuery
from functions.notify.redaction import redact_message
from functions.notify.text import one_line, shorten
from functions.words import counted

MAX_CAUSE = 300
SHOWN_GROUPS = 3

_RUN_IT = "Run the query in Logs Insights."
_BY_ERROR: Final[Mapping[str, str]] = {
    "ResourceNotFound": "the log group {groups} does not exist. Export the PostgreSQL log to "
    "CloudWatch, or correct the parameter log-group.",
    "AccessDenied": "the state machine may not read the log group {groups}. Allow its role "
    "logs:StartQuery and logs:GetQueryResults there.",
    "InvalidParameter": "CloudWatch Logs does not accept {groups} as a log group. Correct the "
    "parameter log-group.",
    "MalformedQuery": "CloudWatch Logs does not understand the monitor's query. That is a defect "
    "of the monitor.",
    "LimitExceeded": "the account already runs as many log queries as it may (100 at once). "
    + _RUN_IT,
    "Throttling": "CloudWatch Logs throttled the query. " + _RUN_IT,
    "ServiceUnavailable": "CloudWatch Logs was unavailable. " + _RUN_IT,
    "DataLimitExceeded": "the lines found are more than an execution can carry (256 KiB). "
    + _RUN_IT,
}
_BY_STATUS: Final[Mapping[str, str]] = {
    "Failed": "the log query failed. " + _RUN_IT,
    "Cancelled": "the log query was cancelled. " + _RUN_IT,
    "Timeout": "the log query timed out. " + _RUN_IT,
    "Unknown": "CloudWatch Logs does not know what became of the query. " + _RUN_IT,
    "Scheduled": "the log query did not finish in time. " + _RUN_IT,
    "Running": "the log query did not finish in time. " + _RUN_IT,
}


def log_note(
    query: LogQuery, errors: int, log_groups: Sequence[str], *, attached: bool = True
) -> str:
    """One or two sentences, plain text; `errors` is the number of distinct errors found.

    `attached`: they are in errors.json below the message that says this.
    """
    problem = _problem(query, log_groups)
    where = ": errors.json in this message's thread" if attached else ""
    number = counted(errors, "distinct error")
    found = f"{number} in the last {query.lookback_minutes} minutes{where}."
    if problem is None:
        return found if errors else _nothing_found(query)
    return f"{found} There may be more: {problem}" if errors else f"No log lines: {problem}"


def _problem(query: LogQuery, log_groups: Sequence[str]) -> str | None:
    if query.error is not None:
        return _known_error(query.error, log_groups) or _told(query.error, query.error_cause)
    if query.status is None:
        return None if query.results else "the log was not queried."
    if query.status == "Complete":
        return None
    return _BY_STATUS.get(query.status) or _told(f"the log query ended as {query.status}", None)


def _known_error(name: str, log_groups: Sequence[str]) -> str | None:
    """By the last part of its name: `CloudWatchLogs.LimitExceededException`."""
    template = _BY_ERROR.get(name.rpartition(".")[2].removesuffix("Exception"))
    return None if template is None else template.format(groups=named(log_groups))


def _told(error: str, cause: str | None) -> str:
    words = one_line(redact_message(error if cause is None else f"{error}: {cause}")).rstrip(". ")
    return f"{shorten(words, MAX_CAUSE)}. {_RUN_IT}"


def _nothing_found(query: LogQuery) -> str:
    return (
        f"No matching lines in the last {query.lookback_minutes} minutes. The newest may not have "
        "arrived in CloudWatch yet: look again in Logs Insights."
    )


def named(log_groups: Sequence[str]) -> str:
    """The first log groups by name, and how many more there are."""
    names = [shorten(one_line(group), 200) for group in log_groups[:SHOWN_GROUPS]]
    more = len(log_groups) - len(names)
    return ", ".join(names + ([f"and {more} more"] if more else [])) or "of this cluster"
