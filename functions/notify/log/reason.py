"""What an error of the log means for a finding, in sentences. Pure."""

from collections.abc import Mapping
from typing import Final

from functions.catalogue import CATALOGUE, MAY_BE_ANOTHERS, Nature
from functions.notify.log.error import LogError
from functions.notify.text import one_line, shorten
from functions.report import Finding

MAX_ERROR: Final = 200

_AFTERWARDS: Final[Mapping[Nature | None, str]] = {
    Nature.PASSING: "The reason was a passing one, so enabling it should be enough.",
    Nature.LASTING: "The reason lasts: enabled again, it disables itself again until that is "
    "fixed.",
    None: "The log has the reason.",
}


def explained(finding: Finding, error: LogError, *, takes_over: bool) -> str:
    """The finding's summary with what the log adds, which comes first where it takes over."""
    if takes_over:
        known = finding.summary
        if error.cause == finding.cause:
            known = known.removesuffix(MAY_BE_ANOTHERS).rstrip()
        return f"{_sentence(error)} {known}"
    how = CATALOGUE[finding.cause].explained
    if how is not None and how.asks_why:
        return f"{finding.summary} {_AFTERWARDS[error.in_log.nature]} {_sentence(error)}"
    if error.severity == "LOG" and not error.is_exit:
        return finding.summary
    return f"{finding.summary} {_last_error(error)}"


def _sentence(error: LogError) -> str:
    sentence = error.in_log.sentence
    if not sentence:
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
