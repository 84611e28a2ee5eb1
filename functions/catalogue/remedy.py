"""What helps against a cause: an action, its risk, and SQL with the names filled in."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from string import Formatter
from types import MappingProxyType
from typing import Final

from functions.catalogue.evidence import EVIDENCE, TO_BE_SUPPLIED, UnfitValueError, names_literal
from functions.catalogue.quoting import literal


class Place(StrEnum):
    SUBSCRIBER = "subscriber"
    PUBLISHER = "publisher"


_VERSION_KEYS: Final = MappingProxyType(
    {Place.SUBSCRIBER: "server_version", Place.PUBLISHER: "publisher_version"}
)
_SPECIAL_FORMS: Final = MappingProxyType({"literal": literal, "names_literal": names_literal})


@dataclass(frozen=True, slots=True)
class FilledRemedy:
    """A remedy for one finding; not `complete` while its SQL holds a `<placeholder>`."""

    action: str
    sql: str | None
    risk: str
    place: Place
    complete: bool


@dataclass(frozen=True, slots=True)
class Remedy:
    """One way out.

    `action` is an imperative sentence, `risk` what can be lost by it, `place` where `sql` starts
    to run. `sql` is a template: one statement per line, in order; comments say where the place
    changes. Its `{keys}` are those of `functions.catalogue.evidence`; `{key:literal}` puts a
    string where the key would stand as a name. It helps on major versions from `since` to
    `before` (exclusive) of the server at `place`, and only where the key `needs` is known.
    """

    action: str
    risk: str
    sql: str | None = None
    place: Place = Place.SUBSCRIBER
    since: int | None = None
    before: int | None = None
    needs: str | None = None

    def fits(self, values: Mapping[str, object]) -> bool:
        """Whether it can help with a finding; a version that is not known excludes nothing."""
        if self.needs is not None and not values.get(self.needs):
            return False
        version = _major(values.get(_VERSION_KEYS[self.place]))
        if version is None:
            return True
        return (self.since or 0) <= version and (self.before is None or version < self.before)

    def filled(self, values: Mapping[str, object]) -> FilledRemedy:
        """With every known value in its SQL, and a `<placeholder>` for each that is not."""
        sql, complete = _fill(self.sql or "", values)
        return FilledRemedy(self.action, sql or None, self.risk, self.place, complete)


def _major(version: object) -> int | None:
    match = re.match(r"\d+", str(version or ""))
    return int(match[0]) if match else None


def _fill(template: str, values: Mapping[str, object]) -> tuple[str, bool]:
    pieces, complete = [], True
    for text, key, form, _ in Formatter().parse(template):
        pieces.append(text)
        if key is None:
            continue
        value = _in_sql(key, form or "", values)
        complete = complete and value is not None
        pieces.append(_placeholder(key, form or "") if value is None else value)
    return "".join(pieces), complete


def _in_sql(key: str, form: str, values: Mapping[str, object]) -> str | None:
    """The value of the key as SQL; None if it is not known, or not what the key promises."""
    value = values.get(key)
    if key in TO_BE_SUPPLIED or value is None or value == "":
        return None
    convert = _SPECIAL_FORMS.get(form) or EVIDENCE[key].form
    if convert is None:
        return None
    try:
        return convert(str(value))
    except UnfitValueError:
        return None


def _placeholder(key: str, form: str) -> str:
    meaning = EVIDENCE[key].meaning if key in EVIDENCE else TO_BE_SUPPLIED[key]
    return f"'<{meaning}>'" if form else f"<{meaning}>"
