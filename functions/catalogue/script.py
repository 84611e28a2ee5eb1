"""SQL for one server, to be pasted whole into psql there, with a finding's names filled in."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from string import Formatter
from types import MappingProxyType
from typing import Final

from functions.catalogue.evidence import EVIDENCE, TO_BE_SUPPLIED, UnfitValueError
from functions.catalogue.quoting import identifier, literal


class Place(StrEnum):
    SUBSCRIBER = "subscriber"
    PUBLISHER = "publisher"


DOLLARS: Final = "$do$"
"""What quotes the body of a DO block; a value that holds it never stands in SQL."""

_DATABASE: Final = MappingProxyType(
    {Place.SUBSCRIBER: ("database",), Place.PUBLISHER: ("slot_database", "publisher_database")}
)
_MAX_NAME: Final = 63
_ANOTHER: Final = "_new"


def _another(name: str) -> str:
    """A slot's name for its successor; slots have lower-case ASCII letters, digits and `_` only."""
    return name[: _MAX_NAME - len(_ANOTHER)] + _ANOTHER


_SPECIAL_FORMS: Final = MappingProxyType(
    {
        "literal": literal,
        "new": lambda name: identifier(_another(name)),
        "new_literal": lambda name: literal(_another(name)),
        "digest": lambda name: hashlib.sha256(name.encode(errors="replace")).hexdigest()[:8],
    }
)


@dataclass(frozen=True, slots=True)
class FilledScript:
    """A script for one finding; not `complete` while it holds a `<placeholder>`.

    `database` is the one to be connected to, None if it is not known.
    """

    sql: str
    place: Place
    note: str
    database: str | None
    complete: bool

    @property
    def label(self) -> str:
        """Where it is to be pasted and what it is for: `On the subscriber, database shop`."""
        where = f"On the {self.place}" + (f", database {self.database}" if self.database else "")
        return f"{where}: {self.note}" if self.note else where


@dataclass(frozen=True, slots=True)
class Script:
    """Statements for the server `place`; `note` is a phrase that says what they are for.

    `sql` is a template: its `{keys}` are those of `functions.catalogue.evidence`; `{key:literal}`
    puts a string where the key would stand as a name, `{slot_name:new}` the name of a slot that
    shall take its place, `{table:digest}` eight digits that differ from table to table.
    `destroys`: what it removes does not come back, so it is shown only with every name filled in,
    and does nothing where the subscription (or the slot) is not.
    """

    sql: str
    place: Place = Place.SUBSCRIBER
    note: str = ""
    destroys: bool = False

    def filled(self, values: Mapping[str, object]) -> FilledScript:
        """With every known value in it, and a `<placeholder>` for each that is not."""
        pieces, complete = [], True
        for text, key, form, _ in Formatter().parse(self.sql):
            pieces.append(text)
            if key is None:
                continue
            value = _in_sql(key, form or "", values)
            complete = complete and value is not None
            pieces.append(_placeholder(key, form or "") if value is None else value)
        database = next(filter(None, map(values.get, _DATABASE[self.place])), None)
        return FilledScript(
            sql="".join(pieces),
            place=self.place,
            note=self.note,
            database=str(database) if database else None,
            complete=complete,
        )


def _in_sql(key: str, form: str, values: Mapping[str, object]) -> str | None:
    """The value of the key as SQL; None if it is not known, or not what the key promises."""
    value = values.get(key)
    if key in TO_BE_SUPPLIED or value is None or not _can_be_pasted(str(value)):
        return None
    convert = _SPECIAL_FORMS.get(form) or EVIDENCE[key].form
    if convert is None:
        return None
    try:
        return convert(str(value))
    except UnfitValueError:
        return None


def _can_be_pasted(value: str) -> bool:
    """Without what ends a DO block's body, and on one line: a mail would indent the second."""
    return value != "" and DOLLARS not in value and value.splitlines() == [value]


def _placeholder(key: str, form: str) -> str:
    meaning = EVIDENCE[key].meaning if key in EVIDENCE else TO_BE_SUPPLIED[key]
    if form.startswith("new"):
        meaning = meaning.replace("name of the", "name of the new")
    return f"'<{meaning}>'" if form.endswith("literal") else f"<{meaning}>"
