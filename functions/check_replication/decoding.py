"""Text of a database as Python's text, whatever its bytes are. Pure.

A database in SQL_ASCII holds any bytes, and shared catalogs (pg_subscription, pg_database,
pg_stat_activity) hold names and queries in the encoding of the database they were made in. What is
not of the encoding asked for is read as Latin-1, byte by byte, so that two names stay two.
"""

import codecs
import re
from typing import Final

_PREFIX: Final = "whatever_comes_"
_ERRORS: Final = "latin_1_for_the_rest"

_ESCAPE: Final = re.compile(r"\\(?:(\\)|([0-7]{3})|[0-7]{0,2}$)")


def codec(encoding: str) -> str:
    """The name of a codec that decodes anything, at best by PostgreSQL's `encoding` (LATIN9).

    UTF-8 where Python does not know that one.
    """
    name = re.sub(r"^WIN(?=\d)", "CP", re.sub(r"^KOI8(?=[RU])", "KOI8-", encoding.upper()))
    try:
        return _PREFIX + codecs.lookup(name).name
    except LookupError:
        return f"{_PREFIX}utf_8"


UTF8: Final = f"{_PREFIX}utf_8"


def unescaped(text: str) -> str:
    """What encode(bytes, 'escape') made of the bytes of a text in UTF-8; it may be cut off."""
    data = _ESCAPE.sub(lambda found: found[1] or _character(found[2]), text)
    return data.encode("latin-1", "replace").decode(UTF8)


def _character(octal: str | None) -> str:
    return chr(int(octal, 8) % 256) if octal else ""


def _as_latin_1(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("latin-1"), error.end


def _search(name: str) -> codecs.CodecInfo | None:
    if not name.startswith(_PREFIX):
        return None
    strict = codecs.lookup(name.removeprefix(_PREFIX))

    def decode(data: bytes, _: str = "strict") -> tuple[str, int]:
        return strict.decode(data, _ERRORS)

    return codecs.CodecInfo(strict.encode, decode, name=name)  # type: ignore[arg-type]  # asks for any buffer


codecs.register_error(_ERRORS, _as_latin_1)
codecs.register(_search)
