"""Which lines of a log belong to one error. Pure.

PostgreSQL writes an error's DETAIL, HINT, CONTEXT and STATEMENT as lines of their own, right after
it and with its pid.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from functions.notify.log.context import read_context
from functions.notify.log.line import PARTS, LogLine


class _Moment(NamedTuple):
    """A second of a process; servers that share a log group may share pids as well."""

    pid: int
    of_background_process: bool
    second: int


class Moments:
    """Errors and their parts by process and second.

    Lines of the same second come in no defined order. So a part belongs to an error only if there
    is no other it could be: one for each of several errors, all the same; or the only one of its
    kind. None is better than one with the wrong LSN. A LOG line takes no part beside an
    error.
    """

    def __init__(self, lines: Iterable[LogLine]) -> None:
        self._errors: dict[_Moment, list[LogLine]] = defaultdict(list)
        self._parts: dict[_Moment, list[LogLine]] = defaultdict(list)
        for line in lines:
            found = self._errors if line.is_error else self._parts
            found[_moment(line)].append(line)

    def parts_of(self, error: LogLine) -> dict[str, str]:
        """The texts of its parts by label, as the log has them."""
        errors = self._errors.get(_moment(error), [])
        owners = [line for line in errors if line.label != "LOG"] or errors
        if error not in owners:
            return {}
        texts = {label: self._texts(error, label) for label in PARTS}
        return {
            label: found[0]
            for label, found in texts.items()
            if len(found) >= len(owners) and len(set(found)) == 1
        }

    def contexts(self, line: LogLine) -> list[str]:
        """Every CONTEXT that may be the line's."""
        return self._texts(line, "CONTEXT")

    def may_be_from_below(self, line: LogLine) -> bool:
        """Whether a function, or SQL, may have written it, which can imitate any message."""
        return any(read_context(text).below for text in self.contexts(line))

    def _texts(self, line: LogLine, label: str) -> list[str]:
        moment = _moment(line)
        parts = self._parts.get(moment, []) + self._spilled(moment)
        return [part.text for part in parts if part.label == label]

    def _spilled(self, moment: _Moment) -> list[LogLine]:
        """Parts that were written when the next second had begun."""
        following = moment._replace(second=moment.second + 1)
        return [] if following in self._errors else self._parts.get(following, [])


def _moment(line: LogLine) -> _Moment:
    return _Moment(line.pid, line.of_background_process, int(line.time.timestamp()))
